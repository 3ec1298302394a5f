"""kill -9 of XJob between any two steps of each kind of job, on an embedded pod: it ends as if nothing had happened.

Each round makes one change while XJob is down, starts it with a fault point armed, lets it die there and starts it
again. The rounds of a kind go through every fault point that an undisturbed run of that kind passes.
"""
import pytest

from cloud import QUICK, Cloud, wait_until

REGION = "RegionOne"


class Kind:
    """One kind of change: what is there before, the change, and what must hold in the end."""

    def __init__(self, cloud):
        self.cloud, self.net, self.pod = cloud, cloud.net, cloud.pods[REGION].net

    def bound_network(self, name):
        policy, network = self.cloud.policy(name), self.cloud.network(name)
        self.cloud.appear(network)
        self.net.update_network(network, qos_policy_id=policy.id)
        return policy, network

    def booted_port(self, name, bound):
        policy, network = self.cloud.policy(name), self.cloud.network(name)
        port = self.cloud.boot(REGION, network)
        if bound:
            self.net.update_port(port.id, qos_policy_id=policy.id)
        return policy, port


class CreateForNetwork(Kind):
    job, passes = "qos_create", ("mark committed", "local id recorded", "after copy record", "stepped aside")

    def prepare(self, name):
        policy, network = self.cloud.policy(name), self.cloud.network(name)
        self.cloud.appear(network)
        return policy, network

    def change(self, policy, network):
        self.net.update_network(network, qos_policy_id=policy.id)

    def check(self, policy, network):
        self.cloud.assert_copy_is_true(policy, REGION)
        self.cloud.assert_bound("network", network, policy, REGION)


class CreateForPort(Kind):
    job, passes = "qos_create", ("mark committed", "before binding record")

    def prepare(self, name):
        return self.booted_port(name, bound=False)

    def change(self, policy, port):
        self.net.update_port(port.id, qos_policy_id=policy.id)

    def check(self, policy, port):
        self.cloud.assert_copy_is_true(policy, REGION)
        self.cloud.assert_bound("port", port, policy, REGION)


class Update(Kind):
    job, passes = "qos_update", ("expanded", "before copy record")

    def prepare(self, name):
        return self.bound_network(name)

    def change(self, policy, network):
        self.net.update_qos_policy(policy.id, name=policy.name + " renamed", description="new")

    def check(self, policy, network):
        self.cloud.assert_copy_is_true(policy, REGION)
        self.cloud.assert_bound("network", network, policy, REGION)


class SyncRules(Update):
    job, passes = "sync_qos_rule", ("before copy record", "after copy record")

    def change(self, policy, network):
        rules = {rule["type"]: rule["id"] for rule in policy.rules}
        self.net.update_qos_bandwidth_limit_rule(rules["bandwidth_limit"], policy, max_kbps=7000)
        self.net.delete_qos_dscp_marking_rule(rules["dscp_marking"], policy)
        self.cloud.rule(policy, "packet_rate_limit", max_kpps=5, direction="ingress")


class LetNetworkGo(Update):
    job, passes = "update_network", ("before binding record", "after binding record")

    def change(self, policy, network):
        self.net.update_network(network, qos_policy_id=None)

    def check(self, policy, network):
        self.cloud.assert_bound("network", network, None, REGION)


class Rebind(Kind):
    job, passes = "qos_create", ("stepped aside", "before binding record")

    def prepare(self, name):
        policy, network = self.bound_network(name)
        return policy, network, self.cloud.policy(name + " B", rules=(("dscp_marking", {"dscp_mark": 10}),))

    def change(self, policy, network, other):
        self.net.update_network(network, qos_policy_id=other.id)

    def check(self, policy, network, other):
        for copy in (policy, other):
            self.cloud.assert_copy_is_true(copy, REGION)
        self.cloud.assert_bound("network", network, other, REGION)


class LetPortGo(Kind):
    job, passes = "update_port", ("before binding record",)

    def prepare(self, name):
        return self.booted_port(name, bound=True)

    def change(self, policy, port):
        self.net.update_port(port.id, qos_policy_id=None)

    def check(self, policy, port):
        self.cloud.assert_bound("port", port, None, REGION)


class DeletePort(LetPortGo):
    job, passes = "port_delete", ("before leaving record",)

    def change(self, policy, port):
        self.net.delete_port(port.id, ignore_missing=False)

    def check(self, policy, port):
        assert self.pod.find_port(port.id) is None
        assert self.cloud.admin.routings(top_id=port.id) == []


class DeletePolicy(Update):
    """The network lets go and the policy is deleted in one go: the copy waits for the binding."""
    job, passes = "qos_delete", ("before removal record", "after removal record")

    def change(self, policy, network):
        self.net.update_network(network, qos_policy_id=None)
        self.net.delete_qos_policy(policy.id, ignore_missing=False)

    def check(self, policy, network):
        assert [p for p in self.pod.qos_policies() if p.name in (policy.name, f"tricircle:{policy.id}")] == []
        assert self.cloud.admin.routings(top_id=policy.id) == []
        self.cloud.assert_bound("network", network, None, REGION)


def fault_points(log):
    return [line.split(" ", 1)[1] for line in log.read_text().splitlines()]


def undisturbed(cloud, kind, log):
    """The points that a run without a kill passes."""
    things = kind.prepare("undisturbed")
    cloud.rest()
    cloud.xjob.stop()
    kind.change(*things)
    cloud.start_xjob({"TRICIRCLE_FAULT_LOG": str(log)})
    cloud.settle()
    cloud.rest()
    kind.check(*things)
    cloud.xjob.stop()
    points = fault_points(log)
    for name in kind.passes:
        assert name in points, f"{name} is not among {points}"
    return points


def one_kill(cloud, kind, things, number):
    """True: XJob died. Lanes claimed together pass fewer points than one after the other, so the last may be missed."""
    kind.change(*things)
    cloud.start_xjob({"TRICIRCLE_DIE_AT": str(number)})
    wait_until(lambda: not cloud.xjob.running() or cloud.is_at_rest(), what=f"death at point {number}, or the end")
    died = not cloud.xjob.running()
    cloud.xjob.kill9()
    cloud.start_xjob()
    cloud.settle()
    kind.check(*things)
    cloud.rest()
    kind.check(*things)
    cloud.xjob.stop()
    return died


@pytest.mark.parametrize("kind_of_change", [CreateForNetwork, CreateForPort, Update, SyncRules, LetNetworkGo, Rebind,
                                            LetPortGo, DeletePort, DeletePolicy])
def test_D03_a_kill_at_any_step_changes_nothing_in_the_end(tmp_path, kind_of_change):
    cloud = Cloud(tmp_path / "cloud", regions=(REGION,), options=QUICK)
    try:
        cloud.start()
        kind = kind_of_change(cloud)
        points = undisturbed(cloud, kind, tmp_path / "points")
        cloud.start_xjob()
        prepared = [kind.prepare(f"kill at {number} {name}"[:80]) for number, name in enumerate(points, 1)]
        cloud.rest()
        cloud.xjob.stop()
        deaths = sum(one_kill(cloud, kind, things, number) for number, things in enumerate(prepared, 1))
        assert deaths >= len(points) - 2
        jobs = cloud.admin.jobs()
        assert {job["status"] for job in jobs} == {"SUCCESS"}, [j for j in jobs if j["status"] != "SUCCESS"]
        assert sum(job["type"] == kind.job for job in jobs) > len(points)
        print(f"{kind.job}: {deaths} kills at {len(points)} points")
    finally:
        cloud.stop()
