"""The lab's three-node Galera cluster: started when a test first wants it, killed and brought back node by node."""
import os
import pathlib
import shlex
import subprocess

from harness.processes import ROOT

SCRIPT = ROOT / "tests/openstack/lab/galera"


class Galera:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self._run("up")
        values = {}
        for line in (self.folder / "galera/env").read_text().splitlines():
            values.update(word.split("=", 1) for word in shlex.split(line, comments=True)[1:])
        ports = values["GALERA_PORTS"].split()
        self.nodes = range(1, len(ports) + 1)
        for host in ("localhost", "127.0.0.1"):
            self.sql(1, f"GRANT ALL ON `tricircle%`.* TO tricircle@'{host}'")
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.url = f"mysql://{values['GALERA_USER']}:{values['GALERA_PASSWORD']}@{hosts}/{values['GALERA_DB']}"

    def kill(self, node):
        self._run("kill", str(node))

    def start(self, node):
        """Returns when it has caught up with the others."""
        self._run("start", str(node))

    def sql(self, node, statement):
        socket = self.folder / f"galera/node{node}/mysql.sock"
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}", "--batch", "--skip-column-names",
                               f"--execute={statement}"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{statement}: {done.stderr}"
        return done.stdout

    def _run(self, *words):
        done = subprocess.run([SCRIPT, *words], env={**os.environ, "LAB_DIR": str(self.folder)}, capture_output=True,
                              text=True, timeout=180)
        assert done.returncode == 0, f"galera {words}: {done.stdout}{done.stderr}"
