import Glibc
import Packet

@testable import FlowLogs

/// A file without a name, written anew for each input.
private let journalFile: Int32 = {
    var path = Array("/tmp/weir-fuzz-journal-XXXXXX".utf8CString)
    let file = mkstemp(&path)
    unlink(path)
    return file
}()

/// Any bytes as a journal, and as the payload of a whole frame of each kind: nothing traps, what is accepted can be
/// applied, and a block that is accepted is read again as it was.
func fuzzJournal(_ bytes: UnsafeRawBufferPointer) {
    let payload = Array(bytes)
    var state = FlowState()
    if let frame = try? BatchFrame(payload: payload) {
        state.apply(frame)
        state.apply(frame, isAfterDamage: true)
        precondition(state.hasTaken(frame.batch))
    }
    if let frame = try? CloseFrame(payload: payload) {
        state.apply(frame)
        guard let again = try? CloseFrame(payload: frame.encoded()) else { preconditionFailure("not read again") }
        precondition(again.blocks == frame.blocks && again.windows == frame.windows)
        for block in again.blocks { precondition(block.records.count == block.count) }
    }
    try? FlowSnapshot.restoreLedger(payload, to: &state)
    try? FlowSnapshot.restoreWindow(payload, to: &state)
    let windows = state.due(at: FlowWindow.latestMilliseconds / 1000, graceSeconds: 0, maximumRecords: 1 << 18)
    _ = FlowBlock.blocks(of: windows)

    let file = journalFile
    guard file >= 0, ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0 else { return }
    var whole = JournalFile.magic + [1, 0, 0, 0, 0, 0, 0, 0]
    JournalFrame.append(.batch, payload, to: &whole)
    whole += payload
    JournalFrame.append(.ready, [0], to: &whole)
    _ = whole.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    var frames = 0
    let outcome = try? JournalScan.run("/proc/self/fd/\(file)") { _, _, _ in frames += 1 }
    precondition(frames >= 2 && outcome?.end == Int64(whole.count) && outcome?.tornBytes == 0)
}
