import CloudAPI

/// Any bytes as a JSON body: what is taken is what the same parameters are as a form.
func fuzzJSON(_ bytes: UnsafeRawBufferPointer) {
    var parameters = Parameters()
    guard (try? parameters.addJSON(Array(bytes))) != nil else { return }
    let pairs = parameters.sorted
    precondition(pairs.count <= Parameters.maximumCount)
    let text = pairs.map { PercentCoding.encode($0.key) + "=" + PercentCoding.encode($0.value) }.joined(separator: "&")
    var form = Parameters()
    precondition((try? form.addForm(text.utf8)) != nil && form == parameters)
    read(parameters)
}
