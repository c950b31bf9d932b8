// Flow records, from a batch of slices to what is kept.
extension MetricFamily {
    static let ingestCalls = counter(
        "weir_flow_ingest_batches_total", "Batches that agents sent, by what became of them.", "outcome")
    static let ingestDuration = histogram(
        "weir_flow_ingest_duration_seconds", "From a decoded batch to its being durable.")
    static let ingestLag = histogram(
        "weir_flow_ingest_lag_seconds", "From the end of a slice to its being durable at the server.")

    static let windowLag = histogram(
        "weir_flow_window_lag_seconds",
        "From the end of a window of an ENI's flow log to its records being searchable; what comes late counts again.")

    static let storeBatches = counter(
        "weir_flow_store_batches_total", "Batches in the store, each once; counted since the store was made.")
    static let storeEntries = counter(
        "weir_flow_store_entries_total", "Entries of slices in them; counted since the store was made.")
    static let storeRepeated = counter(
        "weir_flow_store_repeated_batches_total", "Batches that came again and changed nothing.")
    static let storeMissing = gauge(
        "weir_flow_store_missing_batches", "Batches that have not come although later ones did.")
    static let storeReplaced = counter(
        "weir_flow_store_replaced_spools_total",
        "Times a known agent came with a new spool; counted since the store was made.")
    static let storeUnclaimedSlices = counter(
        "weir_flow_store_unclaimed_slices_total",
        "Slices for flow logs that do not exist (any more); counted since the store was made.")
    static let storeUnclaimedPackets = counter(
        "weir_flow_store_unclaimed_packets_total",
        "Packets under them: in no record; counted since the store was made.")
    static let storeUnclaimedBytes = counter(
        "weir_flow_store_unclaimed_bytes_total", "Bytes under them; counted since the store was made.")
    static let storeExpired = counter(
        "weir_flow_store_expired_records_total",
        "Records deleted because of their age or number; counted since the store was made.")
    static let storeOpenWindows = gauge("weir_flow_store_open_windows", "Windows still running.")
    static let storeOpenFlows = gauge("weir_flow_store_open_flows", "Flows in the windows still running.")
    static let storeCrowded = counter(
        "weir_flow_store_crowded_packets_total",
        "Packets that found no room in the running windows, in SKIPDATA records; counted since the store was made.")
    static let storeUnsealed = gauge(
        "weir_flow_store_journal_records", "Records that are in the journal alone, not in a Parquet file yet.")
    static let storeFiles = gauge("weir_flow_store_files", "Parquet files of records.")
    static let storeFileBytes = gauge("weir_flow_store_file_bytes", "Bytes of those files.")
    static let storeFileRecords = gauge("weir_flow_store_file_records", "Records in those files.")
    static let storeDamages = gauge(
        "weir_flow_store_damages", "Damages found in journal and files; weir flows verify lists them.")
}
