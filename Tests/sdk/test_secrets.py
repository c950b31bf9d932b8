"""No secret is on the disk unsealed, in the log, in the audit or in an error; only the file made for it has one."""

import json

import volcenginesdkvpc as vpc

from admin import POLICIES, Admin, Key
from cloud import Cloud
from signing import Wire


def forms(secret):
    """A secret as it might be written: plain, in hex, in base64 at any offset."""
    import base64
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    for offset in range(3):
        # Without the characters at either end that depend on what stands around.
        yield base64.b64encode(b"\0" * offset + plain)[4:-4]


def test_no_secret_leaves_the_place_made_for_it(make_server):
    server = make_server(environment=None)
    admin = Admin(server)
    admin.put_policy("reads", POLICIES["reads"])
    shown, texts = [], []

    def held(key):
        shown.append(key)
        return key

    root = held(Key({"AccessKeyId": server.credentials[0], "SecretAccessKey": server.credentials[1],
                     "AccountId": "2100000001"}))
    account = held(admin.make_account("team"))
    user = held(admin.make_key("reads"))
    rotated = held(Key(admin.json("key", "rotate", user.id, "--overlap", 5)))
    temporary = held(Key(admin.json("key", "session", key=rotated)))
    wire = Wire(server)
    token = wire.call("CreateJoinToken", "2026-01-01", service="weir").result
    held(Key({"AccessKeyId": token["TokenId"], "SecretAccessKey": token["TokenSecret"], "AccountId": "x"}))

    # Each is used, well and badly: wrong service, wrong action, no rights, a broken signature, a wrong token.
    for key in (root, account, user, rotated, temporary):
        Cloud_ = admin.cloud(key)
        Cloud_.vpc.describe_vpcs(vpc.DescribeVpcsRequest())
        for query, more in (
            ("Action=CreateVpc&Version=2020-04-01", {}), ("Action=Nothing&Version=2020-04-01", {}),
            ("Action=DescribeVpcs&Version=2020-04-01", {"service": "none"}),
            ("Action=DescribeVpcs&Version=2020-04-01", {"extra": {"x-security-token": "STSwrong"}}),
            (f"Action=DescribeVpcs&Version=2020-04-01&VpcName={key.secret}&ClientToken={key.secret}", {}),
        ):
            texts.append(wire.send(admin.signed(key, query, **more)).text)
        broken = admin.signed(key, "Action=DescribeVpcs&Version=2020-04-01")
        broken.headers["authorization"] = broken.headers["authorization"][:-1] + "x"
        texts.append(wire.send(broken).text)
    # A secret sent by mistake as an argument, or as the access key itself, is not kept either.
    for query in (f"Action=DeleteVpc&Version=2020-04-01&VpcId={root.secret}",
                  f"Action=CreateTrafficMirrorFilter&Version=2020-04-01&Description=!{root.secret}"):
        texts.append(wire.send(admin.signed(root, query)).text)
    for arguments in (["key", "ls"], ["account", "ls"], ["policy", "ls"], ["audit", "--limit", "1000"]):
        texts.append(admin.ok(*arguments, "--json").encode())
        texts.append(admin.ok(*arguments).encode())
    assert json.loads(admin.ok("audit", "--json"))["Entries"]

    wire.close()
    announced = "".join(server.seen).encode()
    # The write-ahead log is looked at as it is while the server runs, and once more what is left when it has stopped.
    files = read(server)
    server.stop()
    files.update({(name, "stopped"): bytes for (name, _), bytes in read(server).items()})
    places = {("answers", number): text for number, text in enumerate(texts)}
    places.update(files)
    found = []
    for key in shown:
        secrets = [key.secret] + ([key.token] if key.token else [])
        for secret in secrets:
            for form in forms(secret):
                found += [(key.id, place) for place, bytes in places.items() if form in bytes]
    assert found == []
    assert announced.count(root.secret.encode()) == 1, "shown once, when it was made"
    names = {name for name, _ in files}
    assert {"intent.sqlite", "catalogue.sqlite", "data.log"} <= names, names


def read(server):
    """Everything the server has written, but the file of root credentials, which is its owner's alone."""
    found = {}
    for path in [*server.data_dir.rglob("*"), server.data_dir.parent / (server.data_dir.name + ".log")]:
        if path.is_file() and path.name != "credentials":
            found[path.name, "running"] = path.read_bytes()
    assert (server.data_dir / "credentials").stat().st_mode & 0o777 == 0o600
    return found
