/// How the lab knows its own: the device group of a namespace's `lo` and of the ports. It is set in the same call that
/// makes a port and survives the process, so nothing foreign is ever taken for ours by its name alone.
enum LabMark {
    /// "weir" in ASCII; the kernel gives group numbers no meaning.
    static let group: UInt32 = 0x7765_6972
    /// RTPROT of the lab's routes, a number no routing daemon claims.
    static let routeOrigin: UInt8 = 0x77
}
