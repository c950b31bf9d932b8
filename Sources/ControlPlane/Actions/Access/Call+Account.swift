import CloudAPI
import Model
import Store

extension Call {
    /// The account a call of the command line is about: the caller's own, or any for the root account.
    func account(_ id: String?, _ tx: any ReadTransaction) throws -> String {
        guard let id, id != scope.accountID else { return scope.accountID }
        guard isOperator, try tx.find(Account.self, id, in: nil) != nil else {
            throw APIError.notFound("AccountId", "account")
        }
        return id
    }

    /// An access key of an account that people use; those of agents and join tokens are not theirs to change.
    func accessKey(_ id: String, of accountID: String, _ tx: any ReadTransaction) throws -> AccessKey {
        guard let key = try tx.find(AccessKey.self, id, in: nil), key.accountID == accountID,
            key.role != .agent, key.role != .join
        else { throw APIError.notFound("AccessKeyId", "access key") }
        return key
    }

    /// Every name must be that of a policy of the account.
    func requirePolicies(_ names: [String], of accountID: String, _ tx: any ReadTransaction) throws {
        for name in names where try tx.find(AccessPolicy.self, AccessPolicy.id(accountID, name), in: nil) == nil {
            throw APIError(.init("InvalidPolicyName.NotFound", 404), "There is no policy \(name) in the account.")
        }
    }

    /// A change must leave the account a root key that is good without an end.
    func requireRootKey(of accountID: String, besides key: AccessKey, _ tx: any ReadTransaction) throws {
        guard key.role == .root else { return }
        let keys = ListQuery<AccessKey>().filter("accountID", accountID).filter("role", AccessRole.root.rawValue)
        let others = try tx.list(keys, in: nil).items.filter {
            $0.id != key.id && $0.isEnabled && $0.expiresAt == 0
        }
        guard !others.isEmpty else {
            throw APIError(
                .init("OperationDenied.LastRootKey", 409),
                "It is the last root key of the account; rotate it, or make another first.")
        }
    }
}

extension Rule where Value == String {
    /// A policy's text, checked.
    static var policyDocument: Rule {
        Rule { (text: String, _: String) throws(APIError) in
            do { _ = try PolicyDocument(text) } catch {
                throw APIError(.init("InvalidPolicyDocument.Malformed", 400), "The policy is refused: \(error).")
            }
            return text
        }
    }

    /// What people call accounts, keys and policies: 1–64 characters, first a letter, Chinese character or digit.
    static var accessName: Rule {
        Rule { (text: String, name: String) throws(APIError) in
            guard text.utf8.count <= 64 else { throw .malformed("Name", "name") }
            return try Rule.name.read(text, name)
        }
    }
}
