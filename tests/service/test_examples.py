"""What docs/examples/ shows is what works: each unit's own command line serves and ends as systemd asks it to."""
import shutil
import subprocess

import pytest

from cloud import FAST
from harness.processes import ROOT, Process, binary, free_port
from harness.units import command_of

EXAMPLES = ROOT / "docs/examples"
UNITS = sorted(EXAMPLES.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_line_of_a_unit_serves(unit, tmp_path):
    config = tmp_path / "tricircle.conf"
    config.write_text(f"[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = {free_port()}\n{FAST}")
    config.chmod(0o600)
    places = {"/usr/bin/tricircle": binary(), "/etc/tricircle/tricircle.conf": str(config)}
    given = {"TRICIRCLE_CONFIG": str(config), "TRICIRCLE_REGION": "RegionOne",
             "TRICIRCLE_CENTRAL": f"http://127.0.0.1:{free_port()}"}
    words = [places.get(word, word.replace("/var/lib/tricircle", str(tmp_path))) for word in command_of(unit, given)]
    # Without a Keystone only callers on this machine are believed, and only when it is said.
    process = Process(unit.stem, words + (["--no-auth"] if "central" in words else []), tmp_path / "log")
    process.start()
    process.wait_ready()
    process.stop()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_the_unit(unit, tmp_path):
    # The program is not installed here: any other is as good for reading the rest.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/usr/bin/tricircle ", "/bin/true "))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60)
    ours = [line for line in done.stderr.splitlines() if unit.stem in line]  # it reads other units of the machine too
    assert done.returncode == 0 and not ours, done.stderr
