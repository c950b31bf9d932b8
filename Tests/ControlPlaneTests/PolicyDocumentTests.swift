import Model
import Testing

@testable import ControlPlane

/// What policies say, without a server.
@Suite struct PolicyDocumentTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false), ("a?c", "abc", true),
        ("a?c", "ac", false), ("a?c", "a中c", true), ("a*c", "ac", true), ("a*c", "abbbc", true),
        ("a*c", "abcd", false), ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
        ("trn:vpc:*:1:vpc/*", "trn:vpc:cn-beijing:1:vpc/vpc-1", true),
        ("trn:vpc:*:1:vpc/*", "trn:vpc:cn-beijing:2:vpc/vpc-1", false), ("vpc:Describe*", "vpc:DeleteVpc", false),
        ("a**b", "ab", true), ("ab", "abc", false), ("abc", "ab", false), ("a?", "a", false),
    ])
    func `a pattern matches the whole text or nothing`(pattern: String, text: String, matches: Bool) {
        #expect(Wildcard(pattern).matches(text) == matches)
    }

    @Test func `a hostile pattern takes no time to speak of`() {
        let pattern = Wildcard(String(repeating: "*a", count: 1000))
        #expect(!pattern.matches(String(repeating: "a", count: 900) + "b"))
    }

    @Test(arguments: [
        ("[]", "not a JSON object"), ("{", "not a JSON object"), ("{}", "at least one statement"),
        (#"{"Statement": []}"#, "at least one statement"), (#"{"Statement": ["a"]}"#, "Statement.1: not an object"),
        (#"{"Statements": [{}]}"#, "there is no member Statements"),
        (#"{"Statement": {"Effect": "allow", "Action": "*"}}"#, "Statement.1.Effect"),
        (#"{"Statement": {"Effect": "Allow"}}"#, "Statement.1.Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": []}}"#, "Statement.1.Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": ["*", 1]}}"#, "Statement.1.Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": "DescribeVpcs"}}"#, "has no service"),
        (#"{"Statement": {"Effect": "Allow", "NotAction": "vpc:*"}}"#, "there is no member NotAction"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "vpc-1"}}"#, "is not a TRN"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "trn:*/${a}"}}"#, "variables"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"IpAddress": {}}}}"#, "IpAddress: known are"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {}}}}"#, "condition key"),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"volc:SourceIp": "x"}}}}"#,
            "there is no key volc:SourceIp"
        ),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"weir:ProjectName": 1}}}}"#,
            "write a text"
        ),
    ])
    func `what is not understood is refused, and where it is said`(text: String, problem: String) {
        let error = #expect(throws: PolicyDocument.Problem.self) { try PolicyDocument(text) }
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
    }

    @Test func `a policy that is too long is refused`() {
        let text = #"{"Statement": {"Effect": "Allow", "Action": "*"}}"#
        #expect(throws: PolicyDocument.Problem.self) {
            try PolicyDocument(text + String(repeating: " ", count: PolicyDocument.maximumBytes))
        }
    }

    private static let web = AccessedResource(
        trn: "trn:vpc:cn-beijing:1:vpc/vpc-1", project: "web", tags: [Tag(key: "env", value: "prod")])

    private func allows(_ statements: String, _ action: String = "vpc:DeleteVpc", on resource: AccessedResource = web)
        throws -> Bool
    {
        Permissions(try PolicyDocument(#"{"Statement": [\#(statements)]}"#).statements).allows(action, on: resource)
    }

    @Test func `nothing is allowed unless a statement says so, and an explicit deny wins in any order`() throws {
        #expect(!Permissions([]).allows("vpc:DescribeVpcs", on: Self.web))
        let allow = #"{"Effect": "Allow", "Action": "*"}"#
        let deny = #"{"Effect": "Deny", "Action": "vpc:Delete*"}"#
        #expect(try allows(allow))
        #expect(try !allows("\(allow), \(deny)"))
        #expect(try !allows("\(deny), \(allow)"))
        #expect(try allows("\(allow), \(deny)", "vpc:DescribeVpcs"))
        #expect(try !allows(deny, "vpc:DescribeVpcs"))
        // A deny in another letter case denies as well.
        #expect(try !allows("\(allow), " + #"{"Effect": "Deny", "Action": "VPC:deletevpc"}"#))
    }

    @Test(arguments: [
        (#"{"StringEquals": {"weir:ProjectName": "web"}}"#, true),
        (#"{"StringEquals": {"weir:ProjectName": ["a", "web"]}}"#, true),
        (#"{"StringEquals": {"weir:ProjectName": "we*"}}"#, false),
        (#"{"StringLike": {"weir:ProjectName": "we*"}}"#, true),
        (#"{"StringNotEquals": {"weir:ProjectName": "web"}}"#, false),
        (#"{"StringNotLike": {"weir:ProjectName": "x*"}}"#, true),
        (#"{"StringEquals": {"volc:ResourceTag/env": "prod"}}"#, true),
        (#"{"StringEquals": {"volc:ResourceTag/env": "Prod"}}"#, false),
        (#"{"StringEquals": {"volc:ResourceTag/team": "a"}}"#, false),
        (#"{"StringNotEquals": {"volc:ResourceTag/team": "a"}}"#, true),
        (#"{"StringEquals": {"volc:RequestTag/env": "prod"}}"#, false),
        (#"{"StringEquals": {"weir:ProjectName": "web", "volc:ResourceTag/env": "dev"}}"#, false),
        (#"{"StringEquals": {"weir:ProjectName": "web"}, "StringLike": {"volc:ResourceTag/env": "*d"}}"#, true),
    ])
    func `conditions compare the resource's project and tags`(condition: String, holds: Bool) throws {
        #expect(try allows(#"{"Effect": "Allow", "Action": "*", "Condition": \#(condition)}"#) == holds)
    }

    @Test func `no condition on what a resource is holds for one that is not there`() throws {
        let absent = AccessedResource(trn: "trn:vpc:cn-beijing:1:vpc/vpc-1")
        let statement =
            #"{"Effect": "Allow", "Action": "*", "Condition": {"StringLike": {"weir:ProjectName": "*"}}}"#
        #expect(try !allows(statement, on: absent))
    }

    @Test func `a narrower set can only take away`() throws {
        func statements(_ text: String) throws -> [PolicyStatement] {
            try PolicyDocument(#"{"Statement": \#(text)}"#).statements
        }
        let reads = Permissions(try statements(#"{"Effect": "Allow", "Action": "vpc:Describe*"}"#))
        let narrowed = reads.narrowed(by: try statements(#"{"Effect": "Allow", "Action": "vpc:*"}"#))
        #expect(narrowed.allows("vpc:DescribeVpcs", on: Self.web))
        #expect(!narrowed.allows("vpc:DeleteVpc", on: Self.web))
        #expect(!reads.narrowed(by: []).allows("vpc:DescribeVpcs", on: Self.web))
        #expect(narrowed.mayAllow("vpc:DescribeVpcs"))
        #expect(!narrowed.mayAllow("vpc:DeleteVpc"))
    }
}
