"""What a real region's own admin changes by hand, past the centre: each kind is found and put right by one audit."""
import collections

import pytest

from harness.gate import Gate
from real_pods import RealCloud

REGION = "RegionOne"


class Hands:
    def __init__(self, cloud):
        self.cloud, self.net = cloud, cloud.pods[REGION].net
        self.policy, self.network = cloud.policy(), cloud.network()
        local = cloud.appear(self.network, REGION)
        self.local_network = local[REGION]
        self.port, self.local_port = cloud.port(self.network, local, REGION)
        cloud.net.update_network(self.network, qos_policy_id=self.policy.id)
        cloud.net.update_port(self.port, qos_policy_id=self.policy.id)
        cloud.rest()
        self.copy = cloud.copy(self.policy, REGION)

    def rule(self, kind):
        return next(rule["id"] for rule in self.copy.rules if rule["type"] == kind)

    def renames(self):
        self.net.update_qos_policy(self.copy, name="mine")
        return 'name is "mine" instead of "gold"'

    def changes_a_rule(self):
        self.net.update_qos_bandwidth_limit_rule(self.rule("bandwidth_limit"), self.copy, max_kbps=7)
        return "rule bandwidth_limit egress: max_kbps is 7 instead of 1000"

    def deletes_a_rule(self):
        self.net.delete_qos_dscp_marking_rule(self.rule("dscp_marking"), self.copy)
        return "rule dscp_marking is missing"

    def adds_a_rule(self):
        self.net.create_qos_bandwidth_limit_rule(self.copy, max_kbps=5, direction="ingress")
        return "rule bandwidth_limit ingress is one too many"

    def takes_it_off_a_network(self):
        self.net.update_network(self.local_network, qos_policy_id=None)
        return f"it has no policy instead of {self.copy.id}"

    def takes_it_off_a_port(self):
        self.net.update_port(self.local_port, qos_policy_id=None)
        return f"it has no policy instead of {self.copy.id}"

    def binds_another(self):
        own = self.net.create_qos_policy(name="the region's own", project_id=self.cloud.project)
        self.net.update_network(self.local_network, qos_policy_id=own.id)
        return f"it has policy {own.id} instead of {self.copy.id}"

    def loses_the_copy(self):
        self.net.update_network(self.local_network, qos_policy_id=None)
        self.net.update_port(self.local_port, qos_policy_id=None)
        self.net.delete_qos_policy(self.copy)
        return "the pod has no such policy"

    def all_is_true(self):
        self.cloud.assert_copy_is_true(self.policy, REGION)
        self.cloud.assert_bound("network", self.network, self.policy, REGION, self.local_network)
        self.cloud.assert_bound("port", self.port, self.policy, REGION, self.local_port)


KINDS = [name for name in vars(Hands) if name.split("_")[0] in
         ("renames", "changes", "deletes", "adds", "takes", "binds", "loses")]


def test_each_kind_of_drift_is_put_right_by_one_audit(cloud):
    hands = Hands(cloud)
    for kind in KINDS:
        words = getattr(hands, kind)()
        cloud.audit(REGION)
        hands.all_is_true()
        told = [drift for drift in cloud.drifts(region_name=REGION) if words in drift["found"]]
        assert told and told[0]["ended_at"], kind
        assert kind == "loses_the_copy" or "changed there at" in told[0]["pod_says"]
        hands.copy = cloud.copy(hands.policy, REGION)
    assert cloud.audit(REGION)["found"] == 0


def test_a_foreign_policy_of_the_regions_own_outlives_audits_and_what_is_done_beside_it(cloud):
    """Joining under a central null, audits, and the end of a policy that has nothing to do with it."""
    net, network = cloud.pods[REGION].net, cloud.network()
    own = net.create_qos_policy(name="the region's own", project_id=cloud.project)
    local = cloud.appear(network, REGION, qos_policy_id=own.id)[REGION]
    other = Hands(cloud)
    cloud.audit(REGION)
    cloud.net.update_network(other.network, qos_policy_id=None)
    cloud.net.update_port(other.port, qos_policy_id=None)
    cloud.net.delete_qos_policy(other.policy)
    cloud.rest()
    cloud.audit(REGION)
    assert net.get_network(local).qos_policy_id == own.id
    assert net.get_qos_policy(own.id).name == "the region's own"
    assert not cloud.drifts()


@pytest.fixture
def gated(lab, tmp_path):
    with Gate(lab.pods[REGION].url) as gate:
        cloud = RealCloud(tmp_path / "cloud", lab, regions=[REGION], urls={REGION: gate.url})
        try:
            yield cloud.start(), gate
        finally:
            cloud.stop()


def test_where_nothing_differs_an_audit_is_a_call_for_fifty_objects(gated):
    cloud, gate = gated
    Hands(cloud)
    policies = [cloud.policy(f"policy {i}", rules=()) for i in range(50)]
    for policy in policies:
        cloud.ask("qos_create", pod_id=cloud.pod_id(REGION), policy_id=policy.id, res_type="", res_id="")
    cloud.rest(180)
    calls = []

    def count(method, path):
        calls.append((method, path.split("?")[0]))
    gate.rule = count
    audit = cloud.audit(REGION)
    assert collections.Counter(calls) == {("GET", "/v2.0/qos/policies"): 2, ("GET", "/v2.0/networks"): 1,
                                          ("GET", "/v2.0/ports"): 1}
    assert (audit["calls"], audit["looked_at"], audit["found"]) == (4, 53, 0)
