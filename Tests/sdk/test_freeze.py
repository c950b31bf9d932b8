"""`weir admin freeze` and `unfreeze`: what an unpaid bill does to a CLB, a session and a flow log."""

import subprocess

import pytest

from admin import Admin
from cloud import refused, unique
from weir_server import BINARY
from worlds import Plain


@pytest.fixture(scope="module")
def world(make_module_server):
    return Plain(make_module_server)


def admin(world, *words):
    return subprocess.run(
        [str(BINARY), "admin", *words, "--data-dir", str(world.server.data_dir)], capture_output=True, text=True,
        timeout=60)


def shown(item):
    return item.business_status, item.lock_reason


@pytest.fixture(params=["balancer", "session", "active log"])
def thing(world, request):
    """An ID and what reads it."""
    read = {"balancer": world.cloud.balancer, "session": world.cloud.session, "active log": world.cloud.flow_log}
    return world.take(request.param), read[request.param]


def test_frozen_is_shown_and_can_be_undone(world, thing):
    id, read = thing
    assert shown(read(id)) == ("Normal", "")
    for _ in range(2):
        done = admin(world, "freeze", id)
        assert done.returncode == 0, done.stderr
        assert shown(read(id)) == ("FinancialLocked", "financial")
    done = admin(world, "unfreeze", id)
    assert done.returncode == 0, done.stderr
    assert shown(read(id)) == ("Normal", "")


def test_what_cannot_be_frozen_is_said(world):
    for id in ("tms-none", world.mirror.target, world.mirror.vpc):
        done = admin(world, "freeze", id)
        assert done.returncode != 0 and "does not exist" in done.stderr, done


def test_a_frozen_session_stays_as_it_is(world):
    id = world.take("session")
    admin(world, "freeze", id)
    for action in ("ModifyTrafficMirrorSessionAttributes", "DeleteTrafficMirrorSession"):
        with refused(400, "InvalidTrafficMirrorSession.InvalidStatus"):
            world.cloud.call(action, {"TrafficMirrorSessionId": id})
    assert world.cloud.session(id).status == "Active"
    admin(world, "unfreeze", id)
    world.cloud.call("DeleteTrafficMirrorSession", {"TrafficMirrorSessionId": id})
    world.cloud.settled(world.cloud.session, id, None)


def test_a_frozen_flow_log_neither_starts_nor_stops_nor_goes(world):
    running, stopped = world.take("active log"), world.take("inactive log")
    for id in (running, stopped):
        admin(world, "freeze", id)
    for action, id in [("DeactiveFlowLog", running), ("ActiveFlowLog", stopped), ("DeleteFlowLog", running),
                       ("ModifyFlowLogAttribute", stopped)]:
        with refused(400, "InvalidFlowLog.InvalidStatus"):
            world.cloud.call(action, {"FlowLogId": id})
    admin(world, "unfreeze", running)
    world.cloud.call("DeactiveFlowLog", {"FlowLogId": running})
    world.cloud.settled(world.cloud.flow_log, running, "Inactive")


def test_a_frozen_balancer_is_no_new_target_but_stays_one(world):
    used, free = world.take("balancer"), world.take("balancer")
    target = world.done("CreateTrafficMirrorTarget", {"InstanceType": "ClbInstance", "InstanceId": used})
    for id in (used, free):
        admin(world, "freeze", id)
    with refused(400, "InvalidClb.InvalidStatus"):
        world.cloud.call("CreateTrafficMirrorTarget", {"InstanceType": "ClbInstance", "InstanceId": free})
    assert world.cloud.target(target["TrafficMirrorTargetId"]).instance_id == used
    admin(world, "unfreeze", free)
    world.done("CreateTrafficMirrorTarget", {"InstanceType": "ClbInstance", "InstanceId": free})


def test_only_the_operator_freezes_and_in_any_account(world):
    admin = Admin(world.server)
    key = admin.make_account(unique("team"))
    cloud = admin.cloud(key)
    id = cloud.make_balancer(cloud.make_subnet(cloud.make_vpc()))
    refusal = admin.run("admin", "freeze", id, key=key)
    assert refusal.returncode != 0 and "AccessDenied" in refusal.stderr, refusal
    assert admin.run("admin", "freeze", id).returncode != 0
    admin.ok("freeze", id, "--account", key.account)
    assert shown(cloud.balancer(id)) == ("FinancialLocked", "financial")
    admin.ok("unfreeze", id, "--account", key.account)
    assert shown(cloud.balancer(id)) == ("Normal", "")
