import CloudAPI
import Model
import Testing

/// Names, descriptions, tags and lists, as tables.
@Suite struct FieldRuleTests {
    @Test(arguments: [
        "a", "Z", "0", "中", "a.b_c-d", "中文-1", "9.", String(repeating: "a", count: 128),
        String(repeating: "名", count: 128),
    ])
    func `a name is taken`(_ name: String) { #expect(Probe.refusal(["Name": name]) == nil) }

    @Test(arguments: [
        "", " a", "a b", "-a", ".a", "_a", "a/b", "http://a", "é", "aé", "a\u{0}", "😀", "ａ", "a\n",
        String(repeating: "a", count: 129), String(repeating: "名", count: 129),
    ])
    func `a name is refused`(_ name: String) { #expect(Probe.refusal(["Name": name]) == "InvalidName.Malformed") }

    @Test(arguments: [
        "", "a", "中，文。", "a,b.c_d e=f-g", String(repeating: "a", count: 255), String(repeating: "字", count: 255),
    ])
    func `a description is taken`(_ text: String) { #expect(Probe.refusal(["Description": text]) == nil) }

    @Test(arguments: [" a", ",a", "，a", "a;b", "a/b", "a\nb", "a'b", "é", String(repeating: "a", count: 256)])
    func `a description is refused`(_ text: String) {
        #expect(Probe.refusal(["Description": text]) == "InvalidDescription.Malformed")
    }

    @Test func `too long and malformed are told apart`() {
        #expect(throws: APIError.nameTooLong) {
            try Probe.decode(Parameters(["Name": String(repeating: "*", count: 129)]))
        }
        #expect(throws: APIError.nameMalformed) { try Probe.decode(Parameters(["Name": "*"])) }
        #expect(throws: APIError.descriptionTooLong) {
            try Probe.decode(Parameters(["Description": String(repeating: "*", count: 256)]))
        }
        #expect(throws: APIError.descriptionMalformed) { try Probe.decode(Parameters(["Description": "*"])) }
    }

    @Test(
        arguments: [
            ([:], nil), (["Tags.1.Key": "k"], nil), (["Tags.1.Key": "k", "Tags.1.Value": ""], nil),
            (["Tags.1.Key": "ключ_.:/=+-@ 9", "Tags.1.Value": "値 _.:/=+-@"], nil),
            (["Tags.1.Key": String(repeating: "k", count: 128)], nil),
            (["Tags.1.Key": "k", "Tags.1.Value": String(repeating: "v", count: 256)], nil),
            (["Tags.1.Key": "volcano"], nil),
            (["Tags.0.Key": "k"], "InvalidTag.Disorder"), (["Tags.2.Key": "k"], "InvalidTag.Disorder"),
            (["Tags.1.Value": "v"], "InvalidTag.Disorder"), (["Tags.1": "k"], "InvalidTag.Disorder"),
            (["Tags.a.Key": "k"], "InvalidTag.Disorder"), (["Tags.-1.Key": "k"], "InvalidTag.Disorder"),
            (["Tags.99999999999999999999.Key": "k"], "InvalidTag.Disorder"),
            (["Tags.1.Key": ""], "InvalidTagKey.Malformed"), (["Tags.1.Key": "  "], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "Volc:a"], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": " sYs:a"], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "a\tb"], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "k", "Tags.2.Key": " k"], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": String(repeating: "k", count: 129)], "InvalidTagKey.Malformed"),
            (["Tags.1.Key": "k", "Tags.1.Value": "a;b"], "InvalidTagValue.Malformed"),
            (["Tags.1.Key": "k", "Tags.1.Value": String(repeating: "v", count: 257)], "InvalidTagValue.Malformed"),
        ] as [([String: String], String?)])
    func `tags are checked`(_ tags: [String: String], _ code: String?) { #expect(Probe.refusal(tags) == code) }

    @Test func `50 tags are taken, 51 are not, and spaces around them go`() throws {
        var values: [String: String] = [:]
        for index in 1...50 { values["Tags.\(index).Key"] = " k\(index) " }
        values["Tags.1.Value"] = " v w "
        let tags = try Probe.decode(Parameters(values)).tags
        #expect(tags.count == 50)
        #expect(tags.first == Tag(key: "k1", value: "v w"))
        values["Tags.51.Key"] = "k51"
        #expect(Probe.refusal(values) == "LimitExceeded.Tags")
    }

    @Test(
        arguments: [
            (["TagFilters.1.Key": "k"], nil),
            (["TagFilters.1.Key": "k", "TagFilters.1.Values.1": "a", "TagFilters.1.Values.3": "b"], nil),
            (["TagFilters.1.Values.1": "a"], "InvalidParameter.TagFilters.1.Key"),
            (["TagFilters.1.Key": "k", "TagFilters.2.Key": "k"], "InvalidParameter.TagFilters.2.Key"),
            (
                [
                    "TagFilters.1.Key": "k", "TagFilters.1.Values.1": "a", "TagFilters.1.Values.2": "b",
                    "TagFilters.1.Values.3": "c", "TagFilters.1.Values.4": "d",
                ], "InvalidParameter.TagFilters.1.Values"
            ),
            (["TagFilters.x.Key": "k"], "InvalidParameter.TagFilters"),
            (["Number": "1"], nil), (["Number": "0"], "InvalidParameter.Number"),
            (["Number": ""], "InvalidParameter.Number"), (["Number": "+1"], "InvalidParameter.Number"),
            (["Number": " 1"], "InvalidParameter.Number"), (["MaxResults": "+1"], "InvalidMaxResults.Malformed"),
            (["Number": "9223372036854775808"], "InvalidParameter.Number"), (["Flag": "True"], nil),
            (["Flag": "1"], "InvalidParameter.Flag"), (["Block": "10.0.0.0/8"], nil),
            (["Block": "10.0.0.0/8/8"], "InvalidCidrBlock.Malformed"), (["Type": "All"], nil),
            (["Type": "all"], "InvalidParameter.Type"), (["MaxResults": "100"], nil),
            (["MaxResults": "101"], "InvalidMaxResults.Malformed"), (["PageSize": "0"], "InvalidParameter.PageSize"),
            (["PageNumber": "-1"], "InvalidParameter.PageNumber"), (["Ids.a": "x"], "InvalidParameter.Ids"),
            (["Ids.1.Key": "x"], "InvalidParameter.Ids"),
        ] as [([String: String], String?)])
    func `other kinds are checked`(_ values: [String: String], _ code: String?) {
        #expect(Probe.refusal(values) == code)
    }

    @Test func `100 IDs are taken, 101 are not`() {
        var values: [String: String] = [:]
        for index in 1...100 { values["Ids.\(index)"] = "x" }
        #expect(Probe.refusal(values) == nil)
        values["Ids.101"] = "x"
        #expect(Probe.refusal(values) == "InvalidParameter.Ids")
    }
}
