import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from agents import REGION, ToldCloud, hearing_agent  # noqa: E402
from harness import leaks  # noqa: E402
from harness.galera import Galera  # noqa: E402
from keystone_centre import KeystoneCentre  # noqa: E402
from real_pods import Lab, RealCloud  # noqa: E402

no_secret_is_said = leaks.no_secret_is_said


@pytest.fixture(scope="session")
def lab():
    """The real pods that lab/up started; see `make test-openstack`."""
    return Lab()


@pytest.fixture(scope="session")
def galera(lab):
    """Three nodes, started with the first test that wants them; `tests/openstack/run` stops them."""
    return Galera(lab.folder)


@pytest.fixture
def cloud(lab, tmp_path):
    """A new centre for the two real pods."""
    made = RealCloud(tmp_path / "cloud", lab)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def told_cloud(lab, tmp_path):
    """As `cloud`, with agents that tell it what happens in the pods."""
    made = ToldCloud(tmp_path / "cloud", lab)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def pod(cloud):
    """The region of the agent, as its admin sees it."""
    return cloud.pods[REGION].net


@pytest.fixture
def agent(lab, cloud, tmp_path):
    """An agent that hears what happens in that region."""
    with hearing_agent(lab, cloud, tmp_path) as made:
        yield made


@pytest.fixture
def centre(lab, tmp_path):
    """A new centre whose callers bring tokens."""
    made = KeystoneCentre(lab, tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()


def pytest_configure(config):
    config.addinivalue_line("markers", "soak: takes long; run by `make soak`")


def pytest_collection_modifyitems(items):
    """The longest first, so that two workers end at about the same time."""
    items.sort(key=lambda item: "test_kills" not in item.nodeid)
