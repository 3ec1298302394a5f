import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cloud import QUICK, Cloud, gated_cloud  # noqa: E402
from harness import leaks  # noqa: E402
from harness.gate import Gate  # noqa: E402

no_secret_is_said = leaks.no_secret_is_said


@pytest.fixture
def cloud(tmp_path):
    """Two embedded pods, all roles as processes of their own."""
    made = Cloud(tmp_path / "cloud")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def gated(tmp_path):
    """A cloud of one embedded pod that XJob reaches through a gate: (cloud, gate)."""
    cloud = Cloud(tmp_path / "cloud", regions=("RegionOne",), options=QUICK)
    try:
        cloud.start()
        with Gate(cloud.pods["RegionOne"].url) as gate:
            pod_id = cloud.admin.pods()["RegionOne"]["pod_id"]
            cloud.admin.call("PUT", f"/pods/{pod_id}", {"pod": {"neutron_url": gate.url}})
            yield cloud, gate
    finally:
        cloud.stop()


@pytest.fixture
def patient(tmp_path):
    """As `gated`, for tests that let a call stand at the gate: none is given up, no worker is taken for dead."""
    with gated_cloud(tmp_path) as made:
        yield made
