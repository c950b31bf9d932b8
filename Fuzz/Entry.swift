/// What libFuzzer calls; `run.sh` chooses the target by a flag.
@c(LLVMFuzzerTestOneInput) public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    #if FUZZ_PACKET
    fuzzPacket(bytes)
    #elseif FUZZ_SLICES
    fuzzSlices(bytes)
    #elseif FUZZ_CAPTURE
    fuzzCapture(bytes)
    #elseif FUZZ_PARAMETERS
    fuzzParameters(bytes)
    #elseif FUZZ_AUTHORIZATION
    fuzzAuthorization(bytes)
    #elseif FUZZ_JSON
    fuzzJSON(bytes)
    #elseif FUZZ_PARQUET
    fuzzParquet(bytes)
    #elseif FUZZ_JOURNAL
    fuzzJournal(bytes)
    #elseif FUZZ_FILTER
    fuzzFilter(bytes)
    #else
    #error("no fuzz target chosen")
    #endif
    return 0
}
