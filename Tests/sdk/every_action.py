"""Every published action, called through the official SDK with every parameter that this server reads."""

from cloud import unique
from every_ending import Endings
from every_network_action import FILTER, TAGS, ZONE, Networks, token
from reference import echoes
from weir_server import REGION


class Everything(Networks, Endings):
    """One of each kind, made, listed, changed and deleted in the order dependencies allow."""

    def __init__(self, call):
        self.call = call
        self.projects()
        self.networks()
        self.groups()
        self.interfaces()
        self.acls()
        self.instances()
        self.mirroring()
        self.flow_logs()
        self.balancers()
        self.tags()
        self.seconds()
        self.pages()
        self.move()
        self.delete()

    def mirroring(self):
        call = self.call
        asked = dict(InstanceType="NetworkInterface", InstanceId=self.collector, TrafficMirrorTargetName=unique("tmt"),
                     Description="collector", ProjectName=self.project, Tags=TAGS)
        made = call("CreateTrafficMirrorTarget", **asked, ClientToken=token())
        call.task_ends(made)
        self.target = made["TrafficMirrorTargetId"]
        filters = dict(
            TrafficMirrorTargetIds=[self.target], TrafficMirrorTargetName=asked["TrafficMirrorTargetName"],
            ProjectName=self.project, TagFilters=FILTER, MaxResults=10)
        echoes(asked, call.until("Available", "DescribeTrafficMirrorTargets", "TrafficMirrorTargets", **filters),
               but=["Tags"])
        asked = dict(TrafficMirrorTargetId=self.target, TrafficMirrorTargetName=unique("tmt"), Description="")
        call("ModifyTrafficMirrorTargetAttributes", **asked)
        echoes(asked, call.only("DescribeTrafficMirrorTargets", "TrafficMirrorTargets",
                                TrafficMirrorTargetIds=[self.target]))

        asked = dict(TrafficMirrorFilterName=unique("tmf"), Description="rules", ProjectName=self.project, Tags=TAGS)
        made = call("CreateTrafficMirrorFilter", **asked, ClientToken=token())
        call.task_ends(made)
        self.filter = made["TrafficMirrorFilterId"]
        filters = dict(
            TrafficMirrorFilterIds=[self.filter], ProjectName=self.project, TagFilters=FILTER, MaxResults=10,
            TrafficMirrorFilterNames=[asked["TrafficMirrorFilterName"], "other"])
        echoes(asked, call.until("Available", "DescribeTrafficMirrorFilters", "TrafficMirrorFilters", **filters),
               but=["Tags"])
        renamed = dict(TrafficMirrorFilterId=self.filter, TrafficMirrorFilterName=unique("tmf"), Description="new")
        call("ModifyTrafficMirrorFilterAttributes", **renamed)
        self.rules(renamed)
        self.session()

    def rules(self, filter):
        call = self.call
        asked = dict(TrafficMirrorFilterId=self.filter, TrafficDirection="ingress", Priority=3, Policy="accept",
                     Protocol="tcp", SourceCidrBlock="10.0.0.0/8", DestinationCidrBlock="10.0.1.0/24",
                     SourcePortRange="1/65535", DestinationPortRange="80/90", Description="web")
        made = call("CreateTrafficMirrorFilterRule", **asked, ClientToken=token())
        call.task_ends(made)
        self.rule = made["TrafficMirrorFilterRuleId"]
        call.task_ends(call("CreateTrafficMirrorFilterRule", **asked | dict(TrafficDirection="egress")))

        def shown():
            found = call.only("DescribeTrafficMirrorFilters", "TrafficMirrorFilters",
                              TrafficMirrorFilterIds=[self.filter])
            echoes(filter, found)
            rules = found["IngressFilterRules"] + found["EgressFilterRules"]
            return next(one for one in rules if one["TrafficMirrorFilterRuleId"] == self.rule)

        echoes(asked, shown())
        changed = dict(TrafficMirrorFilterRuleId=self.rule, TrafficDirection="ingress", Priority=4, Policy="reject",
                       Protocol="udp", SourceCidrBlock="0.0.0.0/0", DestinationCidrBlock="10.0.0.0/16",
                       SourcePortRange="53/53", DestinationPortRange="1/1024", Description="")
        call.task_ends(call("ModifyTrafficMirrorFilterRuleAttributes", **changed))
        echoes(changed, shown())

    def session(self):
        call = self.call
        asked = dict(
            TrafficMirrorTargetId=self.target, TrafficMirrorFilterId=self.filter, Priority=5, PacketLength=1400,
            VirtualNetworkId=77, TrafficMirrorSessionName=unique("tms"), Description="copies",
            ProjectName=self.project, Tags=TAGS)
        made = call("CreateTrafficMirrorSession", **asked, NetworkInterfaceId=self.source, ClientToken=token())
        call.task_ends(made)
        self.mirror = made["TrafficMirrorSessionId"]
        filters = dict(
            TrafficMirrorSessionIds=[self.mirror], NetworkInterfaceId=self.source, Priority=5, PacketLength=1400,
            TrafficMirrorSessionNames=[asked["TrafficMirrorSessionName"]], TrafficMirrorTargetId=self.target,
            TrafficMirrorFilterId=self.filter, VirtualNetworkId=77, ProjectName=self.project, TagFilters=FILTER,
            MaxResults=10)
        shown = call.until("Active", "DescribeTrafficMirrorSessions", "TrafficMirrorSessions", **filters)
        echoes(asked, shown, but=["Tags"])
        assert shown["TrafficMirrorSourceIds"] == [self.source]
        asked = dict(
            TrafficMirrorSessionId=self.mirror, TrafficMirrorTargetId=self.target, Priority=6, PacketLength=64,
            TrafficMirrorFilterId=self.filter, VirtualNetworkId=0, TrafficMirrorSessionName=unique("tms"),
            Description="")
        call.task_ends(call("ModifyTrafficMirrorSessionAttributes", **asked))
        echoes(asked, call.only("DescribeTrafficMirrorSessions", "TrafficMirrorSessions",
                                TrafficMirrorSessionIds=[self.mirror]))

    def flow_logs(self):
        call = self.call
        asked = dict(
            FlowLogName=unique("log"), Description="records", ResourceType="vpc", ResourceId=self.vpc,
            TrafficType="All", AggregationInterval=5, TrafficPath=["internetGateway"], ProjectName=self.project,
            Tags=TAGS)
        made = call("CreateFlowLog", **asked, LogProjectName="all-projects", LogTopicName="all-topics",
                    EnableIndex=True, FlowLogVersion=1, ClientToken=token())
        call.task_ends(made)
        self.log = made["FlowLogId"]
        shown = call.only("DescribeFlowLogs", "FlowLogs", FlowLogIds=[self.log])
        filters = dict(
            FlowLogIds=[self.log], FlowLogName=asked["FlowLogName"], Description="records", ResourceType="vpc",
            ResourceId=self.vpc, VpcId=self.vpc, TrafficType="All", LogProjectId=shown["LogProjectId"],
            LogTopicId=shown["LogTopicId"], AggregationInterval=5, Status="Active", ProjectName=self.project,
            TagFilters=FILTER, MaxResults=10)
        echoes(asked, call.only("DescribeFlowLogs", "FlowLogs", **filters), but=["Tags"])
        asked = dict(FlowLogId=self.log, FlowLogName=unique("log"), Description="", AggregationInterval=1,
                     TrafficPath=[])
        call.task_ends(call("ModifyFlowLogAttribute", **asked | dict(TrafficPath=["internetGateway"]),
                            FlowLogVersion=1, ClientToken=token()))
        echoes(asked, call.only("DescribeFlowLogs", "FlowLogs", FlowLogIds=[self.log]), but=["TrafficPath"])
        call.task_ends(call("DeactiveFlowLog", FlowLogId=self.log, ClientToken=token()))
        call.until("Inactive", "DescribeFlowLogs", "FlowLogs", FlowLogIds=[self.log])
        call.task_ends(call("ActiveFlowLog", FlowLogId=self.log, ClientToken=token()))

    def balancers(self):
        call = self.call
        asked = dict(
            SubnetId=self.subnet, VpcId=self.vpc, Type="private", LoadBalancerName=unique("clb"),
            Description="collectors", EniAddress="10.0.1.99", LoadBalancerSpec="small_2", LoadBalancerBillingType=2,
            MasterZoneId=ZONE, SlaveZoneId=f"{REGION}-b", AddressIpVersion="ipv4", EniAddressNum=1,
            BypassSecurityGroupEnabled="on", ModificationProtectionStatus="ConsoleProtection",
            ModificationProtectionReason="in use", AllowedPorts=["4789"], ProjectName=self.project, Tags=TAGS)
        made = call("CreateLoadBalancer", "clb", **asked, RegionId=REGION, Period=1, PeriodUnit="Month",
                    ZoneType="multi", ClientToken=token())
        self.balancer = made["LoadBalancerId"]
        call.until("Active", "DescribeLoadBalancers", "LoadBalancers", "clb", LoadBalancerIds=[self.balancer])
        self.listeners()
        filters = dict(
            LoadBalancerIds=[self.balancer], LoadBalancerName=asked["LoadBalancerName"], VpcId=self.vpc,
            Type="private", Status="Active", EniAddress="10.0.1.99", MasterZoneId=ZONE, AddressIpVersion="ipv4",
            InstanceIds=[self.instance], InstanceIps=["10.0.1.50"], ProjectName=self.project, TagFilters=FILTER,
            PageNumber=1, PageSize=10)
        echoes(asked, call.only("DescribeLoadBalancers", "LoadBalancers", "clb", **filters), but=["Tags"])
        assert call("DescribeLoadBalancers", "clb", EipAddress="192.0.2.1")["LoadBalancers"] == []
        shown = call("DescribeLoadBalancerAttributes", "clb", LoadBalancerId=self.balancer)
        echoes(asked, shown, but=["Tags"])
        assert [one["ServerGroupId"] for one in shown["ServerGroups"]] == [self.servers, self.addresses]
        assert len(shown["Listeners"]) == 3

    def listeners(self):
        call = self.call
        server = dict(InstanceId=self.instance, Type="ecs", Ip="10.0.1.50", Port=4789, Weight=50, Description="one")
        self.servers = call(
            "CreateServerGroup", "clb", LoadBalancerId=self.balancer, ServerGroupName=unique("rsp"), Type="instance",
            Description="servers", AddressIpVersion="ipv4", AnyPortEnabled="off", Servers=[server],
            Tags=TAGS)["ServerGroupId"]
        added = call("AddServerGroupBackendServers", "clb", ServerGroupId=self.servers, Servers=[
            dict(InstanceId=self.collector, Type="eni", Port=4789), {**server, "Port": 4790}])
        assert len(added["ServerIds"]) == 2
        self.addresses = call(
            "CreateServerGroup", "clb", LoadBalancerId=self.balancer, Type="ip", AnyPortEnabled="on",
            Servers=[dict(Type="ip", Ip="10.9.0.1")])["ServerGroupId"]
        options = dict(
            Scheduler="wlc", Bandwidth=10, Cps=100, MaxConnections=200, EstablishedTimeout=60,
            PersistenceType="source_ip", PersistenceTimeout=30, Cookie="c", ProxyProtocolType="standard",
            ConnectionDrainEnabled="on", ConnectionDrainTimeout=30, EnhancedSchedulerEnable="on", Http2Enabled="off",
            ClientHeaderTimeout=31, ClientBodyTimeout=32, KeepaliveTimeout=33, ProxyConnectTimeout=5,
            ProxySendTimeout=34, ProxyReadTimeout=35, SendTimeout=36, SecurityPolicyId="default_policy",
            LoadType="clb", CAEnabled="off", AclStatus="off")
        check = dict(Enabled="on", Interval=5, Timeout=4, HealthyThreshold=2, UnhealthyThreshold=4, Port=4789,
                     Method="GET", Domain="example.com", URI="/ok", HttpCode="http_2xx", UdpRequest="?", UdpExpect="!")
        asked = dict(LoadBalancerId=self.balancer, ServerGroupId=self.servers, Protocol="UDP", Port=4789,
                     ListenerName=unique("lsn"), Description="vxlan", Enabled="on", **options)
        made = call("CreateListener", "clb", **asked, HealthCheck=check, Tags=TAGS)
        filters = dict(ListenerIds=[made["ListenerId"]], ListenerName=asked["ListenerName"], Protocol="UDP",
                       LoadBalancerId=self.balancer, TagFilters=FILTER, PageNumber=1, PageSize=10)
        shown = call.until("Active", "DescribeListeners", "Listeners", "clb", **filters)
        echoes(asked, shown, but=["Tags"])
        echoes(check, shown["HealthCheck"])
        assert (shown["HealthCheck"]["UnHealthyThreshold"], shown["HealthCheck"]["Uri"]) == (4, "/ok")
        off = call("CreateListener", "clb", LoadBalancerId=self.balancer, ServerGroupId=self.servers, Protocol="HTTP",
                   Port=80, Enabled="off")["ListenerId"]
        shown = call.until("Disabled", "DescribeListeners", "Listeners", "clb", ListenerIds=[off])
        assert shown["ListenerName"] == "HTTP-80"
        call("CreateListener", "clb", LoadBalancerId=self.balancer, ServerGroupId=self.addresses, Protocol="TCP",
             Port=0, StartPort=100, EndPort=200)

    def tags(self):
        call = self.call
        of = dict(ResourceType="trafficmirrorsession", ResourceIds=[self.mirror])
        call("TagResources", **of, Tags=[{"Key": "late", "Value": "yes"}])
        listed = call("ListTagsForResources", **of, TagFilters=[{"Key": "late", "Values": ["yes"]}], TagType="custom",
                      MaxResults=10)
        assert [(one["TagKey"], one["TagValue"]) for one in listed["ResourceTags"]] == [("late", "yes")]
        call("UntagResources", **of, TagKeys=["late"])
