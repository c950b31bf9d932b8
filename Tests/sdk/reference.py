"""The published actions (Tests/reference/actions.json), and calls of the official SDK that are written down.

A call is given in the API's own names; the SDK's models are built from it, without their client-side validation, so
that what the server gets is what the SDK sends.
"""

import json
import pathlib
import re

import volcenginesdkclb
import volcenginesdkecs
import volcenginesdkiam20210801
import volcenginesdkvpc

from cloud import UNCHECKED, Cloud, wait_until

ACTIONS = json.loads((pathlib.Path(__file__).parents[1] / "reference/actions.json").read_text())["actions"]
BY_NAME = {(action["service"], action["action"]): action for action in ACTIONS}
# Of every call.
COMMON = {"Action", "Version"}


def documented_parameters(action):
    return {one["name"]: one for one in action["params"] if one["name"] not in COMMON}


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def model(package, type, values):
    """An SDK model from a structure in the API's names."""
    match = re.fullmatch(r"list\[(.*)\]", type)
    if match:
        return [model(package, match.group(1), one) for one in values]
    kind = getattr(package, type, None)
    if kind is None:
        return values
    names = {api: own for own, api in kind.attribute_map.items()}
    return kind(_configuration=UNCHECKED, **{
        names[name]: model(package, kind.swagger_types[names[name]], value) for name, value in values.items()})


def parameter_names(values, prefix=""):
    """The names a call's arguments have on the published page: `Tags.N.Key`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from parameter_names(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from parameter_names(one, f"{prefix}{name}.N.")
                else:
                    yield f"{prefix}{name}.N"
        else:
            yield prefix + name


def shape(value, path=""):
    """(path, JSON type) of everything inside a result, as the reference writes them: `Vpcs[].Tags[].Key`."""
    for name, inner in value.items():
        here = path + name
        if isinstance(inner, dict):
            yield here, "Object"
            yield from shape(inner, here + ".")
        elif isinstance(inner, list):
            if not inner:
                # Of anything: the element tells, and there is none.
                yield here + "[]", None
            for one in inner:
                if isinstance(one, dict):
                    yield here + "[]", "Object[]"
                    yield from shape(one, here + "[].")
                else:
                    yield here + "[]", scalar(one) + "[]"
        else:
            yield here, scalar(inner)


def scalar(value):
    return {bool: "Boolean", int: "Integer", float: "Float", str: "String", type(None): "Null"}[type(value)]


class Recorder(Cloud):
    """A cloud that notes which actions were called, with which parameters, and what the answers looked like."""

    SERVICES = {
        "vpc": (volcenginesdkvpc, "VPCApi"), "clb": (volcenginesdkclb, "CLBApi"), "ecs": (volcenginesdkecs, "ECSApi"),
        "iam": (volcenginesdkiam20210801, "IAM20210801Api"),
    }

    def __init__(self, server):
        super().__init__(server)
        self.client.client_side_validation = False
        self.apis = {name: getattr(package, api)(self.client) for name, (package, api) in self.SERVICES.items()}
        self.sent = {}
        self.shapes = {}

    def __call__(self, action, service="vpc", **arguments):
        """Calls through the typed SDK. Returns the JSON of the result; the SDK's own reading of it must agree."""
        package, _ = self.SERVICES[service]
        request = model(package, f"{action}Request", arguments)
        answer = getattr(self.apis[service], snake(action))(request)
        body = json.loads(self.client.last_response.data)
        result = body["Result"]
        assert result["RequestId"] == body["ResponseMetadata"]["RequestId"]
        assert body["ResponseMetadata"]["Action"] == action and body["ResponseMetadata"]["Service"] == service
        self.check_reading(answer, result)
        self.sent.setdefault((service, action), set()).update(parameter_names(arguments))
        self.shapes.setdefault((service, action), []).append(dict_of_types(result))
        return result

    def check_reading(self, model, result):
        """Every scalar of the SDK's model is the one on the wire."""
        # A result without fields of its own has no model.
        for own, name in getattr(model, "attribute_map", {}).items():
            value = getattr(model, own)
            if isinstance(value, (str, int, bool, float)):
                assert value == result[name], (name, value, result[name])

    def only(self, action, list, service="vpc", **filters):
        """The one resource that all these filters together find."""
        items = self(action, service, **filters)[list]
        assert len(items) == 1, (action, filters, items)
        return items[0]

    def until(self, status, action, list, service="vpc", **filters):
        return wait_until(
            lambda: self.only(action, list, service, **filters), lambda item: item["Status"] == status)

    def until_gone(self, action, list, service="vpc", **filters):
        wait_until(lambda: self(action, service, **filters)[list], lambda items: items == [])

    def task_ends(self, result):
        """The change behind an AsyncTaskId ends well."""
        answer = wait_until(
            lambda: self("GetAsyncTaskStatus", AsyncTaskId=result["AsyncTaskId"]),
            lambda answer: answer["AsyncTaskStatus"] != "Processing")
        assert answer["AsyncTaskStatus"] == "Succeeded" and answer["AsyncTaskId"] == result["AsyncTaskId"]


def dict_of_types(result):
    types = {}
    for path, type in shape(result):
        # An empty list says less than one with elements.
        types[path] = types.get(path) or type
    return types


def echoes(arguments, shown, *, but=()):
    """What was asked for is what is shown, wherever both have it under one name."""
    for name, value in arguments.items():
        if name in shown and name not in but:
            assert shown[name] == value, (name, value, shown[name])
