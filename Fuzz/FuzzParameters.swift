import CloudAPI

/// Any bytes as a query string: what is taken means the same when it is written anew, and every kind of parameter is
/// read or refused.
func fuzzParameters(_ bytes: UnsafeRawBufferPointer) {
    guard let pairs = try? Parameters.pairs(Array(bytes)) else { return }
    precondition(pairs.count <= Parameters.maximumCount)
    let text = pairs.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }.joined(separator: "&")
    let again = try? Parameters.pairs(text.utf8)
    precondition(again.map { $0.elementsEqual(pairs, by: ==) } ?? false)
    var parameters = Parameters()
    guard (try? parameters.addForm(Array(bytes))) != nil else { return }
    precondition(pairs.allSatisfy { parameters[$0.name] == $0.value })
    read(parameters)
}

/// Reads every kind of parameter there is.
func read(_ parameters: Parameters) {
    for name in ["Tags", "TagFilters", "Ids", ""] {
        guard let indices = parameters.indices(of: name) else { continue }
        precondition(indices == indices.sorted() && indices.allSatisfy { $0 >= 1 && $0 <= Parameters.maximumCount })
    }
    guard let probe = try? Probe.decode(parameters) else { return }
    precondition(probe.tags.count <= 50 && probe.filters.count <= 10 && (probe.ids?.count ?? 0) <= 100)
    precondition(probe.number.map { (1...100).contains($0) } ?? true)
}
