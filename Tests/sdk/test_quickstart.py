"""The example in examples/python does what it says, and leaves nothing."""

import os
import subprocess
import sys

import volcenginesdkvpc as vpc

from cloud import Cloud
from weir_server import REPOSITORY


def test_the_quickstart_runs_and_cleans_up(make_server):
    server = make_server()
    access_key, secret = server.credentials
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "examples/python/quickstart.py")], capture_output=True, text=True, timeout=60,
        env={**os.environ, "WEIR_ENDPOINT": f"http://{server.address}", "VOLCENGINE_ACCESS_KEY": access_key,
             "VOLCENGINE_SECRET_KEY": secret})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VNI" in done.stdout and secret not in done.stdout + done.stderr
    cloud = Cloud(server)
    assert cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs == []
    assert cloud.vpc.describe_traffic_mirror_sessions(
        vpc.DescribeTrafficMirrorSessionsRequest()).traffic_mirror_sessions == []
    assert cloud.vpc.describe_flow_logs(vpc.DescribeFlowLogsRequest()).flow_logs == []
