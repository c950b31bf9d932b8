import CloudAPI
import NIOCore
import NIOHTTP1

/// Holds one connection to the limits, and hands on whole requests alone: a request that is too slow, too large or not
/// readable is answered here, in its turn, with the API's JSON, and the connection closed.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the connection is waiting for.
    private enum Phase { case request, head, body, answer, end }

    private let limits: HTTPLimits
    private let load: HTTPLoad
    private var context: ChannelHandlerContext?
    private var phase = Phase.request
    /// The request that is coming in.
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// Bytes of bodies that count in the load.
    private var heldBytes = 0
    /// Requests handed on whose answer is not yet written.
    private var unanswered = 0
    private var refusal: APIError?
    private var isLast = false
    private var isOneTooMany = false

    private var deadline: NIODeadline?
    /// Set while the client does not read its answer.
    private var answerDeadline: NIODeadline?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?

    init(limits: HTTPLimits, load: HTTPLoad) {
        self.limits = limits
        self.load = load
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isOneTooMany = load.connectionOpened() > limits.maximumConnections
        let watch = FirstByteWatch { [weak self] in self?.bytesArrived() }
        try? context.pipeline.syncOperations.addHandler(watch, position: .first)
        // One too many is told so when it asks, and does not stay for long.
        enter(.request, isOneTooMany ? limits.lingerSeconds : limits.idleSeconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        self.context = nil
        releaseBodies()
        load.connectionClosed()
    }

    // Coming in.

    private func bytesArrived() {
        if phase == .request { enter(.head, limits.headSeconds) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil, !isLast else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(var bytes):
            guard head != nil else { return }
            heldBytes += bytes.readableBytes
            if load.hold(bytes.readableBytes) > limits.maximumHeldBytes { return refuse(.tooManyBodies) }
            if body.readableBytes + bytes.readableBytes > limits.maximumBodyBytes {
                return refuse(.bodyTooLarge(limits))
            }
            if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
        case .end:
            guard let head else { return }
            self.head = nil
            unanswered += 1
            isLast = Self.isLast(head)
            enter(.answer, nil)
            context.fireChannelRead(wrapInboundOut(.head(head)))
            if body.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(body))) }
            body = ByteBuffer()
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if isOneTooMany { return refuse(.tooManyConnections(limits)) }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
            length > limits.maximumBodyBytes
        {
            return refuse(.bodyTooLarge(limits))
        }
        self.head = head
        enter(.body, limits.bodySeconds)
        if unanswered == 0, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
        }
    }

    /// Whether nothing can follow: the client said so, or asked for another protocol, which ends the parser's work.
    private static func isLast(_ head: HTTPRequestHead) -> Bool {
        if head.method == .CONNECT { return true }
        return head.headers["connection"].contains { value in
            value.lowercased().split(separator: ",").contains { word in
                let word = word.drop { $0 == " " }
                return word.hasPrefix("close") || word.hasPrefix("upgrade")
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        // What comes after the last request is nobody's.
        if !isLast { refuse(.unreadable(error, limits)) }
    }

    // Going out.

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard phase != .end else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var response) where isLast && unanswered == 1:
            response.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(response)), promise: promise)
        case .end where unanswered == 1:
            unanswered = 0
            releaseBodies()
            if refusal != nil {
                context.write(data, promise: promise)
                writeRefusal(context)
            } else if isLast {
                context.writeAndFlush(data, promise: promise)
                end(context)
            } else {
                context.write(data, promise: promise)
                if head == nil { enter(.request, limits.idleSeconds) }
            }
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
        default: context.write(data, promise: promise)
        }
    }

    /// Refuses what is coming in, after the answers that are due before it.
    private func refuse(_ error: APIError) {
        guard refusal == nil, phase != .end, let context else { return }
        refusal = error
        load.refused(error)
        head = nil
        body = ByteBuffer()
        if unanswered == 0 { writeRefusal(context) } else { enter(.answer, nil) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext) {
        guard let refusal else { return }
        releaseBodies()
        let (response, body) = HTTPFront.answer(refusing: refusal)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        end(context)
    }

    /// Nothing more is written; what still comes is read for a moment and thrown away.
    private func end(_ context: ChannelHandlerContext) {
        enter(.end, limits.lingerSeconds)
        context.close(mode: .output, promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerDeadline = context.channel.isWritable ? nil : .now() + .seconds(Int64(limits.answerSeconds))
        arm()
        context.fireChannelWritabilityChanged()
    }

    private func releaseBodies() {
        load.release(heldBytes)
        heldBytes = 0
    }

    // Time.

    private func enter(_ phase: Phase, _ seconds: Int?) {
        self.phase = phase
        deadline = seconds.map { .now() + .seconds(Int64($0)) }
        arm()
    }

    /// Makes sure that the timer fires no later than the next deadline. One that fires early is set anew, so that a busy
    /// connection seldom touches the event loop's queue.
    private func arm() {
        guard let context, let next = earliestDeadline else { return }
        if let timer, timer.at <= next { return }
        timer?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] () -> Void in
            self?.fire()
        }
        timer = (task, next)
    }

    private var earliestDeadline: NIODeadline? {
        guard let deadline, let answerDeadline else { return deadline ?? answerDeadline }
        return min(deadline, answerDeadline)
    }

    private func fire() {
        timer = nil
        guard let context else { return }
        let now = NIODeadline.now()
        if let answerDeadline, answerDeadline <= now { return context.close(promise: nil) }
        guard let deadline, deadline <= now else { return arm() }
        switch phase {
        case .request, .end: context.close(promise: nil)
        case .head: refuse(.slowHead(limits))
        case .body: refuse(.slowBody(limits))
        case .answer: break
        }
    }
}
