// Hosts: their agents, what the kernel counts for them, and the way of flow slices to the server.
extension MetricFamily {
    static let hosts = gauge("weir_hosts", "Hosts that joined, by whether they were heard lately.", "state")
    static let hostsShown = gauge(
        "weir_hosts_shown", "Hosts that have samples of their own on this page; the first thousand by ID.")
    static let hostInfo = gauge(
        "weir_host_info", "Always 1; says what a host is.", "host", "hostname", "account", "region", "agent", "kernel")
    static let hostUp = gauge("weir_host_up", "1 when a host was heard lately, 0 when nothing waits for it.", "host")
    static let hostHeard = gauge(
        "weir_host_heard_timestamp_seconds", "When a host was heard last, in seconds since 1970.", "host")
    static let hostBehind = gauge(
        "weir_host_generations_behind", "Generations of intent that a host has not acknowledged.", "host")
    static let hostFailures = gauge("weir_host_failures", "Things that did not come true on a host.", "host")

    static let agentStart = gauge(
        "weir_agent_start_time_seconds", "When the agent's process began, in seconds since 1970.", "host")
    static let agentCPU = counter(
        "weir_agent_cpu_seconds_total", "Time the agent spent on CPUs, user and system.", "host")
    static let agentMemory = gauge("weir_agent_resident_memory_bytes", "Memory the agent has in RAM.", "host")
    static let agentApplies = counter(
        "weir_agent_rounds_total", "Rounds that compared the kernel with what is wanted.", "host")
    static let agentApplySeconds = counter("weir_agent_round_seconds_total", "Time those rounds took.", "host")
    static let agentBindings = gauge("weir_agent_bindings", "ENIs that a host is to hold.", "host")
    static let agentSessions = gauge("weir_agent_sessions", "Mirror sessions that a host is to run.", "host")

    static let mirrorMatched = counter(
        "weir_mirror_matched_packets_total", "Wire packets that a rule of a session accepted.", "host")
    static let mirrorMatchedBytes = counter(
        "weir_mirror_matched_bytes_total", "Bytes of their original frames.", "host")
    static let mirrored = counter(
        "weir_mirror_sent_packets_total", "Copies that left the host towards their target.", "host")
    static let mirroredBytes = counter(
        "weir_mirror_sent_bytes_total", "Bytes of the inner frames as they were sent.", "host")
    static let mirrorDropped = counter(
        "weir_mirror_lost_packets_total", "Copies that were lost, by reason.", "host", "reason")
    static let mirrorTruncated = counter(
        "weir_mirror_truncated_packets_total", "Copies cut, by PacketLength or by the path's MTU.", "host", "cause")
    static let mirrorRefused = counter(
        "weir_mirror_target_refused_total", "ICMP errors in answer to copies: nobody listens at the target.", "host")

    static let deviceUnattached = counter(
        "weir_device_unattached_seconds_total",
        "Time in which an ENI's device was missing or without its programs, over all ENIs.", "host")
    static let deviceUnparsed = counter(
        "weir_device_unparsed_packets_total", "Frames whose IP header made no sense: in no flow, not mirrored.", "host")
    static let deviceLateDrops = counter(
        "weir_device_late_drops_total", "Drops that came after the map of their packet was drained.", "host")
    static let deviceUnattributed = counter(
        "weir_device_unattributed_drops_total", "Drops of packets whose five-tuple was in no map.", "host")

    static let deviceUnseenDrops = counter(
        "weir_device_unseen_drops_total",
        "Drops that the programs may not have seen: freed while both were running on that CPU, at most so many.", "host"
    )

    static let drains = counter("weir_agent_drains_total", "Times the flow maps were drained.", "host", "outcome")
    static let drainSeconds = counter("weir_agent_drain_seconds_total", "Time the drains took.", "host")
    static let drainedThrough = gauge(
        "weir_agent_drained_timestamp_seconds", "End of the last slice that is durable on the host.", "host")
    static let drainedSlices = counter("weir_agent_drained_slices_total", "Slices, one an ENI and drain.", "host")
    static let drainedEntries = counter("weir_agent_drained_entries_total", "Entries of those slices.", "host")
    static let drainedPackets = counter("weir_agent_drained_packets_total", "Wire packets under them.", "host")
    static let drainedBytes = counter("weir_agent_drained_bytes_total", "Bytes of IP under them.", "host")
    static let flowLostPackets = counter(
        "weir_flow_lost_packets_total",
        "Packets that are in no entry of a flow, by where they were lost; all but spool_lost are in SKIPDATA records.",
        "host", "reason")
    static let flowLostBytes = counter(
        "weir_flow_lost_bytes_total", "Bytes of IP that found no room in the kernel's maps.", "host", "reason")

    static let spoolBytes = gauge("weir_spool_bytes", "Bytes of the files of a host's spool.", "host")
    static let spoolLimit = gauge("weir_spool_limit_bytes", "Bytes that a host's spool may have.", "host")
    static let spoolWaiting = gauge("weir_spool_waiting_batches", "Batches that wait for the server.", "host")
    static let spoolLost = counter(
        "weir_spool_lost_batches_total", "Batches given up whole: the server sees a gap.", "host")
    static let spoolCorrupt = gauge(
        "weir_spool_corrupt_files", "Files set aside because they could not be read.", "host")
    static let sentBatches = counter("weir_spool_sent_batches_total", "Batches the server has for good.", "host")
    static let sentBytes = counter("weir_spool_sent_bytes_total", "Bytes of slices in them.", "host")
    static let sendFailures = counter("weir_spool_send_failures_total", "Times sending a batch failed.", "host")
}
