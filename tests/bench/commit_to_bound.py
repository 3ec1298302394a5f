#!/usr/bin/python3
"""From central commit to bound in a pod, beside what the pod's own calls cost when made by hand in the same run.

Usage: commit_to_bound.py [--rounds N] [--limit-ms MS] [--out FILE]

Starts central, xjob and an embedded pod (TRICIRCLE_BIN, default the release build). With the variables of the lab's
env file set (tests/openstack/lab/up), its first real pod is measured in the same run. A round makes a policy with two
rules and a network that the pod has, then
  ours     sets qos_policy_id at the centre; the time is that of the job, from the call that committed it to its end
  by hand  makes the calls that XJob makes until the network is bound, one after the other on one kept connection
Exit code 1 when a median of ours is more than the limit above the median by hand.
"""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/service")]
os.environ.setdefault("TRICIRCLE_BIN", str(ROOT / "build/release/src/app/tricircle"))

from cloud import Cloud, wait_until  # noqa: E402

RULES = (("bandwidth_limit", {"max_kbps": 1000, "max_burst_kbps": 100, "direction": "egress"}),
         ("dscp_marking", {"dscp_mark": 26}))
KEYSTONE = """
[keystone_authtoken]
auth_url = {KEYSTONE_URL}
username = {TRICIRCLE_USER}
password = {TRICIRCLE_PASSWORD}
project_name = {TRICIRCLE_PROJECT}
user_domain_id = default
project_domain_id = default
"""


class Wire:
    """JSON calls to one server on one kept connection."""

    def __init__(self, url, headers=None):
        self.base = urllib.parse.urlsplit(url)
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=60)

    def call(self, method, path, body=None):
        self.connection.request(method, self.base.path + path, json.dumps(body) if body else None, self.headers)
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{method} {path}: {reply.status} {text[:300]}")
        self.reply_headers = reply.headers
        return json.loads(text) if text else None


def token():
    env = os.environ
    user = {"name": env["TRICIRCLE_USER"], "password": env["TRICIRCLE_PASSWORD"], "domain": {"id": "default"}}
    scope = {"project": {"name": env["TRICIRCLE_PROJECT"], "domain": {"id": "default"}}}
    keystone = Wire(env["KEYSTONE_URL"])
    keystone.call("POST", "/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}})
    return keystone.reply_headers["X-Subject-Token"]


class Pod:
    def __init__(self, cloud, region, url, real):
        self.cloud, self.region, self.real = cloud, region, real
        self.wire = Wire(url, {"X-Auth-Token": token()} if real else {"User-Agent": "tricircle-xjob"})

    def network(self, name):
        return self.wire.call("POST", "/v2.0/networks", {"network": {"name": name}})["network"]["id"]

    def by_hand(self, name):
        """Milliseconds of the calls until a network is bound to a fresh copy."""
        network = self.network(name)
        begin = time.monotonic()
        policy = self.wire.call("POST", "/v2.0/qos/policies", {"policy": {"name": name + " made"}})["policy"]["id"]
        path = f"/v2.0/qos/policies/{policy}"
        for kind, values in RULES:
            self.wire.call("POST", f"{path}/{kind}_rules", {f"{kind}_rule": values})
        self.wire.call("PUT", path, {"policy": {"name": name, "description": "", "shared": False}})
        if self.real:
            self.wire.call("GET", f"/v2.0/networks/{network}?fields=id&fields=qos_policy_id")
        self.wire.call("PUT", f"/v2.0/networks/{network}", {"network": {"qos_policy_id": policy}})
        return (time.monotonic() - begin) * 1000

    def ours(self, name):
        """Milliseconds of the job that binds a network to a policy that the pod has never had."""
        policy = self.cloud.policy(name, rules=RULES)
        network = self.cloud.net.create_network(name=name)
        self.cloud.admin.tie("network", network.id, self.network(name), self.region)
        self.cloud.net.update_network(network, qos_policy_id=policy.id)
        job = wait_until(lambda: next((j for j in self.cloud.admin.jobs(type="qos_create")
                                       if j["resource"]["res_id"] == network.id and j["finished_at"]), None), 60)
        if job["status"] != "SUCCESS":
            raise RuntimeError(f"{self.region}: {job['last_error']}")
        self.cloud.rest(60)
        return job["microseconds"] / 1000


def measure(pod, rounds):
    ours, by_hand = [], []
    for number in range(rounds + 1):
        figures = pod.ours(f"bench {number}"), pod.by_hand(f"bench {number}")
        if number > 0:  # the first one warms up
            ours.append(figures[0])
            by_hand.append(figures[1])
        print(f"\r{pod.region}: {number} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    figures = {"pod": pod.region, "real": pod.real, "rounds": rounds,
               "ours_median_ms": statistics.median(ours), "ours_max_ms": max(ours),
               "by_hand_median_ms": statistics.median(by_hand), "by_hand_max_ms": max(by_hand)}
    figures["above_ms"] = figures["ours_median_ms"] - figures["by_hand_median_ms"]
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in figures.items()}


def run(folder, rounds):
    real = "KEYSTONE_URL" in os.environ
    cloud = Cloud(folder, regions=("Embedded",), options=KEYSTONE.format(**os.environ) if real else "")
    try:
        cloud.start()
        results = [measure(Pod(cloud, "Embedded", cloud.pods["Embedded"].url, False), rounds)]
        if real:
            region, url = os.environ["POD1_REGION"], os.environ["POD1_URL"]
            cloud.admin.call("POST", "/pods", {"pod": {"region_name": region, "az_name": "az1", "neutron_url": url}})
            results.append(measure(Pod(cloud, region, url, True), rounds))
        return results
    finally:
        cloud.stop()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--limit-ms", type=float, default=20)
    arguments.add_argument("--out", type=pathlib.Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = run(pathlib.Path(folder) / "cloud", options.rounds)
    print(f"{'pod':<12}{'ours ms':>10}{'max':>9}{'by hand ms':>12}{'max':>9}{'above ms':>10}")
    for row in results:
        print(f"{row['pod']:<12}{row['ours_median_ms']:>10}{row['ours_max_ms']:>9}{row['by_hand_median_ms']:>12}"
              f"{row['by_hand_max_ms']:>9}{row['above_ms']:>10}")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(results, indent=2) + "\n")
    return 1 if any(row["above_ms"] > options.limit_ms for row in results) else 0


if __name__ == "__main__":
    sys.exit(main())
