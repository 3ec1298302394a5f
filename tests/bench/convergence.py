#!/usr/bin/python3
"""How long an edit, and a first association, takes to be in force in many pods: beside what the calls alone take.

Usage: convergence.py [--pods N,N] [--latency-ms MS] [--out FILE]

Starts central, xjob (default options, SQLite) and one process of simulated pods that answer after --latency-ms. For
each number of pods, in the same run:
  associate  a network that is in all pods gets a policy with two rules that no pod has: 6 calls a pod until bound
  edit       a rule of a policy that all pods have: 1 call a pod
The time is that of the job, from the central call to the last pod's confirmation. What it is compared with, `floor`,
is the larger of
  chain      the pod's own calls, one after the other
  bare       as many calls to the same pods by the HTTP client that XJob has, alone, without a store
`bare` is measured with 256 calls at a time, as many as XJob's runs, and with 1024; the faster one counts.
Exit code 1 when a call was made too many or too few.
"""
import argparse
import contextlib
import json
import os
import pathlib
import sqlite3
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests")]
os.environ.setdefault("TRICIRCLE_BIN", str(ROOT / "build/release/src/app/tricircle"))

from fill import fill, object_id  # noqa: E402
from harness.api import wait_until  # noqa: E402
from harness.centre import Centre  # noqa: E402
from harness.processes import Process  # noqa: E402
from meter import cpu_seconds, keep, measured, program, table  # noqa: E402
from wire import Wire  # noqa: E402

ROUNDS = {10: (7, 15), 100: (5, 11), 1000: (3, 7), 10_000: (2, 3)}  # associations, edits
CALLS = {"associate": 6, "edit": 1}  # a pod, until all is confirmed; a tag follows
COLUMNS = {"what": "", "pods": "pods", "rounds": "rounds", "median_ms": "median ms", "most_ms": "most ms",
           "chain_ms": "chain ms", "bare_ms": "bare ms", "ratio": "ratio", "xjob_cpu_us": "xjob us/call"}


