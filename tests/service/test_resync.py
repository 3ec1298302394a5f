"""After a disaster: the centre or a pod was restored from a backup, and `tricircle pod resync` makes them agree again."""
import contextlib
import json
import random
import sqlite3
import subprocess

import pytest

from cloud import connect
from harness.processes import binary

REGIONS = ("RegionOne", "RegionTwo")


def resync(cloud, region, *arguments):
    """The command as an operator types it. Returns its exit code, the plan's items, and all that it said."""
    run = subprocess.run([binary(), "pod", "resync", region, "--url", cloud.central.url, "-f", "json", *arguments],
                         capture_output=True, text=True, timeout=60)
    items = json.loads(run.stdout)["items"] if run.stdout else None
    return run.returncode, items, run.stdout + run.stderr


def back_up(store, to):
    with contextlib.closing(sqlite3.connect(store)) as live, contextlib.closing(sqlite3.connect(to)) as copy:
        live.backup(copy)


def put_back(backup, store):
    for leftover in store.parent.glob(store.name + "-*"):
        leftover.unlink()
    store.write_bytes(backup.read_bytes())


def restore(cloud, backup):
    cloud.xjob.stop()
    cloud.central.stop()
    put_back(backup, cloud.store)
    cloud.central.start()
    cloud.start_xjob()


class Drill:
    """Policies, networks and ports in two pods, a region's own policy beside them, and edits by chance."""

    def __init__(self, cloud, seed):
        self.cloud, self.random = cloud, random.Random(seed)
        self.policies = [cloud.policy(name=f"policy {i}") for i in range(4)]
        self.networks = [cloud.network(f"net {i}", f"10.{i + 1}.0.0/24") for i in range(4)]
        self.ports = []
        for network in self.networks:
            cloud.appear(network)
            self.ports.append(cloud.boot("RegionOne", network))
        for i in range(3):
            self.associate("network", self.networks[i], self.policies[i])
            self.associate("port", self.ports[i], self.policies[(i + 1) % 4])
        self.foreign = {}
        for region in REGIONS:
            net = cloud.pods[region].net
            own = net.create_qos_policy(name="the region's own")
            bound = net.create_network(name="the region's own net", qos_policy_id=own.id)
            self.foreign[region] = (own, bound)
        cloud.rest()

    def associate(self, kind, thing, policy):
        getattr(self.cloud.net, "update_" + kind)(thing, qos_policy_id=policy.id if policy else None)

    def edit(self):
        what = self.random.choice(["rule"] * 4 + ["name", "associate", "associate", "associate", "new", "delete"])
        policy = self.random.choice(self.policies)
        if what == "name":
            self.cloud.net.update_qos_policy(policy, name=f"name {self.random.random()}")
        elif what == "rule":
            self.rule(policy)
        elif what == "associate":
            kind, things = self.random.choice([("network", self.networks), ("port", self.ports)])
            self.associate(kind, self.random.choice(things), self.random.choice([None, *self.policies]))
        elif what == "new":
            self.policies.append(self.cloud.policy(name=f"later {self.random.random()}"))
        elif len(self.policies) > 2:
            self.delete(policy)

    def rule(self, policy):
        rules = {rule["type"]: rule["id"] for rule in self.cloud.net.get_qos_policy(policy.id).rules}
        if "bandwidth_limit" in rules:
            self.cloud.net.update_qos_bandwidth_limit_rule(rules["bandwidth_limit"], policy,
                                                           max_kbps=self.random.randint(100, 9000))
        elif "dscp_marking" in rules:
            self.cloud.net.delete_qos_dscp_marking_rule(rules["dscp_marking"], policy)
        else:
            self.cloud.net.create_qos_dscp_marking_rule(policy, dscp_mark=self.random.choice([10, 26, 46]))

    def delete(self, policy):
        for kind, things in (("network", self.networks), ("port", self.ports)):
            for thing in things:
                if getattr(self.cloud.net, "get_" + kind)(thing.id).qos_policy_id == policy.id:
                    self.associate(kind, thing, None)
        self.cloud.net.delete_qos_policy(policy)
        self.policies.remove(policy)

    def assert_pods_equal_the_centre(self):
        central = {policy.id: policy for policy in self.cloud.net.qos_policies()}
        for region in REGIONS:
            net = self.cloud.pods[region].net
            known = set()
            for row in self.cloud.admin.routings(resource_type="qos_policy", pod_id=self.cloud.pod_id(region)):
                self.cloud.assert_copy_is_true(central[row["top_id"]], region)
                known.add(row["bottom_id"])
            own, bound = self.foreign[region]
            assert {policy.id for policy in net.qos_policies()} == known | {own.id}
            assert net.get_network(bound.id).qos_policy_id == own.id, "what is not ours has been touched"
            self.assert_bindings_of(region, "network", self.networks)
        self.assert_bindings_of("RegionOne", "port", self.ports)

    def assert_bindings_of(self, region, kind, things):
        for thing in things:
            wish = getattr(self.cloud.net, "get_" + kind)(thing.id).qos_policy_id
            policy = self.cloud.net.get_qos_policy(wish) if wish else None
            self.cloud.assert_bound(kind, thing, policy, region)

    def bring_together(self):
        """As an operator does it: plan, refusal, apply, and again until nothing differs."""
        for region in REGIONS:
            code, plan, words = resync(self.cloud, region)
            assert code == 0, words
            takes = sum(item["action"] in ("delete", "unbind") for item in plan)
            if takes:
                code, _, words = resync(self.cloud, region, "--apply")
                assert code == 4 and f"--yes-delete {takes}" in words, words
            code, applied, words = resync(self.cloud, region, "--apply", "--yes-delete", str(takes))
            assert code == 0, words
            assert applied == plan
            self.cloud.rest()
            self.cloud.audit(region)
            assert resync(self.cloud, region)[1] == []


