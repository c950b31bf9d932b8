"""Presigned URLs made by the official client's signer, in both of its forms, fetched without any header of ours."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from volcenginesdkcore.signv4 import SignerV4

from cloud import unique
from weir_server import REGION


def presign(server, action, signs_host, method="GET", token=None, **arguments):
    access_key, secret = server.credentials
    query = {**arguments, "Action": action, "Version": "2020-04-01"}
    host = server.address if signs_host else None
    return SignerV4.sign_url("/", method, query, access_key, secret, REGION, "vpc", session_token=token, host=host)


def fetch(server, query, method="GET", data=None, host=None):
    headers = {"Host": host} if host else {}
    request = urllib.request.Request(f"http://{server.address}/?{query}", method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def refused(answer, status, code):
    assert answer[0] == status and answer[1]["ResponseMetadata"]["Error"]["Code"] == code, answer


both = pytest.mark.parametrize("signs_host", [True, False], ids=["host signed", "no header signed"])


@both
def test_the_official_clients_url_is_answered(server, cloud, signs_host):
    name = unique("presigned")
    status, answer = fetch(server, presign(server, "CreateTrafficMirrorFilter", signs_host, **{
        "TrafficMirrorFilterName": name, "Tags.1.Key": "a b+c", "Tags.1.Value": "中/文"}))
    assert status == 200, answer
    metadata = answer["ResponseMetadata"]
    assert (metadata["Action"], metadata["Service"], metadata["Region"]) == (
        "CreateTrafficMirrorFilter", "vpc", REGION)
    found = cloud.filter(answer["Result"]["TrafficMirrorFilterId"])
    assert found.traffic_mirror_filter_name == name
    assert [(tag.key, tag.value) for tag in found.tags] == [("a b+c", "中/文")]


@both
def test_a_post_without_a_body_is_answered_and_one_with_a_body_is_not(server, signs_host):
    query = presign(server, "DescribeTrafficMirrorFilters", signs_host, method="POST")
    assert fetch(server, query, "POST", b"")[0] == 200
    refused(fetch(server, query, "POST", b"MaxResults=1"), 401, "SignatureDoesNotMatch")
    refused(fetch(server, query), 401, "SignatureDoesNotMatch")


@both
def test_a_parameter_nobody_signed_is_refused(server, signs_host):
    query = presign(server, "DescribeTrafficMirrorFilters", signs_host, MaxResults="7")
    assert fetch(server, query)[0] == 200
    for more in ("&MaxResults=8", "&MaxResults=7", "&Extra=", "&TrafficMirrorFilterIds.1=tmf-1"):
        refused(fetch(server, query + more), 401, "SignatureDoesNotMatch")
    refused(fetch(server, query.replace("MaxResults=7", "MaxResults=8")), 401, "SignatureDoesNotMatch")
    refused(fetch(server, query.replace("&Version=2020-04-01", "&Version=2020-04-02")), 401, "SignatureDoesNotMatch")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    for index, (name, value) in enumerate(pairs):
        rest = [pair for pair in pairs if pair[0] != name]
        assert fetch(server, urllib.parse.urlencode(rest))[0] in (400, 401), name
    # In whatever order and encoding it comes, it is the same request.
    assert fetch(server, urllib.parse.urlencode(pairs[::-1], quote_via=urllib.parse.quote))[0] == 200


def test_the_host_counts_where_it_is_signed(server):
    query = presign(server, "DescribeTrafficMirrorFilters", True)
    refused(fetch(server, query, host="elsewhere.example"), 401, "SignatureDoesNotMatch")
    assert fetch(server, presign(server, "DescribeTrafficMirrorFilters", False), host="elsewhere.example")[0] == 200


@both
def test_a_token_nobody_issued_is_refused(server, signs_host):
    query = presign(server, "DescribeTrafficMirrorFilters", signs_host, token="STSEXAMPLE")
    refused(fetch(server, query), 401, "InvalidSecretToken")


@both
def test_a_client_token_means_the_same_call_again(server, signs_host):
    arguments = {"ClientToken": unique("presigned"), "TrafficMirrorFilterName": unique("presigned")}
    made = {fetch(server, presign(server, "CreateTrafficMirrorFilter", form, **arguments))[1]["Result"][
        "TrafficMirrorFilterId"] for form in (signs_host, not signs_host)}
    assert len(made) == 1


def test_without_signature_or_with_half_of_one(server):
    query = "Action=DescribeTrafficMirrorFilters&Version=2020-04-01"
    refused(fetch(server, query), 401, "MissingAuthenticationToken")
    whole = presign(server, "DescribeTrafficMirrorFilters", True)
    pairs = [pair for pair in urllib.parse.parse_qsl(whole, keep_blank_values=True) if pair[0] != "X-Signature"]
    refused(fetch(server, urllib.parse.urlencode(pairs)), 401, "MissingSignature")
