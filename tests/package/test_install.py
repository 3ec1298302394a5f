"""What a fresh installation leaves, in a clean Debian 12."""
import gzip
import re
import shutil
import subprocess

import pytest

from centre import CONFIG
from harness.processes import ROOT

UNITS = ["tricircle-agent.service", "tricircle-central.service", "tricircle-xjob.service"]
# What systemd-analyze finds of a service that may write its own folders and speak IP, and little more.
MOST_EXPOSED = 20


def test_what_is_there_after_an_installation(installed, package):
    version = subprocess.run(["dpkg-deb", "-f", package, "Version"], capture_output=True, text=True, check=True,
                             timeout=30).stdout
    assert installed.run("tricircle", "--version") == version
    user = installed.user("tricircle")
    assert (user.pw_dir, user.pw_shell) == ("/var/lib/tricircle", "/usr/sbin/nologin")
    assert {path: installed.identity(path) for path in (
        "/usr/bin/tricircle", "/etc/tricircle", CONFIG, "/etc/default/tricircle-agent", "/etc/logrotate.d/tricircle",
        "/var/lib/tricircle", "/var/log/tricircle")} == {
            "/usr/bin/tricircle": ("0755", "root", "root"),
            "/etc/tricircle": ("0750", "root", "tricircle"),
            CONFIG: ("0640", "root", "tricircle"),
            "/etc/default/tricircle-agent": ("0644", "root", "root"),
            "/etc/logrotate.d/tricircle": ("0644", "root", "root"),
            "/var/lib/tricircle": ("0750", "tricircle", "tricircle"),
            "/var/log/tricircle": ("0750", "tricircle", "tricircle")}
    documents = installed.path("/usr/share/doc/tricircle-qos")
    assert {"README.md", "changelog.gz", "copyright", "operations.md", "runbook.md", "commands.md"} <= {path.name for path in documents.iterdir()}
    assert {path.name for path in (documents / "examples").iterdir()} == {
        path.name for path in (ROOT / "docs/examples").iterdir() if path.suffix != ".service"}
    page = gzip.decompress(installed.path("/usr/share/man/man1/tricircle.1.gz").read_bytes()).decode()
    assert page == installed.run("tricircle", "man-page")
    completion = installed.path("/usr/share/bash-completion/completions/tricircle").read_text()
    assert completion == installed.run("tricircle", "completion")
    # Nothing is left open: dpkg is content, and each file is what the package says.
    assert installed.run("dpkg", "--audit") == "" and installed.run("dpkg", "--verify", "tricircle-qos") == ""


def test_nothing_is_enabled_before_somebody_does_it(installed):
    units = installed.path("/lib/systemd/system")
    assert sorted(path.name for path in units.glob("tricircle-*")) == UNITS
    for unit in UNITS:
        assert (units / unit).read_text() == (ROOT / "docs/examples" / unit).read_text()
    assert list(installed.path("/etc/systemd/system").rglob("tricircle*")) == []


def test_the_sample_has_every_option_with_its_default(installed):
    """The program's own list, each option commented out; as it is, the file changes nothing."""
    reference = installed.run("tricircle", "config-reference").splitlines()
    expected = [re.sub(r"^(\w+ =)", r"#\1", line).rstrip() for line in reference]
    assert sum(line.startswith("#bind_") for line in expected) == 2 and len(expected) > 100
    assert installed.path(CONFIG).read_text().splitlines()[-len(expected):] == expected
    said = installed.run("tricircle", "central", "--config", CONFIG, "--state", "/var/lib/tricircle", code=1,
                         user="tricircle:tricircle")
    assert "give [keystone_authtoken] auth_url" in said and said.count("\n") == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_the_unit_guarded(installed, unit):
    """By the systemd of this machine; tests/service/test_examples.py has it read the rest."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}",
                           f"--root={installed.folder}", unit], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
