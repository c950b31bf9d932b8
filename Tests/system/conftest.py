import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from cloud import Cloud  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def root():
    assert os.geteuid() == 0, "the system tests need root: namespaces, eBPF"


@pytest.fixture
def make_cloud():
    clouds = []

    def make(**arguments):
        clouds.append(Cloud(**arguments))
        return clouds[-1]

    yield make
    for cloud in clouds:
        cloud.stop()
