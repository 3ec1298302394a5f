"""Fifty embedded pods under one centre, one of them to die, and the pace at which the others take an edit."""
import concurrent.futures
import contextlib
import re
import sqlite3
import statistics

import requests

from cloud import Cloud, wait_until

REGIONS = [f"Region{number:02}" for number in range(1, 51)]
DEAD, LIVING = REGIONS[0], REGIONS[1:]
# Everything as it is by default but for a call into silence: a test need not wait half a minute for its end.
OPTIONS = """
[QUOTAS]
quota_network = -1
[xjob]
call_deadline = 2
settle = 0.5
"""
WRITE = re.compile(r"answered method=(PUT|POST|DELETE) path=(\S+) status=(\d+)")


class FiftyPods(Cloud):
    """`dead` is the pod that dies; it logs each request."""

    def __init__(self, folder):
        super().__init__(folder, regions=REGIONS, options=OPTIONS)
        self.dead = self.pods[DEAD]
        talkative = folder / "talkative.conf"
        talkative.touch(0o600)
        talkative.write_text("[DEFAULT]\ndebug = true\n")
        self.dead.arguments = [str(talkative) if word == str(self.config) else word for word in self.dead.arguments]

    def start(self):
        super().start()
        self.ids = {region: pod["pod_id"] for region, pod in self.admin.pods().items()}
        return self

    def stop(self):
        """The pods at the same time: each waits a second for its connections."""
        with concurrent.futures.ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda pod: pod.stop(), self.pods.values()))
        super().stop()

    def rows(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            return store.execute(sql, values).fetchall()

    def open_jobs_of_the_dead(self):
        return self.rows("SELECT count(*) FROM jobs WHERE pod_id = ? AND status IN ('NEW', 'RUNNING')",
                         self.ids[DEAD])[0][0]

    def circuit_is_open(self):
        return self.admin.pods()[DEAD]["circuit"]["open"]

    @contextlib.contextmanager
    def killed(self):
        """Inside the block nobody listens at the pod's address."""
        self.dead.process.kill9()
        try:
            yield
        finally:
            self.dead.start()

    def writes_to_the_dead(self, since):
        """(object, method, status) of each write that the pod has answered since its log had that length. The rules of
        a policy are told apart by their type: there is one of each."""
        seen = WRITE.findall(self.dead.process.log.read_bytes()[since:].decode())
        return [(re.sub(r"(_rules)/[0-9a-f-]{36}$", r"\1", path), method, int(status))
                for method, path, status in seen]


class Pace:
    """Edits of one rule that every pod has, and how long the pods but the dead one take for each."""

    def __init__(self, cloud):
        self.cloud, self.value, self.spent = cloud, 1000, {}
        self.policy, _ = cloud.bound_everywhere()
        self.rule = next(rule["id"] for rule in self.policy.rules if rule["type"] == "bandwidth_limit")
        copies = cloud.admin.routings(top_id=self.policy.id, resource_type="qos_policy")
        self.copies = {row["pod_id"]: row["bottom_id"] for row in copies}

    def edit(self, pods):
        """Milliseconds from the edit's commit until the last pod but the dead one has confirmed it; returns when all of
        `pods` have."""
        self.value += 1
        self.cloud.net.update_qos_bandwidth_limit_rule(self.rule, self.policy, max_kbps=self.value)
        ids = [self.cloud.ids[region] for region in pods]
        places = ",".join("?" * len(ids))
        parent, begun = self.cloud.rows(
            "SELECT id, created_at FROM jobs WHERE parent ORDER BY created_at DESC LIMIT 1")[0]
        wait_until(lambda: self.cloud.rows(f"SELECT count(*) FROM jobs WHERE parent_id = ? AND status = 'SUCCESS' AND "
                                           f"pod_id IN ({places})", parent, *ids) == [(len(ids),)],
                   60, f"the edit in {len(ids)} pods")
        ended = self.cloud.rows("SELECT max(finished_at) FROM jobs WHERE parent_id = ? AND pod_id <> ?", parent,
                                self.cloud.ids[DEAD])[0][0]
        return (ended - begun) / 1000

    def measure(self, name, pods, edits):
        """`edits` more under this name, after one that warms up; at their end the pods are looked at."""
        self.edit(pods)
        self.spent.setdefault(name, []).extend(self.edit(pods) for _ in range(edits))
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            assert set(threads.map(self.limit_in, pods)) == {self.value}

    def limit_in(self, region):
        url = f"{self.cloud.pods[region].url}/v2.0/qos/policies/{self.copies[self.cloud.ids[region]]}"
        rules = requests.get(url, timeout=10).json()["policy"]["rules"]
        return next(rule["max_kbps"] for rule in rules if rule["type"] == "bandwidth_limit")

    def median(self, *names):
        return statistics.median(value for name in names for value in self.spent[name])

    def table(self, title, *base):
        """Prints what was measured; the last column is the median's ratio to the one of `base` together."""
        print(f"\n{title:<32}{'edits':>8}{'median ms':>12}{'p90 ms':>10}{'ratio':>8}")
        for name, values in self.spent.items():
            print(f"{name:<32}{len(values):>8}{statistics.median(values):>12.1f}"
                  f"{statistics.quantiles(values, n=10)[-1]:>10.1f}{self.median(name) / self.median(*base):>8.3f}")
