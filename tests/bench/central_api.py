#!/usr/bin/python3
"""The central API under load, with Keystone's tokens: beside a real Neutron of the lab and nginx with static files.

Usage: central_api.py [--seconds S] [--connections N] [--out FILE]      (with the lab's env file set)

  get    GET of a policy with two rules, of a thousand        list   GET of a list of 100 of them
  port   PUT port: a pod tells of a port for the first time, a policy on its network and one on itself (case 4)
  make   POST of a policy and of a rule in it, in turns; each POST is a request
wrk sends with one thread; requests/s and p99 are its own. CPU is that of the server's processes without a database's
(ours has it inside). `commits` is the store's group commit alone in the same run. Without a lab: no token, no Neutron.
XJob does not run, so nothing but the API is measured. Exit code 1 when a request was refused.
"""
import argparse
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/openstack")]
os.environ.setdefault("TRICIRCLE_BIN", str(ROOT / "build/release/src/app/tricircle"))

from fill import fill, object_id  # noqa: E402
from harness.server import Server  # noqa: E402
from load import loaded, nginx, write_calls  # noqa: E402
from meter import keep, measured, session_of, table  # noqa: E402
from wire import KEYSTONE, Wire, token  # noqa: E402

REPORT = ('{"port": {"binding:profile": {"region": "pod-0001", "device": "compute:nova", "host": "host-1", '
          '"revision_number": 2, "created_at": "2026-01-01T00:00:00Z"}}}')
COLUMNS = {"server": "", "call": "call", "connections": "connections", "per_s": "requests/s", "p50_ms": "p50 ms",
           "p99_ms": "p99 ms", "cpu_us": "CPU us/request", "cores": "cores"}
HUNDRED = "/v2.0/qos/policies?limit=100"


class Ours:
    """central with 1,000 policies, and with ports that no pod has told of yet."""

    def __init__(self, folder, ports):
        self.folder, self.ports, self.different_reports = folder, ports, ports
        self.lab = "KEYSTONE_URL" in os.environ
        config = folder / "tricircle.conf"
        config.touch(0o600)
        config.write_text(KEYSTONE.format(**os.environ) if self.lab else "")
        arguments = ["central", "--config", str(config)] + ([] if self.lab else ["--no-auth"])
        self.server = Server("central", folder / "central", arguments)

    def __enter__(self):
        self.server.start()
        self.server.stop()
        fill(self.folder / "central/central.db", pods=1, policies=1000, networks=self.ports, ports=self.ports, every=1)
        self.server.start()
        self.url, self.pids = self.server.url, [self.server.process.popen.pid]
        self.token = token() if self.lab else "none"
        self.wire = Wire(self.url, {"X-Auth-Token": self.token})
        self.gets = write_calls(self.folder / "gets", [f"GET /v2.0/qos/policies/{object_id('policy', number)}"
                                                       for number in range(1000)])
        return self

    def __exit__(self, *_):
        self.server.stop()

    def calls(self):
        """(call, wrk's script, its arguments)"""
        puts = write_calls(self.folder / "puts", [f"PUT /v2.0/ports/{object_id('port', number)} {REPORT}"
                                                  for number in range(self.ports)])
        lists = write_calls(self.folder / "lists", ["GET " + HUNDRED])
        return [("get", "calls.lua", (self.gets, self.token)), ("list", "calls.lua", (lists, self.token)),
                ("port", "calls.lua", (puts, self.token)), ("make", "policy_and_rule.lua", (self.token,))]

    def texts(self):
        """What nginx shall serve: the same paths, the same bytes."""
        paths = [f"v2.0/qos/policies/{object_id('policy', number)}" for number in range(1000)]
        return {path: self.body("/" + path) for path in paths}

    def body(self, path):
        self.wire.connection.request("GET", path, headers=self.wire.headers)
        return self.wire.connection.getresponse().read().decode()


