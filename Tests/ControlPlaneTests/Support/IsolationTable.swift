import ControlPlane

extension AccountIsolationTests {
    /// What each action is tried with, by `service:Action`: all that it names is the estate's.
    static func table(_ estate: Estate) -> [String: Row] {
        network(estate).merging(mirroring(estate)) { $1 }.merging(own(estate)) { $1 }
    }

    private static func network(_ estate: Estate) -> [String: Row] {
        let entry = ["Protocol": "all", "PortStart": "-1", "PortEnd": "-1", "CidrIp": "10.9.0.0/16"]
        func group(_ more: [String: String] = [:]) -> [String: String] {
            more.merging(["SecurityGroupId": estate.group]) { $1 }
        }
        let association = [
            "NetworkAclId": estate.acl, "Resource.1.ResourceId": estate.subnet, "Resource.1.ResourceType": "subnet",
        ]
        let tagged = ["ResourceType": "vpc", "ResourceIds.1": estate.vpc]
        let taggedBalancer = ["ResourceType": "CLB", "ResourceIds.1": estate.balancer]
        let attachment = ["NetworkInterfaceId": estate.interface, "InstanceId": estate.instance]
        return [
            "vpc:CreateVpc": Row(.answers, ["CidrBlock": "10.0.0.0/16"]),
            "vpc:DescribeVpcs": Row(.answers, ["VpcIds.1": estate.vpc]),
            "vpc:DescribeVpcAttributes": Row(.refused, ["VpcId": estate.vpc]),
            "vpc:ModifyVpcAttributes": Row(.refused, ["VpcId": estate.vpc, "VpcName": "taken"]),
            "vpc:DeleteVpc": Row(.refused, ["VpcId": estate.vpc]),
            "vpc:CreateSubnet": Row(
                .refused, ["VpcId": estate.vpc, "CidrBlock": "10.0.9.0/24", "ZoneId": "cn-beijing-a"]),
            "vpc:DescribeSubnets": Row(.answers, ["VpcId": estate.vpc]),
            "vpc:DescribeSubnetAttributes": Row(.refused, ["SubnetId": estate.subnet]),
            "vpc:ModifySubnetAttributes": Row(.refused, ["SubnetId": estate.subnet, "SubnetName": "taken"]),
            "vpc:DeleteSubnet": Row(.refused, ["SubnetId": estate.subnet]),
            "vpc:CreateSecurityGroup": Row(.refused, ["VpcId": estate.vpc]),
            "vpc:DescribeSecurityGroups": Row(.answers, ["SecurityGroupIds.1": estate.group]),
            "vpc:DescribeSecurityGroupAttributes": Row(.refused, group()),
            "vpc:ModifySecurityGroupAttributes": Row(.refused, group(["SecurityGroupName": "taken"])),
            "vpc:DeleteSecurityGroup": Row(.refused, group()),
            "vpc:AuthorizeSecurityGroupIngress": Row(.refused, group(entry)),
            "vpc:AuthorizeSecurityGroupEgress": Row(.refused, group(entry)),
            "vpc:RevokeSecurityGroupIngress": Row(.refused, group(entry)),
            "vpc:RevokeSecurityGroupEgress": Row(.refused, group(entry)),
            "vpc:CreateNetworkAcl": Row(.refused, ["VpcId": estate.vpc]),
            "vpc:DescribeNetworkAcls": Row(.answers, ["NetworkAclIds.1": estate.acl]),
            "vpc:DescribeNetworkAclAttributes": Row(.refused, ["NetworkAclId": estate.acl]),
            "vpc:ModifyNetworkAclAttributes": Row(
                .refused, ["NetworkAclId": estate.acl, "NetworkAclName": "taken"]),
            "vpc:UpdateNetworkAclEntries": Row(
                .refused, ["NetworkAclId": estate.acl, "UpdateIngressAclEntries": "true"]),
            "vpc:AssociateNetworkAcl": Row(.refused, association),
            "vpc:DisassociateNetworkAcl": Row(.refused, association),
            "vpc:DeleteNetworkAcl": Row(.refused, ["NetworkAclId": estate.acl]),
            "vpc:CreateNetworkInterface": Row(.refused, ["SubnetId": estate.subnet]),
            "vpc:DescribeNetworkInterfaces": Row(.answers, ["InstanceId": estate.instance]),
            "vpc:DescribeNetworkInterfaceAttributes": Row(.refused, ["NetworkInterfaceId": estate.interface]),
            "vpc:AttachNetworkInterface": Row(.refused, attachment),
            "vpc:DetachNetworkInterface": Row(.refused, attachment),
            "vpc:ModifyNetworkInterfaceAttributes": Row(
                .refused, ["NetworkInterfaceId": estate.interface, "NetworkInterfaceName": "taken"]),
            "vpc:DeleteNetworkInterface": Row(.refused, ["NetworkInterfaceId": estate.interface]),
            "clb:CreateLoadBalancer": Row(
                .refused, ["RegionId": "cn-beijing", "Type": "private", "SubnetId": estate.subnet]),
            "clb:DescribeLoadBalancers": Row(.answers, ["LoadBalancerIds.1": estate.balancer]),
            "clb:DescribeLoadBalancerAttributes": Row(.refused, ["LoadBalancerId": estate.balancer]),
            "clb:DeleteLoadBalancer": Row(.refused, ["LoadBalancerId": estate.balancer]),
            "clb:CreateListener": Row(
                .refused,
                ["LoadBalancerId": estate.balancer, "ServerGroupId": estate.servers, "Protocol": "TCP", "Port": "81"]),
            "clb:DescribeListeners": Row(.answers, ["LoadBalancerId": estate.balancer]),
            "clb:CreateServerGroup": Row(.refused, ["LoadBalancerId": estate.balancer]),
            "clb:AddServerGroupBackendServers": Row(
                .refused,
                [
                    "ServerGroupId": estate.servers, "Servers.1.Type": "ecs", "Servers.1.InstanceId": estate.instance,
                    "Servers.1.Port": "80",
                ]),
            "vpc:GetAsyncTaskStatus": Row(.refused, ["AsyncTaskId": estate.task]),
            "vpc:TagResources": Row(.refused, tagged.merging(["Tags.1.Key": "k"]) { $1 }),
            "vpc:UntagResources": Row(.refused, tagged.merging(["TagKeys.1": "k"]) { $1 }),
            "vpc:ListTagsForResources": Row(.answers, tagged),
            "clb:TagResources": Row(.refused, taggedBalancer.merging(["Tags.1.Key": "k"]) { $1 }),
            "clb:UntagResources": Row(.refused, taggedBalancer.merging(["TagKeys.1": "k"]) { $1 }),
            "clb:ListTagsForResources": Row(.answers, taggedBalancer),
        ]
    }

