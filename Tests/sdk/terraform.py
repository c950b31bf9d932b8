"""What the Go SDK puts on the wire and what the Terraform provider does with the answers, in Python.

Go: everything in a sorted query with `+` for a space, signed as `%20`; the signed default header `Content-Type:
application/x-www-form-urlencoded; charset=utf-8` on a GET without a body. Terraform: pages of 20, casts without a check,
polling for a status, deletion that is tried again, and its own idea of "the resource is gone".
"""

import datetime
import itertools
import json
import time
import urllib.parse
import uuid

from signing import Wire, sign

CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SECONDS = 20
# What the lists of the API are called, and how they are paged: by token or by number.
LISTS = {
    "Vpc": ("DescribeVpcs", "Vpcs", "number"), "Subnet": ("DescribeSubnets", "Subnets", "number"),
    "SecurityGroup": ("DescribeSecurityGroups", "SecurityGroups", "number"),
    "NetworkInterface": ("DescribeNetworkInterfaces", "NetworkInterfaceSets", "number"),
    "NetworkAcl": ("DescribeNetworkAcls", "NetworkAcls", "number"),
    "TrafficMirrorTarget": ("DescribeTrafficMirrorTargets", "TrafficMirrorTargets", "token"),
    "TrafficMirrorFilter": ("DescribeTrafficMirrorFilters", "TrafficMirrorFilters", "token"),
    "TrafficMirrorSession": ("DescribeTrafficMirrorSessions", "TrafficMirrorSessions", "token"),
    "FlowLog": ("DescribeFlowLogs", "FlowLogs", "token"),
}


class Refused(Exception):
    """What the Go SDK makes of a body that is no success."""

    def __init__(self, status, code, number, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.number, self.message = status, code, number, message

    @property
    def means_gone(self):
        """Terraform's reading: by status, or by words of the message."""
        words = ("notfound", "not found", "not exist", "not associate", "invalid")
        return self.status == 404 or any(word in self.message.lower() for word in words)


def go_query(arguments):
    """url.Values.Encode of Go: sorted by key, spaces as `+`."""
    return "&".join(f"{urllib.parse.quote_plus(key)}={urllib.parse.quote_plus(value, safe='~')}"
                    for key, value in sorted(arguments.items()))


class GoClient:
    def __init__(self, server):
        self.server, self.wire = server, Wire(server)

    def close(self):
        self.wire.close()

    def request(self, action, arguments, service="vpc", version="2020-04-01", now=None):
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()}
        query = go_query({**texts, "Action": action, "Version": version})
        request = sign(self.server.address, self.server.credentials, query, content_type=CONTENT_TYPE,
                       service=service, now=now)
        request.headers.update({"User-Agent": "volcengine-go-sdk/1.1.30", "Accept-Encoding": "gzip"})
        return request

    def call(self, action, arguments=None, **more):
        return self.read(self.wire.send(self.request(action, arguments or {}, **more)))

    def twice_in_a_second(self, action, arguments):
        """Two calls that are equal to the byte, signature included: there is no nonce."""
        now = datetime.datetime.now(datetime.timezone.utc)
        first, second = (self.request(action, arguments, now=now) for _ in range(2))
        assert (first.target, first.headers) == (second.target, second.headers)
        return [self.read(self.wire.send(request)) for request in (first, second)]

    @staticmethod
    def read(answer):
        """The result as the Go SDK decodes it: any body must be JSON with the metadata, `CodeN` a number."""
        assert answer.headers["Content-Type"].startswith("application/json")
        body = json.loads(answer.text)
        metadata = body["ResponseMetadata"]
        for name in ("RequestId", "Action", "Version", "Service", "Region"):
            assert isinstance(metadata[name], str)
        error = metadata.get("Error")
        if error is not None:
            assert type(error.get("CodeN", 0)) is int and isinstance(error["Code"], str)
            assert not 200 <= answer.status < 300
            raise Refused(answer.status, error["Code"], error.get("CodeN", 0), error["Message"])
        assert answer.status == 200
        return body["Result"]