@pytest.mark.parametrize("seed", [1])
def test_a_centre_restored_from_a_backup_and_its_pods_agree_again(cloud, tmp_path, seed):
    drill = Drill(cloud, seed)
    back_up(cloud.store, tmp_path / "backup.db")
    policies = list(drill.policies)
    for _ in range(500):
        drill.edit()
    cloud.rest()
    drill.assert_pods_equal_the_centre()
    restore(cloud, tmp_path / "backup.db")
    drill.policies = policies
    drill.bring_together()
    drill.assert_pods_equal_the_centre()
    assert {policy.id for policy in cloud.net.qos_policies()} == {policy.id for policy in policies}


def test_a_pod_that_was_emptied_is_filled_again(cloud):
    drill = Drill(cloud, 3)
    net = cloud.pods["RegionTwo"].net
    for network in drill.networks:
        net.update_network(network, qos_policy_id=None)
    for row in cloud.admin.routings(resource_type="qos_policy", pod_id=cloud.pod_id("RegionTwo")):
        net.delete_qos_policy(row["bottom_id"])
    drill.bring_together()
    drill.assert_pods_equal_the_centre()


def test_a_pod_restored_from_a_backup_agrees_again(cloud, tmp_path):
    drill = Drill(cloud, 4)
    pod = cloud.pods["RegionTwo"]
    back_up(pod.folder / "pod.db", tmp_path / "pod.db")
    for _ in range(60):
        drill.edit()
    cloud.rest()
    pod.stop()
    put_back(tmp_path / "pod.db", pod.folder / "pod.db")
    pod.start()
    drill.bring_together()
    drill.assert_pods_equal_the_centre()


def test_a_network_that_a_pod_has_lost_gets_its_policy_when_it_is_there_again(cloud):
    policy, network = cloud.bound_everywhere()
    pod = cloud.pods["RegionTwo"]
    pod.stop()
    for file in pod.folder.glob("pod.db*"):
        file.unlink()
    pod.start()
    cloud.audit("RegionTwo")
    cloud.boot("RegionTwo", network)
    cloud.audit("RegionTwo")
    cloud.assert_bound("network", network, policy, "RegionTwo")


def test_a_silent_pod_is_waited_for_and_the_wait_can_be_given_up(cloud):
    cloud.pods["RegionTwo"].stop()
    code, _, words = resync(cloud, "RegionTwo", "--timeout", "1")
    assert code == 5 and "The centre goes on" in words, words
    (waiting,) = cloud.admin.call("GET", "/resyncs", status="waiting")["resyncs"]
    cloud.admin.call("DELETE", f"/resyncs/{waiting['id']}", expect=204)
    assert cloud.admin.call("GET", "/resyncs")["resyncs"] == []


@pytest.mark.parametrize("body, status", [
    ({"resync": {"pod_id": "nobody"}}, 404),
    ({"resync": {}}, 404),
    ({"resync": {"pod_id": "{pod}", "apply": "yes"}}, 400),
    ({"resync": {"pod_id": "{pod}", "yes_delete": -1}}, 400),
    ({"resync": {"pod_id": "{pod}", "yes_delete": 1.5}}, 400),
    ({"resync": {"pod_id": "{pod}", "force": True}}, 400),
    ({"resync": []}, 400),
    ({}, 400),
])
def test_bad_input_gets_a_clear_word_and_asks_for_nothing(cloud, body, status):
    text = json.dumps(body).replace("{pod}", cloud.pod_id("RegionOne"))
    cloud.admin.call("POST", "/resyncs", json.loads(text), expect=status)
    assert cloud.admin.call("GET", "/resyncs")["resyncs"] == []


def test_only_admins_may_ask(cloud):
    session = connect(cloud.central.url, "acme", roles="member").session
    for method, path in (("GET", "/resyncs"), ("POST", "/resyncs"), ("GET", "/resyncs/x"), ("DELETE", "/resyncs/x")):
        reply = session.request(cloud.central.url + "/v1.0" + path, method, raise_exc=False)
        assert reply.status_code == 403
