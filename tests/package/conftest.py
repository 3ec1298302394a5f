import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from bootstrap import PLACE, skip_unless_possible, tarball  # noqa: E402
from debian_root import DebianRoot  # noqa: E402
from harness.processes import ROOT  # noqa: E402
from keystone import Keystone  # noqa: E402


def pytest_configure():
    """Who ends the tests ends what they started, too."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=143))


@pytest.fixture(scope="session")
def package():
    """The package under test: TRICIRCLE_DEB, or what `make deb` made."""
    given = os.environ.get("TRICIRCLE_DEB")
    found = [pathlib.Path(given)] if given else sorted((ROOT / "build/deb").glob("tricircle-qos_*.deb"))
    assert len(found) == 1 and found[0].exists(), f"one package, by `make deb`; there is {found}"
    return found[0]


@pytest.fixture(scope="session")
def older_package(package, tmp_path_factory):
    """As an earlier release would have left it: a lower version, and an option fewer in the sample."""
    folder = tmp_path_factory.mktemp("older")
    subprocess.run(["dpkg-deb", "-R", package, folder / "tree"], check=True, timeout=60)
    control, sample = folder / "tree/DEBIAN/control", folder / "tree/etc/tricircle/tricircle.conf"
    control.write_text(re.sub(r"^Version: .*", "Version: 0.0.1~older", control.read_text(), flags=re.M))
    fewer = sample.read_text().replace("#in_flight_per_pod = 16\n", "")
    assert fewer != sample.read_text()
    sample.write_text(fewer)
    subprocess.run(["dpkg-deb", "-b", "--root-owner-group", folder / "tree", folder / "older.deb"], check=True,
                   timeout=60, stdout=subprocess.DEVNULL)
    return folder / "older.deb"


@pytest.fixture(scope="session")
def debian():
    """The tarball of a clean Debian 12, for one run at a time."""
    skip_unless_possible()
    PLACE.mkdir(parents=True, exist_ok=True)
    with open(PLACE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(PLACE / "roots", ignore_errors=True)  # of a run that was killed
        yield tarball()
        shutil.rmtree(PLACE / "roots", ignore_errors=True)


@contextlib.contextmanager
def new_root(debian, name):
    made = DebianRoot(PLACE / "roots" / name, debian)
    try:
        made.unpack()
        made.update()
        yield made
    finally:
        made.remove()


@pytest.fixture
def root(debian, request):
    with new_root(debian, request.node.name) as made:
        yield made


@pytest.fixture(scope="module")
def installed(debian, package):
    """For tests that only look."""
    with new_root(debian, "installed") as made:
        made.install(package)
        yield made


@pytest.fixture
def keystone():
    with Keystone() as made:
        yield made
