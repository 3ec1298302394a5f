"""The centre as a cloud runs it: several central and xjob on machines of their own (here: state folders), one Galera
cluster, one broker, and haproxy, with the configuration that the docs show, in front of the centres."""
import csv
import re
import socket
import subprocess

from harness.api import Admin, connect, wait_until
from harness.mariadb import Mariadb
from harness.processes import ROOT, Process, binary, free_port
from harness.server import Server

EXAMPLE = ROOT / "docs/examples/haproxy.cfg"


class Cluster:
    def __init__(self, folder, galera, broker, centrals=2, xjobs=3, regions=("RegionOne", "RegionTwo"), options=""):
        self.folder = folder
        folder.mkdir(parents=True)
        self.database = Mariadb(galera.url)
        self.config = folder / "tricircle.conf"
        self.config.write_text(f"[DEFAULT]\ntransport_url = {broker}\n[database]\nconnection = {self.database.url}\n"
                               f"{options}")
        self.config.chmod(0o600)
        arguments = ["--no-auth", "--config", str(self.config)]
        self.centrals = [Server(f"central-{i}", folder / f"central-{i}", ["central", *arguments])
                         for i in range(centrals)]
        self.xjobs = [Process(f"xjob-{i}", [binary(), "xjob", "--state", folder / f"xjob-{i}", "--config", self.config],
                              folder / f"xjob-{i}.log") for i in range(xjobs)]
        self.balancer = Balancer(folder, self.centrals)
        self.url = self.balancer.url
        self.admin = Admin(self.url)
        self.net = None
        self.pods = {region: Server(region, folder / region, ["local", "--region", region, "--central", self.url,
                                                              *arguments]) for region in regions}

    def start(self):
        for central in self.centrals:
            central.start()
        for xjob in self.xjobs:
            xjob.start().wait_ready()
        self.balancer.start()
        self.net = connect(self.url)
        for pod in self.pods.values():
            pod.start()
        wait_until(lambda: set(self.pods) <= set(self.admin.pods()), what="all pods known at the centre")
        return self

    def stop(self):
        for part in (*self.pods.values(), *self.xjobs, *self.centrals, self.balancer):
            part.stop()

    def work_left(self):
        """Lanes that are held, due or uncertain, jobs that are open and bindings that wait, for whoever looks why."""
        return [row for query in (
            "SELECT 'lane', lanes.*, unix_timestamp() FROM lanes WHERE kind NOT IN ('audit', 'check') AND"
            " (worker <> '' OR due_at IS NOT NULL OR uncertain_until <> 0)",
            "SELECT 'job', shown_jobs.* FROM shown_jobs WHERE status IN ('NEW', 'RUNNING')",
            "SELECT 'binding', bindings.* FROM bindings WHERE state <> 'bound'",
            "SELECT 'copy', policy_id, pod_id, ready, intent, state, last_error, waited_for FROM copies",
            "SELECT 'circuit', circuits.* FROM circuits",
            "SELECT 'worker', workers.* FROM workers") for row in self.database.rows(query)]

    def appear(self, network):
        """The network turns up in all pods."""
        for pod in self.pods.values():
            pod.net.get_network(network.id)
        wait_until(lambda: len(self.admin.routings(top_id=network.id, resource_type="network")) == len(self.pods),
                   what="the network is known in each pod")


class Balancer:
    """haproxy with the example of the docs: its addresses are put right, as the operator's are, and nothing else."""

    def __init__(self, folder, servers):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        text = EXAMPLE.read_text()
        text, fronts = re.subn(r"^    bind .*$", f"    bind 127.0.0.1:{self.port}", text, flags=re.M)
        self.socket = folder / "haproxy.sock"
        text, sockets = re.subn(r"^    stats socket \S+", f"    stats socket {self.socket}", text, flags=re.M)
        lines = iter([f"127.0.0.1:{server.port}" for server in servers])
        text, backs = re.subn(r"^(    server \w+) .*$", lambda line: f"{line[1]} {next(lines)}", text, flags=re.M)
        assert (sockets, fronts, backs) == (1, 1, len(servers)), "the example has other lines than this test knows"
        self.file, self.log = folder / "haproxy.cfg", folder / "haproxy.log"
        self.file.write_text(text)
        self.popen = None

    def start(self):
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(["haproxy", "-db", "-f", self.file], stdout=log, stderr=log)
        wait_until(self._serves, what="haproxy serves")

    def _serves(self):
        assert self.popen.poll() is None, self.log.read_text()
        try:
            return Admin(self.url).pods() is not None
        except OSError:
            return False

    def up(self):
        """How many servers get calls, as an operator asks it."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self.socket))
            asked.sendall(b"show stat\n")
            answer = b"".join(iter(lambda: asked.recv(65536), b"")).decode()
        rows = list(csv.DictReader(answer.removeprefix("# ").splitlines()))
        return sum(row["svname"] not in ("FRONTEND", "BACKEND") and row["status"] == "UP" for row in rows)

    def stop(self):
        if self.popen:
            self.popen.terminate()
            self.popen.wait(30)
