"""An agent without a kernel: joins a server and makes an agent's calls, signed with its own key."""

import base64
import json
import uuid

from signing import Wire, sign

import slices


class StandInAgent:
    """One host of a server that runs with `--dataplane agents`."""

    def __init__(self, server, hostname="stand-in"):
        self.server, self.hostname = server, hostname
        self.wire = Wire(server)
        token = self.root("CreateJoinToken")
        joined = self.signed("JoinHost", {"Hostname": hostname}, (token["TokenId"], token["TokenSecret"]))
        self.host = joined["HostId"]
        self.credentials = joined["AccessKeyId"], joined["SecretAccessKey"]
        self.spool, self.sequence, self.generation = str(uuid.uuid4()), 0, 0

    def request(self, action, body, credentials=None):
        """A signed request, ready to send."""
        return sign(
            self.server.address, credentials or self.credentials, f"Action={action}&Version=2026-01-01",
            method="POST", body=json.dumps(body).encode(), content_type="application/json", service="weir")

    def signed(self, action, body, credentials=None):
        return self.wire.send(self.request(action, body, credentials)).result

    def call(self, action, **body):
        return self.signed(action, body)

    def root(self, action, **body):
        """A call of service weir with the root key."""
        return self.signed(action, body, self.server.credentials)

    def put(self, action, document):
        self.call(action, Document=json.dumps(document))

    def report(self, devices):
        """`devices`: addresses by name."""
        self.put("ReportHost", {
            "hostname": self.hostname, "kernel": "6.18.0", "agentVersion": "0.0.1", "labCapable": False,
            "enforcesSecurityGroups": False, "namespaces": [], "devices": [
                {"name": name, "mtu": 1500, "up": True, "addresses": [address]} for name, address in devices.items()]})

    def follow(self, failures=()):
        """Takes the newest state and says that it has come true, but for `failures`; returns it."""
        state = self.call("PullState", AfterGeneration=self.generation, WaitSeconds=0).get("State")
        if state:
            self.generation = state["generation"]
        self.put("AcknowledgeState", {
            "generation": self.generation,
            "failures": [{"resourceID": id, "reason": reason} for id, reason in failures]})
        return state

    def put_slices(self, parts):
        """Sends a batch of encoded slices; returns the sequence that the server acknowledged."""
        self.sequence += 1
        return self.call("PutSlices", SpoolId=self.spool, Sequence=self.sequence,
                         Data=base64.b64encode(slices.batch(parts)).decode())["AcknowledgedSequence"]

    def close(self):
        self.wire.close()
