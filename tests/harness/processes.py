"""Real processes for tests: started on loopback, known by their pid, stopped by it."""
import contextlib
import itertools
import os
import pathlib
import random
import select
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def binary():
    """The program under test: TRICIRCLE_BIN, or the development build."""
    return os.environ.get("TRICIRCLE_BIN", str(ROOT / "build/dev/src/app/tricircle"))


# Of each process of a parallel run its own: another's server may be down for a moment, and wants its port back. Below
# those of the lab, and those that the kernel gives to outgoing connections.
PORTS_OF_ONE = 1000
FIRST_PORT = 10000 + PORTS_OF_ONE * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 9)
PORTS = itertools.cycle(random.sample(range(FIRST_PORT, FIRST_PORT + PORTS_OF_ONE), PORTS_OF_ONE))


def free_port():
    """A port that a server can come back to."""
    for port in PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """One server: its output is kept in `log`, and the first line that starts with "ready" says that it serves."""

    def __init__(self, name, command, log, env=None):
        self.name, self.command, self.log = name, [str(part) for part in command], pathlib.Path(log)
        self.env = {**os.environ, **(env or {})}
        self.popen = None

    def start(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as errors:
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          stderr=errors, env=self.env)
        return self

    def wait_ready(self, timeout=30):
        """The rest of the ready line."""
        end = time.monotonic() + timeout
        seen = b""
        while not seen.endswith(b"\n"):
            left = end - time.monotonic()
            readable, _, _ = select.select([self.popen.stdout], [], [], max(left, 0))
            piece = os.read(self.popen.stdout.fileno(), 4096) if readable else b""
            if not piece:
                raise AssertionError(f"{self.name} did not become ready; it said {seen!r}\n{self.log_text()}")
            seen += piece
        line = seen.decode().splitlines()[0]
        assert line.startswith("ready"), line
        return line[len("ready"):].strip()

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def wait_end(self, timeout=30):
        return self.popen.wait(timeout)

    def stop(self, timeout=30):
        """SIGTERM; the exit code must be 0. What has ended already is left as it is."""
        if not self.running():
            self._close()
            return
        self.popen.send_signal(signal.SIGTERM)
        try:
            code = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise AssertionError(f"{self.name} did not end in {timeout} s\n{self.log_text()}") from None
        self._close()
        assert code == 0, f"{self.name} ended with {code}\n{self.log_text()}"

    def kill9(self):
        if self.running():
            self.popen.kill()
            self.popen.wait()
        self._close()

    def log_text(self, last=8000):
        return self.log.read_text(errors="replace")[-last:] if self.log.exists() else ""

    def _close(self):
        if self.popen is not None and self.popen.stdout:
            self.popen.stdout.close()
