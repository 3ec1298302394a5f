"""A disaster as a test plays it: the centre or a pod is restored from a backup, and an operator brings them together."""
import contextlib
import json
import random
import sqlite3
import subprocess

from harness.processes import binary


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


def empty(drill, region):
    """All of ours is gone in the pod."""
    net = drill.cloud.pods[region].net
    for kind, things in (("network", drill.networks), ("port", drill.ports)):
        for thing in things:
            if local := drill.local[thing.id].get(region):
                getattr(net, "update_" + kind)(local, qos_policy_id=None)
    for row in drill.cloud.admin.routings(resource_type="qos_policy", pod_id=drill.cloud.pod_id(region)):
        net.delete_qos_policy(row["bottom_id"])


class Drill:
    """Policies, networks and ports in pods, a region's own policy beside them, and edits by chance. Who builds on it
    says how networks and ports come to be in a pod."""

    def __init__(self, cloud, seed):
        self.cloud, self.random, self.regions = cloud, random.Random(seed), list(cloud.pods)
        self.policies = [cloud.policy(name=f"policy {i}") for i in range(4)]
        self.networks = [cloud.network(f"net {i}", f"10.{i + 1}.0.0/24") for i in range(4)]
        self.local = {network.id: self.appear(network) for network in self.networks}
        self.ports = [self.boot(network, self.regions[0]) for network in self.networks]
        for i in range(3):
            self.associate("network", self.networks[i], self.policies[i])
            self.associate("port", self.ports[i], self.policies[(i + 1) % 4])
        self.foreign = {}
        for region in self.regions:
            net = cloud.pods[region].net
            own = net.create_qos_policy(name="the region's own", project_id=cloud.project)
            bound = net.create_network(name="the region's own net", qos_policy_id=own.id, project_id=cloud.project)
            self.foreign[region] = (own, bound)
        cloud.rest()

    def appear(self, network):
        """The network is in all pods: region -> its id there."""
        raise NotImplementedError

    def boot(self, network, region):
        """A port of the network, in a pod; `local` knows it afterwards."""
        raise NotImplementedError

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
        for region in self.regions:
            net = self.cloud.pods[region].net
            known = set()
            for row in self.cloud.admin.routings(resource_type="qos_policy", pod_id=self.cloud.pod_id(region)):
                self.cloud.assert_copy_is_true(central[row["top_id"]], region)
                known.add(row["bottom_id"])
            own, bound = self.foreign[region]
            assert {policy.id for policy in net.qos_policies()} == known | {own.id}
            assert net.get_network(bound.id).qos_policy_id == own.id, "what is not ours has been touched"
            self.assert_bindings_of(region, "network", self.networks)
        self.assert_bindings_of(self.regions[0], "port", self.ports)

    def assert_bindings_of(self, region, kind, things):
        for thing in things:
            wish = getattr(self.cloud.net, "get_" + kind)(thing.id).qos_policy_id
            policy = self.cloud.net.get_qos_policy(wish) if wish else None
            self.cloud.assert_bound(kind, thing, policy, region, self.local[thing.id][region])

    def bring_together(self):
        """As an operator does it: plan, refusal, apply, and again until nothing differs."""
        for region in self.regions:
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