class Field:
    """The centre and its simulated pods, each with so many networks."""

    def __init__(self, folder, pods, networks, latency):
        self.count = pods
        self.pods = Process("pods", [program("pods"), "--pods", pods, "--networks", networks, "--latency-ms", latency],
                            folder / "pods.log")
        self.centre = Centre(folder / "centre", options="[QUOTAS]\nquota_network = -1\n")
        self.networks = networks

    def __enter__(self):
        self.url = "http://127.0.0.1:" + self.pods.start().wait_ready().split("port=")[1]
        self.centre.central.start()
        self.centre.central.stop()
        self.lay()
        self.centre.start()
        self.wire = Wire(self.centre.central.url)
        self.pods_wire = Wire(self.url)
        return self

    def __exit__(self, *_):
        self.centre.stop()
        self.pods.stop()

    def lay(self):
        """Each central network is in each pod, as its own users made it there."""
        fill(self.centre.store, pods=self.count, networks=self.networks, policies=0, url=self.url)
        for number in range(self.networks):
            self.tie(object_id("network", number), number + 1)

    def tie(self, network, number):
        with contextlib.closing(sqlite3.connect(self.centre.store)) as store, store:
            store.execute(
                "INSERT INTO resource_routings (central_id, local_id, pod_id, project_id, resource_type, created_at,"
                " updated_at) SELECT ?, region_name || '-network-' || ?, pod_id, 'admin', 'network', 0, 0 FROM pods",
                (network, number))

    def rows(self, query, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.centre.store}?mode=ro", uri=True)) as store:
            return store.execute(query, values).fetchall()

    def policy(self, name):
        policy = self.wire.call("POST", "/v2.0/qos/policies", {"policy": {"name": name}})["policy"]["id"]
        self.rule = self.wire.call("POST", f"/v2.0/qos/policies/{policy}/bandwidth_limit_rules", {
            "bandwidth_limit_rule": {"max_kbps": 1000, "max_burst_kbps": 100}})["bandwidth_limit_rule"]["id"]
        self.wire.call("POST", f"/v2.0/qos/policies/{policy}/dscp_marking_rules", {
            "dscp_marking_rule": {"dscp_mark": 26}})
        return policy

    def writes(self):
        return self.pods_wire.call("GET", "/calls")["writes"]

    def converge(self, method, path, body):
        """Milliseconds of the parent job that the call makes, and the processor's seconds that XJob has used."""
        xjob = self.centre.xjob.popen.pid
        used = cpu_seconds(xjob)
        self.wire.call(method, path, body)
        seq, begun = self.rows("SELECT seq, created_at FROM jobs WHERE parent ORDER BY seq DESC LIMIT 1")[0]
        status, ended = wait_until(lambda: self.rows(
            "SELECT status, finished_at FROM jobs WHERE seq = ? AND finished_at IS NOT NULL", seq), 600,
            "the job's end", every=0.1)[0]
        used = cpu_seconds(xjob) - used
        if status != "SUCCESS":
            raise RuntimeError(f"{method} {path}: {status}")
        self.centre.rest(600)
        return (ended - begun) / 1000, used

    def associate(self, network):
        self.last = self.policy("policy of " + network)
        before = self.writes()
        spent = self.converge("PUT", f"/v2.0/networks/{network}",
                              {"network": {"qos_policy_id": self.last}})
        self.expect_writes(before, 6 * self.count)  # the policy, two rules, its name, the binding, the tag
        return spent

    def edit(self, value):
        before = self.writes()
        spent = self.converge("PUT", f"/v2.0/qos/policies/{self.last}/bandwidth_limit_rules/{self.rule}",
                              {"bandwidth_limit_rule": {"max_kbps": value}})
        self.expect_writes(before, self.count)
        return spent

    def expect_writes(self, before, wanted):
        made = self.writes() - before
        if made != wanted:
            raise RuntimeError(f"{made} writes to the pods instead of {wanted}")

    def bare(self, value, calls_a_pod):
        """What the same number of calls takes by the client alone."""
        found = self.rows("SELECT p.neutron_url, r.local_id, c.rules FROM copies c JOIN pods p ON p.pod_id = c.pod_id"
                          " JOIN resource_routings r ON r.central_id = c.policy_id AND r.pod_id = c.pod_id"
                          " WHERE c.policy_id = ? ORDER BY p.region_name", self.last)
        lines = []
        for url, local, rules in found:
            rule = next(rule["id"] for rule in json.loads(rules) if rule["type"] == "bandwidth_limit")
            lines.append(f"PUT {url}/v2.0/qos/policies/{local}/bandwidth_limit_rules/{rule} "
                         f'{{"bandwidth_limit_rule": {{"max_kbps": {value}}}}}\n')
        one = measured("calls", "--at-a-time", 1, "--rounds", 3, text="".join(lines[:5]))["call_ms"]
        whole = {n: measured("calls", "--at-a-time", n, "--rounds", 2 if self.count > 1000 else 5,
                             text="".join(lines * calls_a_pod))["median_ms"] for n in (256, 1024)}
        return {"chain_ms": round(one * calls_a_pod, 2), "bare_ms": round(min(whole.values()), 2),
                "bare_ms_by_calls_at_a_time": whole}


def summary(what, field, spent, bare):
    times = [milliseconds for milliseconds, _ in spent]
    calls = CALLS[what] * field.count * len(spent)
    floor = max(bare["chain_ms"], bare["bare_ms"])
    return {"what": what, "pods": field.count, "rounds": len(spent), "median_ms": round(statistics.median(times), 1),
            "most_ms": round(max(times), 1), **bare, "floor_ms": floor,
            "ratio": round(statistics.median(times) / floor, 3),
            "xjob_cpu_us": round(sum(used for _, used in spent) / calls * 1e6, 1)}


def measure(folder, pods, latency, most):
    associations, edits = ROUNDS.get(pods, (3, 5))
    associations, edits = min(associations, most), min(edits, most)
    with Field(folder, pods, associations + 1, latency) as field:
        field.associate(object_id("network", 0))  # warms up: connections, code, the pod's own memory
        associated = [field.associate(object_id("network", number)) for number in range(1, associations + 1)]
        field.edit(2000)
        edited = [field.edit(2001 + number) for number in range(edits)]
        return [summary("associate", field, associated, field.bare(3000, CALLS["associate"])),
                summary("edit", field, edited, field.bare(4000, CALLS["edit"]))]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pods", default="10,100,1000,10000")
    arguments.add_argument("--latency-ms", type=int, default=40)
    arguments.add_argument("--most-rounds", type=int, default=100)
    arguments.add_argument("--out", type=pathlib.Path)
    options = arguments.parse_args()
    results = []
    for pods in map(int, options.pods.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            results += measure(pathlib.Path(folder), pods, options.latency_ms, options.most_rounds)
    table(f"Until the last pod has confirmed; an answer takes {options.latency_ms} ms", results, COLUMNS)
    keep(results, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
