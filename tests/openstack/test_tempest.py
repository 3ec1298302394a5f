"""OpenStack's own API tests against the centre, behind the lab's Keystone as CentralRegion."""
import pathlib
import re
import subprocess

import pytest

from harness.server import Server
from keystone_centre import CONFIG

TOOL = pathlib.Path(__file__).resolve().parent / "lab" / "tempest"


class CatalogueCentre(Server):
    """A central at the address that Keystone's catalogue names for CentralRegion."""

    def __init__(self, lab, folder):
        config = folder / "tricircle.conf"
        values = lab.values
        config.write_text(CONFIG.format(
            keystone=values["KEYSTONE_URL"], user=values["TRICIRCLE_USER"],
            password=values["TRICIRCLE_PASSWORD"], project=values["TRICIRCLE_PROJECT"]))
        super().__init__("central", folder / "central", ["central", "--config", str(config)])
        port = int(lab.values["CENTRAL_URL"].rsplit(":", 1)[1])
        self.arguments[-1] = f"127.0.0.1:{port}"
        self.port, self.url = port, lab.values["CENTRAL_URL"]


@pytest.fixture
def catalogue_centre(lab, tmp_path):
    made = CatalogueCentre(lab, tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()


def tempest(*words):
    """(passed, failed, skipped) of a run, and what it printed."""
    ended = subprocess.run([TOOL, "CentralRegion", *words, "--why-skipped"], capture_output=True, text=True)
    printed = ended.stdout + ended.stderr
    counts = re.search(r"(\d+) passed, (\d+) failed, (\d+) skipped", printed)
    assert counts, printed
    print(printed)
    return tuple(map(int, counts.groups()))


def test_every_qos_test_passes_as_on_a_real_pod(catalogue_centre):
    assert tempest("qos") == (130, 0, 0)


@pytest.mark.soak
def test_every_core_test_passes_that_a_real_pod_passes_with_these_extensions(catalogue_centre):
    passed, failed, _ = tempest("core")
    assert failed == 0 and passed >= 89
