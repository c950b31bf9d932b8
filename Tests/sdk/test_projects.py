"""Projects: made once for an account, good in all its regions, and what resources must be in."""

import pytest
import volcenginesdkvpc as vpc

from cloud import Cloud, refused, unique
from reference import Recorder

ACCOUNT = "2100000001"


@pytest.fixture(scope="module")
def call(server):
    return Recorder(server)


def make(call, **more):
    name = unique("project")
    call("CreateProject", "iam", ProjectName=name, **more)
    return name


def test_a_resource_is_made_in_a_project_that_exists_and_in_no_other(server, cloud, call):
    name = unique("project")
    with refused(404, "InvalidProject.NotFound"):
        cloud.make_filter(project_name=name)
    call("CreateProject", "iam", ProjectName=name)
    id = cloud.make_filter(project_name=name)
    assert cloud.filter(id).project_name == name
    # The same project in another region; without one a resource is in the default one.
    there = Cloud(server, region="cn-shanghai")
    assert there.filter(there.make_filter(project_name=name)).project_name == name
    assert cloud.filter(cloud.make_filter()).project_name == "default"


def test_the_account_is_a_number(call):
    for name in ["default", make(call)]:
        shown = call("GetProject", "iam", ProjectName=name)
        assert shown["AccountID"] == int(ACCOUNT) and isinstance(shown["AccountID"], int)
        assert shown["ProjectName"] == shown["DisplayName"] == name and shown["Status"] == "active"


def test_projects_are_listed_in_pages_and_by_name(call):
    names = [make(call, DisplayName="Listed one") for _ in range(3)]
    found = call("ListProjects", "iam", Query="Listed", Limit=2, Offset=0)
    rest = call("ListProjects", "iam", Query="Listed", Limit=2, Offset=2)
    assert [one["ProjectName"] for one in found["Projects"] + rest["Projects"]] == names
    assert found["Total"] == rest["Total"] == 3 and all(one["HasPermission"] for one in found["Projects"])
    assert call("ListProjects", "iam", Limit=1)["Projects"][0]["ProjectName"] == "default"


def test_what_cannot_be_a_project_is_refused(call):
    name = make(call)
    for taken in [name, "default"]:
        with refused(409, "InvalidProject.Conflict"):
            call("CreateProject", "iam", ProjectName=taken)
    for bad in ["-a", "a b", "a/b", "ä", "x" * 65]:
        with refused(400, "InvalidProjectName.Malformed"):
            call("CreateProject", "iam", ProjectName=bad)
    with refused(404, "InvalidProject.NotFound"):
        call("CreateProject", "iam", ProjectName=unique("child"), ParentProjectName="nobody")
    with refused(404, "InvalidProject.NotFound"):
        call("GetProject", "iam", ProjectName="nobody")


def test_what_cannot_be_moved_stays(cloud, call):
    name, id = make(call), cloud.make_filter()
    trn = f"trn:vpc:cn-beijing:{ACCOUNT}:trafficmirrorfilter/{id}"

    def move(*names, to=name):
        call("MoveProjectResource", "iam", TargetProjectName=to, ResourceTrn=list(names))

    for other in [trn.replace(ACCOUNT, "2100000002"), trn.replace("beijing", "shanghai"), trn + "x",
                  trn.replace(":vpc:", ":clb:"), trn.replace("trafficmirrorfilter", "trafficmirrorrule")]:
        with refused(404, "InvalidResourceTrn.NotFound"):
            move(trn, other)
    for bad in [id, "trn:vpc:cn-beijing", trn.replace("/", ""), trn + "/x", "arn" + trn[3:]]:
        with refused(400, "InvalidResourceTrn.Malformed"):
            move(trn, bad)
    with refused(404, "InvalidProject.NotFound"):
        move(trn, to="nobody")
    assert cloud.filter(id).project_name == "default"
    before = cloud.filter(id)
    move(trn)
    assert cloud.filter(id).project_name == name and cloud.filter(id).status == before.status


def test_what_a_service_made_moves_with_what_it_was_made_for(cloud, call):
    name = make(call)
    balancer = cloud.make_balancer(cloud.make_subnet(cloud.make_vpc()))
    eni = cloud.balancer(balancer).eni_id
    with refused(400, "InvalidNetworkInterface.InvalidType"):
        call("MoveProjectResource", "iam", TargetProjectName=name,
             ResourceTrn=[f"trn:vpc:cn-beijing:{ACCOUNT}:eni/{eni}"])
    call("MoveProjectResource", "iam", TargetProjectName=name,
         ResourceTrn=[f"trn:clb:cn-beijing:{ACCOUNT}:clb/{balancer}"])
    assert cloud.balancer(balancer).project_name == cloud.interface(eni).project_name == name


def test_projects_outlive_the_server(make_server):
    server = make_server()
    name = make(Recorder(server), Description="kept")
    server.kill()
    server.restart()
    assert Recorder(server)("GetProject", "iam", ProjectName=name)["Description"] == "kept"
    id = Cloud(server).vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8", project_name=name)).vpc_id
    assert Cloud(server).network(id).project_name == name
