import GRDB

extension FlowLogError {
    /// A row holds what was never written there.
    static func damaged(_ row: String) -> FlowLogError {
        .storage(code: ResultCode.SQLITE_CORRUPT.rawValue, message: "damaged row of \(row)")
    }

    /// What an error of the database means to a caller. SQL and its arguments stay out of the text.
    init(_ error: any Error) {
        switch error {
        case let error as FlowLogError: self = error
        case is CancellationError: self = .cancelled
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL: self = .storageFull
        case let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT: self = .cancelled
        case let error as DatabaseError:
            self = .storage(
                code: error.extendedResultCode.rawValue, message: error.message ?? error.resultCode.description)
        default: self = .storage(code: ResultCode.SQLITE_ERROR.rawValue, message: String(describing: type(of: error)))
        }
    }
}
