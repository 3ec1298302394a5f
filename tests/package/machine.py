"""A Debian of a test with its own systemd as process 1, by systemd-nspawn, on this machine's network."""
import os
import pathlib
import subprocess

import pytest

from debian_root import ENVIRONMENT
from harness.api import wait_until

# Should the tests be killed, it gets the signal that ends it.
BOOT = ["setpriv", "--pdeathsig", "TERM", "systemd-nspawn", "--register=no", "--keep-unit", "--quiet",
        "--console=pipe", "--boot"]


class Machine:
    """Started with start(), which skips where such a machine cannot run; stopped with stop()."""

    def __init__(self, root):
        self.root, self.log = root, root.folder.parent / f"{root.folder.name}-machine.log"
        self.nspawn = None

    def start(self):
        with open(self.log, "wb") as log:
            self.nspawn = subprocess.Popen([*BOOT, "-D", self.root.folder], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log)
        try:
            wait_until(lambda: self.nspawn.poll() is not None or self.state() in ("running", "degraded"), 60)
        except AssertionError:
            pass
        if self.nspawn.poll() is not None or self.state() not in ("running", "degraded"):
            self.stop()
            said = self.log.read_text()[-500:]
            pytest.skip(f"the package is not tested under systemd: no machine boots here: {said}")

    def stop(self):
        """nspawn asks systemd to end; killed, it takes all processes along."""
        self.nspawn.terminate()
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()

    def init(self):
        """The pid of its systemd: nspawn's only child, once it is there."""
        children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        return children[0] if children else None

    def state(self):
        try:
            return self.run("systemctl", "is-system-running", code=None).strip() if self.init() else None
        except OSError:
            return None

    def run(self, *words, code=0):
        enter = ["nsenter", "--target", self.init(), "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd"]
        done = subprocess.run([*enter, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300, env=ENVIRONMENT)
        assert code is None or done.returncode == code, f"{words} ended with {done.returncode}\n{done.stdout}"
        return done.stdout

    def pids(self, *roles):
        """role -> the pid of its program in there; 0: it does not run."""
        return {role: int(self.run("systemctl", "show", "--property", "MainPID", "--value", f"tricircle-{role}"))
                for role in roles}

    def words_of(self, role):
        return self.run("journalctl", "--no-pager", "--output", "cat", "--unit", f"tricircle-{role}")


def can_boot():
    return os.path.exists("/usr/bin/systemd-nspawn")
