"""What is done with a cloud that has everything: pages, moves between projects, deletions."""

from cloud import refused
from every_network_action import ZONE

LISTS = {
    "DescribeVpcs": "Vpcs", "DescribeSubnets": "Subnets", "DescribeNetworkInterfaces": "NetworkInterfaceSets",
    "DescribeSecurityGroups": "SecurityGroups", "DescribeNetworkAcls": "NetworkAcls",
    "DescribeTrafficMirrorTargets": "TrafficMirrorTargets", "DescribeTrafficMirrorFilters": "TrafficMirrorFilters",
    "DescribeTrafficMirrorSessions": "TrafficMirrorSessions", "DescribeFlowLogs": "FlowLogs",
}


class Endings:
    def seconds(self):
        """A second one of what there is one of, with nothing but the parameters that must come."""
        call = self.call

        def make(action, **arguments):
            made = call(action, **arguments)
            call.task_ends(made)
            return next(value for name, value in made.items() if name not in (
                "RequestId", "AsyncTaskId", "RouteTableId", "OrderId", "Version"))

        self.vpc2 = make("CreateVpc", CidrBlock="10.1.0.0/16")
        self.subnet2 = make("CreateSubnet", VpcId=self.vpc, ZoneId=ZONE, CidrBlock="10.0.2.0/24")
        self.acl2 = make("CreateNetworkAcl", VpcId=self.vpc)
        self.target2 = make("CreateTrafficMirrorTarget", InstanceType="ClbInstance", InstanceId=self.balancer)
        self.filter2 = make("CreateTrafficMirrorFilter")
        self.source2 = make("CreateNetworkInterface", SubnetId=self.subnet)
        call.task_ends(call("AttachNetworkInterface", NetworkInterfaceId=self.source2, InstanceId=self.instance))
        self.mirror2 = make("CreateTrafficMirrorSession", NetworkInterfaceId=self.source2, Priority=9,
                            TrafficMirrorTargetId=self.target2, TrafficMirrorFilterId=self.filter2)
        self.log2 = make("CreateFlowLog", FlowLogName="second", ResourceType="subnet", ResourceId=self.subnet2,
                         TrafficType="Drop", LogProjectName="all-projects", LogTopicName="all-topics")

    def pages(self):
        """Every list goes on where its first page ended."""
        call = self.call
        shown = call("DescribeVpcAttributes", VpcId=self.vpc)
        assert set(shown["SubnetIds"]) == {self.subnet, self.subnet2} and shown["NetworkAclNum"] == "2"
        assert set(shown["SecurityGroupIds"]) == {self.group, self.peer}
        for action, list in LISTS.items():
            first = call(action, MaxResults=1)
            second = call(action, MaxResults=1, NextToken=first["NextToken"])
            assert len(first[list]) == len(second[list]) == 1 and first[list] != second[list]
            if "TotalCount" in first:
                numbered = call(action, PageNumber=2, PageSize=1)
                assert numbered[list] == second[list] and numbered["TotalCount"] >= 2
        first = call("ListTagsForResources", ResourceType="vpc", MaxResults=1)
        second = call("ListTagsForResources", ResourceType="vpc", MaxResults=1, NextToken=first["NextToken"])
        assert {one["ResourceTags"][0]["TagKey"] for one in (first, second)} == {"team", "none"}
        first = call("DescribeInstances", "ecs", MaxResults=1)
        second = call("DescribeInstances", "ecs", MaxResults=1, NextToken=first["NextToken"])
        assert {one["Instances"][0]["InstanceId"] for one in (first, second)} == {self.instance, "i-collector1"}

    def move(self):
        """Everything goes from its project to the default one; a subnet goes with its VPC."""
        call, account, region = self.call, 2100000001, "cn-beijing"
        kinds = [
            ("vpc", "vpc", self.vpc), ("vpc", "eni", self.source), ("vpc", "securitygroup", self.group),
            ("vpc", "networkacl", self.acl), ("vpc", "trafficmirrortarget", self.target),
            ("vpc", "trafficmirrorfilter", self.filter), ("vpc", "trafficmirrorsession", self.mirror),
            ("vpc", "flowlog", self.log), ("clb", "clb", self.balancer),
        ]
        names = [f"trn:{service}:{region}:{account}:{kind}/{id}" for service, kind, id in kinds]
        lost = f"trn:vpc:{region}:{account}:vpc/vpc-none"
        with refused(404, "InvalidResourceTrn.NotFound"):
            call("MoveProjectResource", "iam", TargetProjectName="default", ResourceTrn=[*names, lost])
        assert call("DescribeVpcs", ProjectName="default", VpcIds=[self.vpc])["Vpcs"] == []
        call("MoveProjectResource", "iam", TargetProjectName="default", ResourceTrn=names)
        for action, list in LISTS.items():
            left = call(action, ProjectName=self.project)[list]
            assert left == [], (action, left)
        assert call("DescribeLoadBalancers", "clb", ProjectName=self.project)["LoadBalancers"] == []

    def delete(self):
        """In the order dependencies allow; each task ends, and what is deleted is listed no more."""
        call = self.call
        for action, name, ids in [
            ("DeleteTrafficMirrorSession", "TrafficMirrorSessionId", [self.mirror, self.mirror2]),
            ("DeleteFlowLog", "FlowLogId", [self.log, self.log2]),
            ("DeleteTrafficMirrorFilterRule", "TrafficMirrorFilterRuleId", [self.rule]),
            ("DeleteTrafficMirrorFilter", "TrafficMirrorFilterId", [self.filter, self.filter2]),
            ("DeleteTrafficMirrorTarget", "TrafficMirrorTargetId", [self.target, self.target2]),
        ]:
            for id in ids:
                call.task_ends(call(action, **{name: id}))
        call("DeleteLoadBalancer", "clb", LoadBalancerId=self.balancer, ForceDelete=True)
        call.until_gone("DescribeLoadBalancers", "LoadBalancers", "clb", LoadBalancerIds=[self.balancer])
        assert call("DescribeListeners", "clb", LoadBalancerId=self.balancer)["Listeners"] == []
        for id, instance in [(self.source, self.instance), (self.source2, self.instance),
                             (self.collector, "i-collector1")]:
            call.task_ends(call("DetachNetworkInterface", NetworkInterfaceId=id, InstanceId=instance))
            call.task_ends(call("DeleteNetworkInterface", NetworkInterfaceId=id))
        for action, name, ids in [
            ("DeleteNetworkAcl", "NetworkAclId", [self.acl, self.acl2]),
            ("DeleteSecurityGroup", "SecurityGroupId", [self.group, self.peer]),
            ("DeleteSubnet", "SubnetId", [self.subnet, self.subnet2]),
            ("DeleteVpc", "VpcId", [self.vpc, self.vpc2]),
        ]:
            for id in ids:
                call.task_ends(call(action, **{name: id}))
        for action, list in LISTS.items():
            assert call(action)[list] == []
