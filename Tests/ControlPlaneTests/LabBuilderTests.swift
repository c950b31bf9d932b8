import Model
import Testing

@testable import ControlPlane

@Suite struct LabBuilderTests {
    @Test(arguments: [
        ("weir", "i-web", "weir-i-web"), ("weir", "vpc-0123456789abcdefghijklmno", "weir-v-hijklmno"),
        ("abcdef", "i-0123456789abcdefghijklmno", "abcdef-i-jklmno"),
    ])
    func `a namespace's name is at most 15 bytes`(lab: String, id: String, name: String) {
        #expect(LabBuilder.namespace(lab, id) == name)
        #expect(name.utf8.count <= 15)
    }

    @Test func `the gateway is the first address of the subnet`() throws {
        #expect(try #require(IPv4CIDR("10.66.1.0/24")).gateway.description == "10.66.1.1")
    }

    @Test(arguments: [(0, 5), (2, 2), (5, 5), (7, 1), (60, 5), (1, 1), (90, 5)])
    func `a window is a sum of whole slices`(window: Int, slice: Int) {
        var settings = Settings()
        settings.flowWindowSeconds = window
        #expect(DesiredStateBuilder.sliceSeconds(settings) == slice)
        #expect((window == 0 ? 60 : window) % slice == 0)
    }
}