    private static func mirroring(_ estate: Estate) -> [String: Row] {
        let target = ["TrafficMirrorTargetId": estate.target]
        let filter = ["TrafficMirrorFilterId": estate.filter]
        let rule = ["TrafficMirrorFilterRuleId": estate.rule]
        let session = ["TrafficMirrorSessionId": estate.session]
        let log = ["FlowLogId": estate.log]
        return [
            "vpc:CreateTrafficMirrorTarget": Row(
                .refused, ["InstanceType": "NetworkInterface", "InstanceId": estate.interface]),
            "vpc:DescribeTrafficMirrorTargets": Row(.answers, ["TrafficMirrorTargetIds.1": estate.target]),
            "vpc:ModifyTrafficMirrorTargetAttributes": Row(
                .refused, target.merging(["TrafficMirrorTargetName": "taken"]) { $1 }),
            "vpc:DeleteTrafficMirrorTarget": Row(.refused, target),
            "vpc:CreateTrafficMirrorFilter": Row(.answers),
            "vpc:DescribeTrafficMirrorFilters": Row(.answers, ["TrafficMirrorFilterIds.1": estate.filter]),
            "vpc:ModifyTrafficMirrorFilterAttributes": Row(
                .refused, filter.merging(["TrafficMirrorFilterName": "taken"]) { $1 }),
            "vpc:DeleteTrafficMirrorFilter": Row(.refused, filter),
            "vpc:CreateTrafficMirrorFilterRule": Row(.refused, Estate.rule(estate.filter)),
            "vpc:ModifyTrafficMirrorFilterRuleAttributes": Row(.refused, rule.merging(["Policy": "reject"]) { $1 }),
            "vpc:DeleteTrafficMirrorFilterRule": Row(.refused, rule),
            "vpc:CreateTrafficMirrorSession": Row(
                .refused,
                target.merging(filter) { $1 }.merging(
                    ["NetworkInterfaceId": estate.interface, "Priority": "8"]) { $1 }),
            "vpc:DescribeTrafficMirrorSessions": Row(.answers, ["TrafficMirrorSessionIds.1": estate.session]),
            "vpc:ModifyTrafficMirrorSessionAttributes": Row(.refused, session.merging(["Priority": "9"]) { $1 }),
            "vpc:DeleteTrafficMirrorSession": Row(.refused, session),
            "vpc:CreateFlowLog": Row(.refused, TestCloud.flowLog.merging(["ResourceId": estate.vpc]) { $1 }),
            "vpc:DescribeFlowLogs": Row(.answers, ["FlowLogIds.1": estate.log]),
            "vpc:ModifyFlowLogAttribute": Row(.refused, log.merging(["FlowLogName": "taken"]) { $1 }),
            "vpc:ActiveFlowLog": Row(.refused, log),
            "vpc:DeactiveFlowLog": Row(.refused, log),
            "vpc:DeleteFlowLog": Row(.refused, log),
            "weir:DescribeMirrorLedger": Row(.refused, session),
            "weir:SetMirrorBudget": Row(.refused, session.merging(["PacketsPerSecond": "1"]) { $1 }),
            "weir:DescribeDeviceLedgers": Row(.refused, ["NetworkInterfaceId": estate.interface]),
            "weir:DescribeMirrorSessions": Row(.answers),
            "weir:ExplainPacket": Row(
                .refused,
                [
                    "NetworkInterfaceId": estate.interface, "Direction": "egress", "Protocol": "icmp",
                    "SourceIpAddress": "10.0.1.4", "DestinationIpAddress": "10.0.1.5",
                ]),
            "weir:ExplainResource": Row(.refused, ["ResourceId": estate.session]),
            "weir:VerifyMirrorSession": Row(.refused, session),
            "weir:SearchFlowRecords": Row(.answers, log),
            "weir:TailFlowRecords": Row(.answers, log.merging(["WaitSeconds": "0"]) { $1 }),
            "weir:SumFlowRecords": Row(.answers, log),
            "weir:AggregateFlowRecords": Row(.answers, ["Filter": "flow-log \(estate.log)"]),
        ]
    }

