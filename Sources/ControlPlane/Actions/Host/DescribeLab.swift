import CloudAPI
import Model
import Store

/// The lab as it is meant to be: namespaces, instances, ports.
struct DescribeLab: ReadAction, WeirAction {
    typealias Request = NoParameters
    typealias Response = LabLayout
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> LabLayout {
        guard let host = try tx.list(ListQuery<Host>(), in: call.scope).items.first(where: \.isLab) else {
            return LabLayout(Lab: nil)
        }
        return LabLayout(Lab: try DesiredStateBuilder(tx, settings: call.settings).state(for: host).lab)
    }
}
