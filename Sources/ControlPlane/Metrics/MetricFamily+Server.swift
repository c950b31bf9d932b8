// The server itself: its process, its connections, its calls, its loops, what it keeps.
extension MetricFamily {
    static let build = gauge("weir_build_info", "Always 1; says which version runs.", "version")
    static let processStart = gauge(
        "process_start_time_seconds", "When the server's process began, in seconds since 1970.")
    static let processCPU = counter("process_cpu_seconds_total", "Time the server spent on CPUs, user and system.")
    static let processMemory = gauge("process_resident_memory_bytes", "Memory the server has in RAM.")
    static let processFiles = gauge("process_open_fds", "Files and sockets the server has open.")
    static let processMostFiles = gauge("process_max_fds", "Files and sockets the server may have open.")

    static let httpConnections = gauge("weir_http_connections", "Connections open now, over all listeners.")
    static let httpMostConnections = gauge(
        "weir_http_connections_max", "Connections that are answered at a time; those beyond are told so.")
    static let httpHeldBytes = gauge("weir_http_held_bytes", "Bytes of request bodies in memory now.")
    static let httpRefused = counter(
        "weir_http_refused_total", "Requests refused before they were calls: too slow, too large, too many, not HTTP.",
        "code")

    static let apiCalls = counter("weir_api_calls_total", "Calls answered.", "service", "action", "status")
    static let apiDuration = histogram(
        "weir_api_call_duration_seconds", "From a whole request to its answer, by kind of call.", "kind")

    static let rounds = counter("weir_reconciler_rounds_total", "Rounds of a loop.", "loop", "outcome")
    static let roundChanges = counter(
        "weir_reconciler_changes_total", "Resources moved, windows closed or records deleted by a loop.", "loop")
    static let roundSeconds = counter("weir_reconciler_seconds_total", "Time that the rounds of a loop took.", "loop")
    static let roundSucceeded = gauge(
        "weir_reconciler_last_success_timestamp_seconds", "End of the last round of a loop that succeeded.", "loop")
    static let unsettled = gauge(
        "weir_resources_unsettled", "Resources whose status is transitional, or Failed.", "kind", "status")
    static let unsettledAge = gauge(
        "weir_resources_unsettled_age_seconds",
        "How long the oldest of the first hundred transitional resources of a kind has been so.", "kind")
    static let generation = gauge("weir_intent_generation", "Generation of intent that hosts are to make true.")

    static let dataBytes = gauge("weir_data_bytes", "Bytes of files in the data directory.", "part")
    static let dataFree = gauge("weir_data_free_bytes", "Bytes that the server could still write on that disk.")
    static let scrapeSeconds = gauge("weir_scrape_seconds", "Time it took to make this page.")
}
