"""One of fifty pods is dead: the others do not notice, and on its return it gets what counts, once."""
import collections
import concurrent.futures
import os
import random

import pytest
import requests

from cloud import wait_until
from fifty_pods import DEAD, LIVING, REGIONS, FiftyPods, Pace

SEED = int(os.environ.get("SOAK_SEED", "1"))
ROUNDS, EDITS, MANY = 6, 10, 5000
NONE_WAITS, MANY_WAIT = "dead, nothing waits", "dead, 5,000 jobs wait"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    made = FiftyPods(tmp_path_factory.mktemp("fifty"))
    try:
        yield made.start()
    finally:
        made.stop()


def test_the_other_49_take_an_edit_as_fast_as_without_a_dead_pod(cloud):
    """In turns, so that what else the machine does is the same for all."""
    pace = Pace(cloud)
    for _ in range(ROUNDS):
        for name, dying in (("dead, refuses connections", cloud.killed), ("dead, takes and never answers",
                                                                          cloud.dead.hanging)):
            pace.measure("alive", REGIONS, EDITS)
            with dying():
                pace.edit(LIVING)
                wait_until(cloud.circuit_is_open, what="the circuit of the dead pod")
                pace.measure(name, LIVING, EDITS)
            cloud.rest(60)
    pace.table("the other 49 pods, fiftieth is", "alive")
    for name in pace.spent:
        assert pace.median(name) < 1.1 * pace.median("alive"), name


class Objects:
    """Policies bound to networks in the dead pod and in some others, and random edits of them."""

    def __init__(self, cloud, seed):
        self.cloud, self.net, self.random, self.edits = cloud, cloud.net, random.Random(seed), 0
        self.regions = [DEAD, *LIVING[:4]]
        self.policies = [cloud.policy(f"P{number}") for number in range(8)]
        self.networks = [cloud.network(f"n{number}", qos_policy_id=policy.id)
                         for number, policy in enumerate(self.policies)]
        for network in self.networks:
            cloud.appear(network, *self.regions)
        cloud.rest(60)

    def edit(self):
        self.edits += 1
        self.random.choice([self.rename, self.rebind, self.change, self.add_or_remove])(
            self.random.choice(self.policies))

    def rename(self, policy):
        self.net.update_qos_policy(policy.id, name=f"{policy.id} {self.edits}", description=f"edit {self.edits}")

    def rebind(self, policy):
        self.net.update_network(self.random.choice(self.networks), qos_policy_id=policy.id)

    def rule_of(self, policy, kind):
        return next((rule["id"] for rule in self.net.get_qos_policy(policy.id).rules if rule["type"] == kind), None)

    def change(self, policy):
        self.net.update_qos_bandwidth_limit_rule(self.rule_of(policy, "bandwidth_limit"), policy, max_kbps=self.edits)

    def add_or_remove(self, policy):
        rule = self.rule_of(policy, "dscp_marking")
        if rule:
            self.net.delete_qos_dscp_marking_rule(rule, policy, ignore_missing=False)
        else:
            self.cloud.rule(policy, "dscp_marking", dscp_mark=self.random.choice((8, 10, 26)))

    def assert_pods_equal_the_centre(self):
        by_id = {policy.id: policy for policy in self.policies}
        for region in self.regions:
            for policy in self.policies:
                self.cloud.assert_copy_is_true(policy, region)
            for network in self.networks:
                self.cloud.assert_bound("network", network, by_id[self.net.get_network(network).qos_policy_id], region)


def test_a_thousand_edits_during_an_outage_are_at_most_one_write_an_object(cloud):
    objects = Objects(cloud, SEED)
    with cloud.killed():
        since = cloud.dead.process.log.stat().st_size
        for _ in range(1000):
            objects.edit()
        assert cloud.circuit_is_open()
        waiting = cloud.open_jobs_of_the_dead()
    cloud.rest(60)
    writes = cloud.writes_to_the_dead(since)
    counts = collections.Counter(what for what, _, _ in writes)
    print(f"\nseed {SEED}: {objects.edits} edits of {len(objects.policies)} policies, their rules and networks; "
          f"{waiting} jobs waited; on return {len(writes)} writes to {len(counts)} objects, "
          f"at most {max(counts.values())} to one")
    assert [write for write in writes if write[2] >= 300] == []
    assert {what: count for what, count in counts.items() if count > 1} == {}
    objects.assert_pods_equal_the_centre()
    assert cloud.rows("SELECT DISTINCT status FROM jobs") == [("SUCCESS",)]


def many_networks(url, count, **attributes):
    """Ids of networks that were made with as few calls as can be."""
    ids = []
    while len(ids) < count:
        body = {"networks": [{"name": f"one of many {number}", **attributes} for number in range(250)]}
        reply = requests.post(url + "/v2.0/networks", json=body, timeout=60)
        assert reply.status_code == 201, reply.text
        ids += [network["id"] for network in reply.json()["networks"]]
    return ids


def make_jobs_wait(cloud, pairs):
    """Each central network turns up in the dead pod, and its policy is to be brought there."""
    session = requests.Session()

    def tie(pair):
        routing = {"top_id": pair[0], "bottom_id": pair[1], "pod_id": cloud.ids[DEAD], "project_id": "admin",
                   "resource_type": "network"}
        reply = session.post(cloud.central.url + "/v1.0/routings", json={"routing": routing}, timeout=60)
        assert reply.status_code == 200, reply.text

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(tie, pairs))


def test_five_thousand_waiting_jobs_leave_the_others_their_pace(cloud):
    pace = Pace(cloud)
    policies = [cloud.policy(f"of many {number}") for number in range(10)]

    def measure(name):
        pace.edit(LIVING)
        wait_until(cloud.circuit_is_open, what="the circuit of the dead pod")
        pace.measure(name, LIVING, ROUNDS * EDITS)

    for _ in range(2):
        central = [network for policy in policies
                   for network in many_networks(cloud.central.url, MANY // 10, qos_policy_id=policy.id)]
        local = many_networks(cloud.dead.url, MANY)
        with cloud.killed():
            measure(NONE_WAITS)
            make_jobs_wait(cloud, zip(central, local))
            assert cloud.open_jobs_of_the_dead() >= MANY
            measure(MANY_WAIT)
            assert cloud.open_jobs_of_the_dead() >= MANY
        cloud.rest(180)
        assert_all_bound(cloud, local, policies)
    with cloud.killed():
        measure(NONE_WAITS)
    cloud.rest(60)
    pace.table("the other 49 pods, fiftieth is", NONE_WAITS)
    assert pace.median(MANY_WAIT) < 1.1 * pace.median(NONE_WAITS)


def assert_all_bound(cloud, networks, policies):
    """Each of the dead pod's networks bears one of the policies' copies, and no job has failed."""
    listed = requests.get(cloud.dead.url + "/v2.0/networks?fields=id&fields=qos_policy_id", timeout=60).json()
    bears = {network["id"]: network["qos_policy_id"] for network in listed["networks"]}
    copies = {cloud.copy_id(policy, DEAD) for policy in policies}
    assert len(copies) == len(policies) and {bears[network] for network in networks} == copies
    assert cloud.rows("SELECT count(*) FROM jobs WHERE status <> 'SUCCESS'") == [(0,)]
