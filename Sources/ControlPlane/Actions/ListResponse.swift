/// Tag as the API shows it.
struct TagView: Encodable, Sendable {
    let Key: String
    let Value: String
}
