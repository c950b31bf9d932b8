import ArgumentParser
import Configuration
import Crypto
import GRDB
import HummingbirdCore
import Logging
import NIOPosix
import ServiceLifecycle
@main struct Weir { static func main() { print("weir") } }
