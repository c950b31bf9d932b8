"""GetAsyncTaskStatus, beside what the lists show."""

import pytest
import volcenginesdkvpc as vpc

from cloud import Cloud, refused, wait_until


def status(cloud, task):
    return cloud.vpc.get_async_task_status(vpc.GetAsyncTaskStatusRequest(async_task_id=task)).async_task_status


def test_a_task_is_as_far_as_its_resource_also_after_a_restart(make_server):
    server = make_server()
    cloud = Cloud(server)
    old = cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/16"))
    cloud.settled(cloud.network, old.vpc_id, "Available")
    assert server.stop() == 0
    server.arguments = ("--async-delay", "600000")
    server.restart()
    cloud = Cloud(server)
    new = cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.1.0.0/16"))
    gone = cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=old.vpc_id))
    for _ in range(2):
        assert cloud.network(new.vpc_id).status == "Creating" and cloud.network(old.vpc_id).status == "Deleting"
        assert status(cloud, new.async_task_id) == status(cloud, gone.async_task_id) == "Processing"
        assert status(cloud, old.async_task_id) == "Succeeded"
        server.kill()
        server.restart()
        cloud = Cloud(server)
    assert server.stop() == 0
    server.arguments = ()
    server.restart()
    cloud = Cloud(server)
    for task in (new.async_task_id, gone.async_task_id):
        wait_until(lambda: status(cloud, task), lambda value: value == "Succeeded")
    assert cloud.network(new.vpc_id).status == "Available" and cloud.network(old.vpc_id) is None


def test_a_task_is_its_callers_own(server, cloud):
    task = cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/16")).async_task_id
    with refused(404, "InvalidAsyncTaskId.NotFound"):
        status(Cloud(server, region="cn-shanghai"), task)
    with refused(404, "InvalidAsyncTaskId.NotFound"):
        status(cloud, task[:-1] + ("0" if task[-1] != "0" else "1"))


@pytest.mark.parametrize("action, arguments", [
    ("CreateVpc", {"CidrBlock": "10.0.0.0/16"}), ("CreateTrafficMirrorFilter", {}),
])
def test_equal_calls_with_one_token_are_one_task(cloud, action, arguments):
    answers = [cloud.call(action, {**arguments, "ClientToken": f"task-{action}"}) for _ in range(2)]
    assert answers[0]["AsyncTaskId"] == answers[1]["AsyncTaskId"]