    /// Actions of Weir's own that are not about mirroring.
    private static func own(_ estate: Estate) -> [String: Row] {
        let rootKey = ["AccessKeyId": "AKLTnone"]
        return [
            "iam:CreateProject": Row(.answers, ["ProjectName": "mine"]),
            "iam:GetProject": Row(.refused, ["ProjectName": estate.project]),
            "iam:ListProjects": Row(.answers),
            "iam:MoveProjectResource": Row(
                .refused,
                [
                    "TargetProjectName": "default",
                    "ResourceTrn.1": "trn:vpc:cn-beijing:2100000001:vpc/\(estate.vpc)",
                ]),
            "ecs:DescribeInstances": Row(.answers, ["InstanceIds.1": estate.instance]),
            "ecs:DescribeZones": Row(.answers),
            "weir:CreateJoinToken": Row(.roots),
            "weir:DescribeHosts": Row(.answers),
            "weir:AdoptDevice": Row(.refused, ["HostId": estate.host, "Device": "eth0"]),
            "weir:ReleaseDevice": Row(.refused, ["NetworkInterfaceId": estate.interface]),
            "weir:DescribeLab": Row(.answers),
            "weir:DescribeServerStatus": Row(.answers),
            "weir:SetBusinessStatus": Row(
                .operators, ["ResourceId": estate.balancer, "BusinessStatus": "FinancialLocked"]),
            "weir:RegisterInstance": Row(.answers, ["InstanceId": estate.instance]),
            "weir:CreateAccount": Row(.operators, ["AccountName": "more"]),
            "weir:DescribeAccounts": Row(.operators),
            "weir:DeleteAccount": Row(.operators, ["AccountId": "2100000001"]),
            "weir:ResetAccount": Row(.refused, ["AccountId": "2100000001"]),
            "weir:CreateAccessKey": Row(.refused, ["AccountId": "2100000001"]),
            "weir:DescribeAccessKeys": Row(.refused, ["AccountId": "2100000001"]),
            "weir:UpdateAccessKey": Row(.refused, rootKey.merging(["Status": "Disabled"]) { $1 }),
            "weir:RotateAccessKey": Row(.refused, rootKey),
            "weir:DeleteAccessKey": Row(.refused, rootKey),
            "weir:CreateTemporaryKey": Row(.answers),
            "weir:PutAccessPolicy": Row(
                .refused,
                [
                    "PolicyName": "mine", "AccountId": "2100000001",
                    "PolicyDocument": #"{"Statement": {"Effect": "Allow", "Action": "*"}}"#,
                ]),
            "weir:DescribeAccessPolicies": Row(.refused, ["AccountId": "2100000001"]),
            "weir:DeleteAccessPolicy": Row(.refused, ["PolicyName": "p"]),
            "weir:SimulateAccess": Row(.refused, ["AccessKeyId": "AKLTnone", "ActionName": "vpc:DeleteVpc"]),
            "weir:DescribeAudit": Row(.refused, ["AccountId": "2100000001"]),
        ]
    }
}