class Real:
    """The lab's first pod, with a hundred policies, and ports that bear one on a network that bears one."""

    different_reports = 3200

    def __init__(self, folder):
        self.folder, self.url, self.token = folder, os.environ["POD1_URL"], token()
        leader = pathlib.Path(os.environ["LAB_DIR"]) / "run/pod1.pid"
        self.pids = session_of(leader.read_text().strip())
        self.wire = Wire(self.url, {"X-Auth-Token": self.token})

    def __enter__(self):
        self.policies = [self.policy(f"bench {number}") for number in range(100)]
        network = self.wire.call("POST", "/v2.0/networks", {"network": {
            "name": "bench", "qos_policy_id": self.policies[0]}})["network"]["id"]
        self.ports = [self.wire.call("POST", "/v2.0/ports", {"port": {
            "network_id": network, "qos_policy_id": self.policies[1]}})["port"]["id"] for _ in range(32)]
        self.network = network
        return self

    def __exit__(self, *_):
        for port in self.ports:
            self.wire.call("DELETE", f"/v2.0/ports/{port}")
        self.wire.call("DELETE", f"/v2.0/networks/{self.network}")
        for policy in self.wire.call("GET", "/v2.0/qos/policies?fields=id")["policies"]:
            self.wire.call("DELETE", f"/v2.0/qos/policies/{policy['id']}")

    def policy(self, name):
        policy = self.wire.call("POST", "/v2.0/qos/policies", {"policy": {"name": name}})["policy"]["id"]
        self.wire.call("POST", f"/v2.0/qos/policies/{policy}/bandwidth_limit_rules", {
            "bandwidth_limit_rule": {"max_kbps": 1000, "max_burst_kbps": 100}})
        self.wire.call("POST", f"/v2.0/qos/policies/{policy}/dscp_marking_rules", {
            "dscp_marking_rule": {"dscp_mark": 26}})
        return policy

    def calls(self):
        gets = write_calls(self.folder / "real-gets", [f"GET /v2.0/qos/policies/{policy}" for policy in self.policies])
        lists = write_calls(self.folder / "real-lists", ["GET " + HUNDRED])
        puts = write_calls(self.folder / "real-puts", [
            f'PUT /v2.0/ports/{port} {{"port": {{"binding:profile": {{"boot": "{number}"}}}}}}'
            for number in range(self.different_reports // 32) for port in self.ports])
        return [("get", "calls.lua", (gets, self.token)), ("list", "calls.lua", (lists, self.token)),
                ("port", "calls.lua", (puts, self.token)), ("make", "policy_and_rule.lua", (self.token,))]


def run_all(name, server, seconds, connections):
    rows = []
    server.wire.call("GET", "/v2.0/qos/policies?limit=1")  # Keystone is asked about the token before, not meanwhile
    for call, script, arguments in server.calls():
        figures = loaded(server.url, server.pids, script, *arguments, seconds=seconds, connections=connections)
        if call == "port" and figures["requests"] > server.different_reports:
            raise RuntimeError(f"{figures['requests']} reports: some were told twice; give more --ports")
        rows.append({"server": name, "call": call, **figures})
    return rows


def static_files(ours, folder, seconds, connections):
    with nginx(folder, ours.texts()) as (url, pids):
        return {"server": "nginx", "call": "get", **loaded(url, pids, "calls.lua", ours.gets, ours.token,
                                                           seconds=seconds, connections=connections)}


def ratios(rows, commits):
    """What the figures are held to, all of one run."""
    by = {(row["server"], row["call"]): row for row in rows}
    found = {"get / nginx, requests/s": by["ours", "get"]["per_s"] / by["nginx", "get"]["per_s"],
             "port / bare commit, p99": by["ours", "port"]["p99_ms"] / commits["p99_ms"]}
    for call in ("get", "list", "port", "make"):
        if ("neutron", call) in by:
            found[f"{call} / neutron, requests/s"] = by["ours", call]["per_s"] / by["neutron", call]["per_s"]
            found[f"{call} / neutron, CPU"] = by["ours", call]["cpu_us"] / by["neutron", call]["cpu_us"]
    return {name: round(value, 4) for name, value in found.items()}


def measure(folder, options):
    commits = measured("commits", "--connection", f"sqlite:///{folder}/commits.db", "--threads", options.connections,
                       "--seconds", options.seconds)
    with Ours(folder, options.ports) as ours:
        rows = [static_files(ours, folder / "nginx", options.seconds, options.connections)]
        rows += run_all("ours", ours, options.seconds, options.connections)
    if "KEYSTONE_URL" in os.environ:
        with Real(folder) as real:
            rows += run_all("neutron", real, options.neutron_seconds, options.neutron_connections)
    return {"rows": rows, "commits": commits, "ratios": ratios(rows, commits)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=4)
    arguments.add_argument("--neutron-seconds", type=int, default=10)
    arguments.add_argument("--connections", type=int, default=32)
    arguments.add_argument("--neutron-connections", type=int, default=4, help="more make it slower")
    arguments.add_argument("--ports", type=int, default=60_000, help="told of at most")
    arguments.add_argument("--out", type=pathlib.Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(pathlib.Path(folder), options)
    table("The central API, and what stands beside it", figures["rows"], COLUMNS)
    table("The store alone, as many threads", [{"server": "commits", **figures["commits"]}], COLUMNS)
    table("Ratios", [{"what": what, "ratio": ratio} for what, ratio in figures["ratios"].items()],
          {"what": "", "ratio": "ours / theirs"})
    keep(figures, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
