"""Projects, networks and instances: each action called with every parameter that this server reads."""

from cloud import refused, unique
from reference import echoes
from weir_server import REGION

ZONE = f"{REGION}-a"
TAGS = [{"Key": "team", "Value": "net ops"}, {"Key": "none", "Value": ""}]
FILTER = [{"Key": "team", "Values": ["other", "net ops"]}]


def token():
    return unique("token")


class Networks:
    """Makes, lists, changes and shows one of each kind; they stay for what stands on them."""

    def projects(self):
        call = self.call
        self.project = unique("blue")
        made = call("CreateProject", "iam", ProjectName=self.project, DisplayName="Blue", Description="all of it",
                    ParentProjectName="default")
        assert made["AccountID"] == 2100000001 and made["Path"] == f"/default/{self.project}"
        found = call("GetProject", "iam", ProjectName=self.project)
        assert {**found, "RequestId": ""} == {**made, "RequestId": ""}
        listed = call("ListProjects", "iam", Limit=10, Offset=0, Query=self.project, WithParentProject=1)
        assert [one["ProjectName"] for one in listed["Projects"]] == [self.project] and listed["Total"] == 1

    def networks(self):
        call = self.call
        asked = dict(
            CidrBlock="10.0.0.0/16", VpcName=unique("vpc"), Description="a network", DnsServers=["10.0.0.2", "::1"],
            EnableIpv6=True, Ipv6CidrBlock="fd00:0:0:aa00::/56", Ipv6Isp="BGP", Ipv6MaskLen=56,
            ProjectName=self.project, Tags=TAGS)
        with refused(400, "DryRunOperation"):
            call("CreateVpc", **asked, DryRun=True)
        made = call("CreateVpc", **asked, DryRun=False, ClientToken=token())
        call.task_ends(made)
        self.vpc = made["VpcId"]
        filters = dict(VpcIds=[self.vpc], VpcName=asked["VpcName"], IsDefault=False, VpcOwnerId=2100000001,
                       ProjectName=self.project, TagFilters=FILTER)
        echoes(asked, call.until("Available", "DescribeVpcs", "Vpcs", **filters), but=["Tags"])
        asked = dict(VpcId=self.vpc, VpcName=unique("vpc"), Description="", DnsServers=["10.0.0.3"], EnableIpv6=True,
                     Ipv6CidrBlock="fd00:0:0:ab00::/56", Ipv6Isp="BGP", Ipv6MaskLen=56)
        call.task_ends(call("ModifyVpcAttributes", **asked))
        echoes(asked, call("DescribeVpcAttributes", VpcId=self.vpc))

        asked = dict(VpcId=self.vpc, CidrBlock="10.0.1.0/24", ZoneId=ZONE, SubnetName=unique("subnet"),
                     Description="a part", Ipv6CidrBlock=7, VpcIpv6CidrBlock="fd00:0:0:ab00::/56", Tags=TAGS)
        made = call("CreateSubnet", **asked, ClientToken=token())
        call.task_ends(made)
        self.subnet = made["SubnetId"]
        table = call("DescribeVpcAttributes", VpcId=self.vpc)["RouteTableIds"][0]
        filters = dict(
            SubnetIds=[self.subnet], SubnetName=asked["SubnetName"], VpcId=self.vpc, ZoneId=ZONE, RouteTableId=table,
            IsDefault=False, SubnetOwnerId="2100000001", ProjectName=self.project, TagFilters=FILTER)
        shown = call.until("Available", "DescribeSubnets", "Subnets", **filters)
        echoes(asked, shown, but=["Tags", "Ipv6CidrBlock"])
        assert shown["Ipv6CidrBlock"] == "fd00:0:0:ab07::/64" and shown["RouteTable"]["RouteTableId"] == table
        asked = dict(SubnetId=self.subnet, SubnetName=unique("subnet"), Description="changed", EnableIpv6=True,
                     Ipv6CidrBlock=9, VpcIpv6CidrBlock="fd00:0:0:ab00::/56")
        call.task_ends(call("ModifySubnetAttributes", **asked))
        echoes(asked, call("DescribeSubnetAttributes", SubnetId=self.subnet), but=["Ipv6CidrBlock"])

    def groups(self):
        call = self.call
        asked = dict(VpcId=self.vpc, SecurityGroupName=unique("group"), Description="rules",
                     ProjectName=self.project, Tags=TAGS)
        made = call("CreateSecurityGroup", **asked, ClientToken=token())
        call.task_ends(made)
        self.group = made["SecurityGroupId"]
        self.peer = call("CreateSecurityGroup", VpcId=self.vpc)["SecurityGroupId"]
        filters = dict(SecurityGroupIds=[self.group], SecurityGroupNames=[asked["SecurityGroupName"], "other"],
                       VpcId=self.vpc, ProjectName=self.project, TagFilters=FILTER)
        echoes(asked, call.until("Available", "DescribeSecurityGroups", "SecurityGroups", **filters), but=["Tags"])
        call.until("Available", "DescribeSecurityGroups", "SecurityGroups", SecurityGroupIds=[self.peer])
        rule = dict(SecurityGroupId=self.group, Protocol="tcp", PortStart=80, PortEnd=90, Policy="accept", Priority=7,
                    Description="web")
        for side in ["Ingress", "Egress"]:
            for peer in [{"CidrIp": "10.9.0.0/16"}, {"SourceGroupId": self.peer}]:
                call.task_ends(call(f"AuthorizeSecurityGroup{side}", **rule, **peer, ClientToken=token()))
                call(f"RevokeSecurityGroup{side}", **rule, **peer)
            # No account has a prefix list, which is what naming one answers.
            for verb in ["Authorize", "Revoke"]:
                with refused(404, "InvalidPrefixList.NotFound"):
                    call(f"{verb}SecurityGroup{side}", **rule, PrefixListId="pl-1")
        call("AuthorizeSecurityGroupIngress", **rule, CidrIp="10.9.0.0/16")
        call("AuthorizeSecurityGroupIngress", **rule, SourceGroupId=self.peer)
        shown = call("DescribeSecurityGroupAttributes", SecurityGroupId=self.group, Direction="ingress",
                     Protocol="tcp", CidrIp="10.9.0.0/16")
        echoes(rule, shown["Permissions"][0])
        shown = call("DescribeSecurityGroupAttributes", SecurityGroupId=self.group, SourceGroupId=self.peer)
        assert [one["SourceGroupId"] for one in shown["Permissions"]] == [self.peer]
        assert call("DescribeSecurityGroupAttributes", SecurityGroupId=self.group, PrefixListId="pl-1")[
            "Permissions"] == []
        asked = dict(SecurityGroupId=self.group, SecurityGroupName=unique("group"), Description="renamed")
        call("ModifySecurityGroupAttributes", **asked)
        echoes(asked, call("DescribeSecurityGroupAttributes", SecurityGroupId=self.group))

    def interfaces(self):
        call = self.call
        asked = dict(
            SubnetId=self.subnet, SecurityGroupIds=[self.group], NetworkInterfaceName=unique("eni"), Description="one",
            PrimaryIpAddress="10.0.1.50", PortSecurityEnabled=True, TcpEstablishedTimeout=700,
            TcpClosedAndTimeWaitTimeout=20, UdpTimeout=40, ProjectName=self.project, Tags=TAGS)
        made = call("CreateNetworkInterface", **asked, PrivateIpAddress=["10.0.1.51"],
                    Ipv6Address=["fd00:0:0:ab09::50"], ClientToken=token())
        call.task_ends(made)
        self.source = made["NetworkInterfaceId"]
        call.until("Available", "DescribeNetworkInterfaces", "NetworkInterfaceSets",
                   NetworkInterfaceIds=[self.source])
        self.instance = "i-source1"
        for id, instance in [(self.source, self.instance), (self.interface(), "i-collector1")]:
            call.task_ends(call("AttachNetworkInterface", NetworkInterfaceId=id, InstanceId=instance,
                                DeleteOnTermination=True))
        self.collector = id
        filters = dict(
            NetworkInterfaceIds=[self.source], NetworkInterfaceName=asked["NetworkInterfaceName"],
            InstanceId=self.instance, SubnetId=self.subnet, VpcId=self.vpc, ZoneId=ZONE, SecurityGroupId=self.group,
            Status="InUse", Type="secondary", PrimaryIpAddresses=["10.0.1.50"],
            PrivateIpAddresses=["10.0.1.51", "10.0.1.50"], Ipv6Addresses=["fd00:0:0:ab09::50"],
            ProjectName=self.project, TagFilters=FILTER)
        echoes(asked, call.only("DescribeNetworkInterfaces", "NetworkInterfaceSets", **filters), but=["Tags"])
        asked = dict(NetworkInterfaceId=self.source, NetworkInterfaceName=unique("eni"), Description="",
                     SecurityGroupIds=[self.group, self.peer], PortSecurityEnabled=False, TcpEstablishedTimeout=800,
                     TcpClosedAndTimeWaitTimeout=30, UdpTimeout=50)
        call.task_ends(call("ModifyNetworkInterfaceAttributes", **asked, DeleteOnTermination=False))
        shown = call("DescribeNetworkInterfaceAttributes", NetworkInterfaceId=self.source)
        echoes(asked, shown)
        assert shown["Attachment"] == {"InstanceId": self.instance, "DeleteOnTermination": False}
        assert shown["IPv6Sets"] == ["fd00:0:0:ab09::50"] and shown["DeviceId"] == self.instance
        assert [(one["PrivateIpAddress"], one["Primary"]) for one in shown["PrivateIpSets"]["PrivateIpSet"]] == [
            ("10.0.1.50", True), ("10.0.1.51", False)]

    def interface(self):
        """An ENI whose further addresses are only counted."""
        made = self.call("CreateNetworkInterface", SubnetId=self.subnet, SecondaryPrivateIpAddressCount=2,
                         Ipv6AddressCount=1)
        self.call.task_ends(made)
        return made["NetworkInterfaceId"]

    def acls(self):
        call = self.call
        asked = dict(VpcId=self.vpc, NetworkAclName=unique("acl"), Description="stateless", ProjectName=self.project,
                     Tags=TAGS)
        made = call("CreateNetworkAcl", **asked, ClientToken=token())
        call.task_ends(made)
        self.acl = made["NetworkAclId"]
        bound = dict(NetworkAclId=self.acl, Resource=[{"ResourceId": self.subnet}])
        call.task_ends(call("AssociateNetworkAcl", **bound))
        entry = dict(NetworkAclEntryName="web", Description="in", Policy="accept", Protocol="tcp", Port="80/90")
        call.task_ends(call(
            "UpdateNetworkAclEntries", NetworkAclId=self.acl, UpdateIngressAclEntries=True,
            UpdateEgressAclEntries=True, IngressAclEntries=[{**entry, "SourceCidrIp": "10.0.0.0/8"}],
            EgressAclEntries=[{**entry, "DestinationCidrIp": "10.0.0.0/8"}], ClientToken=token()))
        filters = dict(NetworkAclIds=[self.acl], NetworkAclName=asked["NetworkAclName"], SubnetId=self.subnet,
                       VpcId=self.vpc, ProjectName=self.project, TagFilters=FILTER)
        shown = call.until("Available", "DescribeNetworkAcls", "NetworkAcls", **filters)
        echoes(asked, shown, but=["Tags"])
        echoes(entry, shown["IngressAclEntries"][0])
        ids = [shown[side][0]["NetworkAclEntryId"] for side in ["IngressAclEntries", "EgressAclEntries"]]
        call.task_ends(call(
            "UpdateNetworkAclEntries", NetworkAclId=self.acl, UpdateIngressAclEntries=True,
            UpdateEgressAclEntries=True,
            IngressAclEntries=[{**entry, "NetworkAclEntryId": ids[0], "SourceCidrIp": "10.0.0.0/9"}],
            EgressAclEntries=[{**entry, "NetworkAclEntryId": ids[1], "DestinationCidrIp": "10.0.0.0/9"}]))
        shown = call("DescribeNetworkAclAttributes", NetworkAclId=self.acl)["NetworkAclAttribute"]
        assert shown["EgressAclEntries"][0]["NetworkAclEntryId"] == ids[1]
        call.task_ends(call("DisassociateNetworkAcl", **bound))

    def instances(self):
        call = self.call
        assert [one["ZoneId"] for one in call("DescribeZones", "ecs", ZoneIds=[ZONE])["Zones"]] == [ZONE]
        found = call.only("DescribeInstances", "Instances", "ecs", InstanceIds=[self.instance],
                          InstanceName=self.instance, VpcId=self.vpc, ZoneId=ZONE, Status="RUNNING",
                          PrimaryIpAddress="10.0.1.50", ProjectName="default", MaxResults=10)
        assert [one["NetworkInterfaceId"] for one in found["NetworkInterfaces"]] == [self.source]
        assert call("DescribeInstances", "ecs", KeyPairName="none")["Instances"] == []
