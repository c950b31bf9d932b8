import NIOCore
import NIOHTTPTypesHTTP1

/// Puts what guards a connection and answers its calls in front of the server's own handlers, and goes: calls need
/// none of the forms in which the server has requests and answers.
final class CallHandlers: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let handlers: [any RemovableChannelHandler]

    init(_ handlers: any RemovableChannelHandler...) { self.handlers = handlers }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandlers(handlers, position: .before(codec))
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            // Never without the guard.
            context.close(promise: nil)
        }
    }
}
