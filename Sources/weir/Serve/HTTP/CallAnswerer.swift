import CloudAPI
import ControlPlane
import NIOCore
import NIOHTTP1

/// Answers the calls of the API on their connection's event loop: those that only read where they come in, the others
/// by a task that waits for what they change. What is no call (`/metrics`, `/healthz`) goes on to the server behind.
///
/// Stands behind the connection's guard, which hands on whole requests. One at a time is at work, so that answers keep
/// their order; until the last is answered and taken by the client, nothing more is read.
final class CallAnswerer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Request {
        var head: HTTPRequestHead
        var body: ByteBuffer?
    }

    private let dispatcher: Dispatcher
    private var context: ChannelHandlerContext?
    private var executor: LoopExecutor?
    /// A request of which not all has come.
    private var coming: Request?
    private var waiting: CircularBuffer<Request> = []
    private var isBusy = false
    private var wantsRead = false
    /// What the connection is told meanwhile, such as that it is to close: after the answers.
    private var heldEvents: [Any] = []

    init(_ dispatcher: Dispatcher) { self.dispatcher = dispatcher }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        executor = LoopExecutor(context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): coming = Request(head: head)
        case .body(let bytes): coming?.body = bytes
        case .end:
            if let request = coming { waiting.append(request) }
            coming = nil
            proceed(context)
        }
    }

    private func proceed(_ context: ChannelHandlerContext) {
        while !isBusy, context.channel.isWritable, let request = waiting.popFirst() { answer(request, context) }
        guard isIdle else { return }
        let events = heldEvents
        heldEvents = []
        for event in events { context.fireUserInboundEventTriggered(event) }
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    private var isIdle: Bool { !isBusy && waiting.isEmpty }

    private func answer(_ request: Request, _ context: ChannelHandlerContext) {
        guard let call = HTTPFront.call(request.head, request.body) else {
            isBusy = true
            context.fireChannelRead(wrapInboundOut(.head(request.head)))
            if let body = request.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
            context.fireChannelRead(wrapInboundOut(.end(nil)))
            return
        }
        if let answer = dispatcher.answerNow(call) { return write(answer, context) }
        isBusy = true
        let (dispatcher, me) = (dispatcher, NIOLoopBound(self, eventLoop: context.eventLoop))
        Task(executorPreference: executor) {
            let answer = await dispatcher.answer(call)
            me.eventLoop.execute { me.value.finish(answer) }
        }
    }

    private func finish(_ answer: Dispatcher.Answer) {
        isBusy = false
        guard let context else { return }
        write(answer, context)
        proceed(context)
    }

    private func write(_ answer: Dispatcher.Answer, _ context: ChannelHandlerContext) {
        let (head, body) = HTTPFront.response(answer)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// What the server behind answers.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        if case .end = unwrapOutboundIn(data) {
            isBusy = false
            proceed(context)
        }
    }

    func read(context: ChannelHandlerContext) {
        if isIdle, context.channel.isWritable { context.read() } else { wantsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        proceed(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isIdle { context.fireUserInboundEventTriggered(event) } else { heldEvents.append(event) }
    }
}

/// Runs a task on the event loop of its connection: what it waited for is answered without another thread.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
