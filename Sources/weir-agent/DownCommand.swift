import ArgumentParser
import DataPlane
import Glibc

/// `weir-agent down`: takes everything of Weir out of the kernel. Identity and spool stay on disk.
struct DownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Detach everything, remove the lab and unmount; leaves no trace in the kernel.")

    @OptionGroup var options: AgentOptions

    func run() throws {
        let directory = options.directory
        let lock = try directory.lock()
        try withExtendedLifetime(lock) {
            try KernelEngine.takeDown(directory)
            try FirewallKeeper(path: directory.firewall, enforcesAdopted: false).remove()
            try LabKeeper(path: directory.lab, isAllowed: true).remove()
            try PinMount.remove(directory.pins)
            unlink(directory.status)
            // Only when empty: it may be somebody else's as well.
            rmdir(directory.run)
        }
    }
}
