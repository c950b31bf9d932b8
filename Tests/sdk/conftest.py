"""Fixtures: one server a module, or one of its own for tests that fill or kill it."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cloud import Cloud, Mirror  # noqa: E402
from signing import Wire  # noqa: E402
from weir_server import WeirServer  # noqa: E402


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = WeirServer(tmp_path_factory.mktemp("weir") / "data").start()
    yield server
    assert server.stop() == 0


def servers_under(path):
    """Yields what starts servers below a directory: `make(*arguments, name=…, environment=…)`; stops them all."""
    servers = []

    def make(*arguments, name="data", environment=None):
        server = WeirServer(path / name, *arguments, environment=environment)
        servers.append(server)
        return server.start()

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def make_server(tmp_path):
    """Starts servers of the test's own."""
    yield from servers_under(tmp_path)


@pytest.fixture(scope="module")
def make_module_server(tmp_path_factory):
    """Starts servers of the module's own."""
    yield from servers_under(tmp_path_factory.mktemp("weir"))


@pytest.fixture
def cloud(server):
    return Cloud(server)


@pytest.fixture(scope="module")
def mirror(server):
    """What sessions stand on; shared by a module, never changed."""
    return Mirror(Cloud(server))


@pytest.fixture
def wire(server):
    wire = Wire(server)
    yield wire
    wire.close()
