import CloudAPI
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers calls that only read where they come in: most of all calls, and none of them has anything to wait for.
///
/// Stands behind the connection's guard, which hands on whole requests. What it does not answer goes on to a task of
/// the connection; while one is at work, everything goes that way, so that answers keep their order.
final class ReadAnswerer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The head and body of an answer; `nil`: it is not for here.
    private let answer: (HTTPRequest) -> (HTTPResponse, ByteBuffer)?
    /// A request of which nothing more has come.
    private var head: HTTPRequest?
    /// Requests that went on and are not answered yet.
    private var elsewhere = 0

    init(answer: @escaping (HTTPRequest) -> (HTTPResponse, ByteBuffer)?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // A client that does not read its answers is held up by its task.
            if head.method == .get, elsewhere == 0, context.channel.isWritable {
                self.head = head
            } else {
                elsewhere += 1
                context.fireChannelRead(data)
            }
        case .body:
            handOn(context)
            context.fireChannelRead(data)
        case .end:
            if let head, let (response, body) = answer(head) {
                self.head = nil
                context.write(wrapOutboundOut(.head(response)), promise: nil)
                context.write(wrapOutboundOut(.body(body)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            } else {
                handOn(context)
                context.fireChannelRead(data)
            }
        }
    }

    private func handOn(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        elsewhere += 1
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { elsewhere -= 1 }
        context.write(data, promise: promise)
    }
}
