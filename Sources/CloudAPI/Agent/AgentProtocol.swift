public import Model

// The calls between agent and server: service `weir`, signed like any other, arguments as one JSON text where they
// are a document of their own.

/// `JoinHost`, signed with the join token's own ID and secret.
public struct JoinHostRequest: Codable, Sendable {
    public var Hostname: String
    public init(hostname: String) { Hostname = hostname }
}

/// The host's identity from now on. The secret is shown once.
public struct JoinHostResponse: Codable, Sendable {
    public var HostId: String
    public var AccessKeyId: String
    public var SecretAccessKey: String
    public var Region: String

    public init(hostID: String, accessKeyID: String, secretAccessKey: String, region: String) {
        HostId = hostID
        AccessKeyId = accessKeyID
        SecretAccessKey = secretAccessKey
        Region = region
    }
}

/// `ReportHost`, `AcknowledgeState`, `PutLedgers`: `Document` is the JSON of ``HostReport``,
/// ``HostAcknowledgement``, ``HostLedger`` or ``ProbeReport`` (`PutProbeReport`).
public struct DocumentRequest: Codable, Sendable {
    public var Document: String
    public init(document: String) { Document = document }
}

/// `PullState`: answers at once when the host's state is newer than `AfterGeneration`, else after `WaitSeconds`.
public struct PullStateRequest: Codable, Sendable {
    public var AfterGeneration: UInt64
    /// 0...30.
    public var WaitSeconds: Int

    public init(afterGeneration: UInt64, waitSeconds: Int) {
        AfterGeneration = afterGeneration
        WaitSeconds = waitSeconds
    }
}

public struct PullStateResponse: Codable, Sendable {
    /// Absent when nothing is newer.
    public var State: DesiredState?
    public init(state: DesiredState?) { State = state }
}

/// `PutSlices`: one spooled batch. Sending it again changes nothing.
public struct PutSlicesRequest: Codable, Sendable {
    /// The spool's UUID: a new spool starts its sequence anew.
    public var SpoolId: String
    /// Counts from 1 without a gap.
    public var Sequence: UInt64
    /// The batch sums up those from here to `Sequence`; absent when it stands for itself alone.
    public var FirstSequence: UInt64?
    /// Unix milliseconds: with this batch has come all that was counted before. Absent when more of the same drain
    /// follows.
    public var CompleteThrough: Int64?
    /// Base64 of the slices as `FlowSliceCodec` writes them.
    public var Data: String

    public init(
        spoolID: String, sequence: UInt64, firstSequence: UInt64? = nil, completeThrough: Int64? = nil, data: String
    ) {
        SpoolId = spoolID
        Sequence = sequence
        FirstSequence = firstSequence
        CompleteThrough = completeThrough
        Data = data
    }
}

public struct PutSlicesResponse: Codable, Sendable {
    /// Everything up to and including this is durable at the server.
    public var AcknowledgedSequence: UInt64
    public init(acknowledgedSequence: UInt64) { AcknowledgedSequence = acknowledgedSequence }
}

/// `PullProbes`: answers at once when the host has a part in a probe, else after `WaitSeconds`.
public struct PullProbesRequest: Codable, Sendable {
    /// 0...30.
    public var WaitSeconds: Int
    public init(waitSeconds: Int) { WaitSeconds = waitSeconds }
}

public struct PullProbesResponse: Codable, Sendable {
    /// Each is handed out once.
    public var Orders: [ProbeOrder]
    public init(orders: [ProbeOrder]) { Orders = orders }
}