class Terraform:
    """One provider's run: what it made, in the order of creation."""

    def __init__(self, server):
        self.client = GoClient(server)
        self.made = []

    def close(self):
        self.client.close()

    # Reading.

    def list(self, kind, condition):
        """All pages, 20 at a time, as the provider reads them."""
        action, name, style = LISTS[kind]
        items = []
        token, number = None, 1
        while True:
            page = {"MaxResults": "20"} if style == "token" else {"PageSize": "20", "PageNumber": str(number)}
            if token:
                page["NextToken"] = token
            result = self.client.call(action, {**condition, **page})
            assert isinstance(result[name], list)
            items += result[name]
            if style == "number":
                number += 1
                if len(result[name]) < 20:
                    return items
            else:
                # results["NextToken"].(string), without a check for nil.
                assert isinstance(result["NextToken"], str)
                token = result["NextToken"]
                if not token:
                    return items

    def find(self, kind, id):
        items = self.list(kind, {f"{kind}Ids.1": id})
        assert len(items) <= 1
        for item in items:
            # data["Status"].(string)
            assert isinstance(item["Status"], str)
        return items[0] if items else None

    def rule(self, filter, id):
        found = self.find("TrafficMirrorFilter", filter)
        rules = found["IngressFilterRules"] + found["EgressFilterRules"] if found else []
        return next((rule for rule in rules if rule["TrafficMirrorFilterRuleId"] == id), None)

    @staticmethod
    def await_status(read, *targets, seconds=SECONDS):
        """Polls as the provider does (it waits a second between, which changes nothing); `Failed` ends it."""
        end = time.monotonic() + seconds
        while True:
            item = read()
            if item is None and None in targets:
                return None
            if item is not None:
                assert item["Status"] != "Failed", item
                if item["Status"] in targets:
                    return item
            assert time.monotonic() < end, item
            time.sleep(0.02)

    # Creating and destroying.

    def create(self, kind, arguments, *targets, delete=None, read=None):
        """Creates with a token, waits for the status, and remembers how to destroy it."""
        token = {"ClientToken": str(uuid.uuid4())}
        result = self.client.call(f"Create{kind}", {**arguments, **token})
        id = result[f"{kind}Id"]
        read = read or (lambda: self.find(kind, id))
        self.await_status(read, *targets)
        self.made.append((f"Delete{kind}", delete or {f"{kind}Id": id}, read))
        return id

    def destroy(self, seconds=SECONDS):
        """Everything in the order of creation: wrong for every dependency, so that all is tried again until it goes."""
        end = time.monotonic() + seconds
        refusals = []
        left = self.made
        while left:
            rest = []
            for action, arguments, read in left:
                try:
                    self.client.call(action, arguments)
                except Refused as error:
                    refusals.append(error)
                    if error.means_gone:
                        # What Terraform forgets must be gone indeed.
                        assert read() is None, (action, arguments, str(error))
                        continue
                rest.append((action, arguments, read))
            left = [item for item in rest if item[2]() is not None]
            assert time.monotonic() < end, left
            time.sleep(0.02)
        self.made = []
        return refusals


_octets = itertools.count(1)


def network(terraform):
    """VPC, subnet, group and two attached ENIs, each with what the provider adds and asserts."""
    block = f"10.{next(_octets)}.0.0"
    vpc = terraform.create("Vpc", {"CidrBlock": f"{block}/16", "VpcName": "acc-test vpc".replace(" ", "-"),
                                   "DnsServers.1": "8.8.8.8", "DnsServers.2": "114.114.114.114",
                                   "ProjectName": "default", "Tags.1.Key": "k 1", "Tags.1.Value": "v+1"}, "Available")
    subnet = terraform.create("Subnet", {"VpcId": vpc, "CidrBlock": f"{block}/24", "ZoneId": "cn-beijing-a",
                                         "SubnetName": "acc-test-subnet"}, "Available")
    group = terraform.create("SecurityGroup", {"VpcId": vpc, "SecurityGroupName": "acc-test-sg",
                                               "ServiceManaged": False}, "Available")
    interfaces = [terraform.create("NetworkInterface", {
        "SubnetId": subnet, "SecurityGroupIds.1": group, "NetworkInterfaceName": f"acc-test-eni-{n}",
        "PortSecurityEnabled": False, "ServiceManaged": False}, "Available") for n in (1, 2)]
    return vpc, subnet, group, interfaces


def attach(terraform, interface, instance):
    """The provider's network_interface_attach: polled by DescribeNetworkInterfaces, read by its attributes."""
    call = {"NetworkInterfaceId": interface, "InstanceId": instance}

    def read():
        item = terraform.find("NetworkInterface", interface)
        return item if item and item["DeviceId"] == instance else None

    terraform.client.call("AttachNetworkInterface", call)
    terraform.await_status(lambda: terraform.find("NetworkInterface", interface), "InUse")
    terraform.made.append(("DetachNetworkInterface", call, read))


