"""Copies that were not what the central policy says in the system that this one follows (docs/defects.md)."""
import pytest

from cloud import rule_set, wait_until
from harness.gate import Gate

REGION = "RegionOne"
POLICIES = "/v2.0/qos/policies"


def bound(cloud, rules=None, **attributes):
    """A policy whose copy a network in the pod bears, and the network."""
    policy = cloud.policy(**attributes) if rules is None else cloud.policy(rules=rules, **attributes)
    network = cloud.network()
    cloud.appear(network, REGION)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    return policy, network


def local_rules(cloud, policy, kind):
    """direction -> rule, of one type, as the pod has them."""
    return {rule.get("direction"): rule for rule in cloud.copy(policy, REGION).rules if rule["type"] == kind}


def test_D05_limits_of_both_directions_stay_apart(cloud):
    same = {"max_kbps": 1000, "max_burst_kbps": 100}
    policy, _ = bound(cloud, [("bandwidth_limit", {**same, "direction": way}) for way in ("egress", "ingress")])
    rules = {rule["direction"]: rule["id"] for rule in policy.rules}
    assert set(local_rules(cloud, policy, "bandwidth_limit")) == {"egress", "ingress"}
    cloud.assert_copy_is_true(policy, REGION)
    cloud.net.update_qos_bandwidth_limit_rule(rules["ingress"], policy, max_kbps=2000)
    cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)
    # One goes and the other is turned around: the numbers alone do not tell what has changed.
    cloud.net.delete_qos_bandwidth_limit_rule(rules["ingress"], policy)
    cloud.net.update_qos_bandwidth_limit_rule(rules["egress"], policy, direction="ingress")
    cloud.rest()
    assert list(local_rules(cloud, policy, "bandwidth_limit")) == ["ingress"]
    cloud.assert_copy_is_true(policy, REGION)
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D06_a_changed_rule_is_the_same_rule_and_none_goes_before_another_has_come(gated):
    cloud, gate = gated
    policy, _ = bound(cloud)
    rules = {rule["type"]: rule["id"] for rule in policy.rules}
    before = local_rules(cloud, policy, "bandwidth_limit")["egress"]
    cloud.xjob.stop()
    cloud.net.update_qos_bandwidth_limit_rule(rules["bandwidth_limit"], policy, max_kbps=5)
    cloud.net.delete_qos_dscp_marking_rule(rules["dscp_marking"], policy)
    cloud.rule(policy, "packet_rate_limit", max_kpps=7, direction="ingress")
    writes = []

    def no_new_rules(method, path):
        if method != "GET":
            writes.append(method)
        return Gate.Refusal(500, "InternalServerError", "not now") if method == "POST" else None
    gate.rule = no_new_rules
    cloud.start_xjob()
    wait_until(lambda: writes.count("POST") > 2, what="the new rule was refused")
    assert "DELETE" not in writes
    assert local_rules(cloud, policy, "dscp_marking"), "the pod is not less protected than before"
    writes.clear()
    gate.rule = lambda method, path: writes.append(method) if method != "GET" else None
    cloud.rest()
    assert writes[-2:] == ["POST", "DELETE"]
    cloud.assert_copy_is_true(policy, REGION)
    after = local_rules(cloud, policy, "bandwidth_limit")["egress"]
    assert (after["id"], after["max_kbps"]) == (before["id"], 5)


def test_D07_a_copy_that_was_removed_by_hand_is_made_again_for_all_who_bore_it(cloud):
    policy, network = bound(cloud)
    pod, lost = cloud.pods[REGION].net, cloud.copy_id(policy, REGION)
    pod.update_network(network.id, qos_policy_id=None)
    pod.delete_qos_policy(lost, ignore_missing=False)
    another = cloud.network("another", "10.2.0.0/24")
    cloud.appear(another, REGION)
    cloud.net.update_network(another, qos_policy_id=policy.id)
    cloud.rest()
    assert cloud.copy_id(policy, REGION) != lost
    cloud.assert_copy_is_true(policy, REGION)
    for one in (network, another):
        cloud.assert_bound("network", one, policy, REGION)
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D08_the_rules_are_known_without_an_answer_of_the_centre(cloud):
    policy, _ = cloud.bound_everywhere()
    copies = {region: cloud.copy_id(policy, region) for region in cloud.pods}
    cloud.xjob.stop()
    cloud.rule(policy, "packet_rate_limit", max_kpps=9)
    wanted = rule_set(cloud.net.get_qos_policy(policy.id))
    cloud.central.stop()
    cloud.start_xjob()
    cloud.rest()
    for region, local in copies.items():
        assert rule_set(cloud.pods[region].net.get_qos_policy(local)) == wanted
    cloud.central.start()
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


@pytest.mark.parametrize("status, kind", [(404, "HTTPNotFound"), (404, None), (500, "InternalServerError"),
                                          (200, None)])
def test_D08_a_pod_that_does_not_show_its_copy_is_not_taken_to_have_none(gated, status, kind):
    """The end of a write was not seen, so XJob reads before it goes on, and gets no policy."""
    cloud, gate = gated
    policy, _ = bound(cloud)
    local, writes, refused = cloud.copy_id(policy, REGION), [], []

    def lose_one_and_show_nothing(method, path):
        if method != "GET":
            writes.append(method)
            return Gate.LOSE_ANSWER if len(writes) == 1 else None
        if path.startswith(f"{POLICIES}/{local}"):
            refused.append(path)
            return Gate.Refusal(status, kind, "no such place")
    gate.rule = lose_one_and_show_nothing
    cloud.net.update_qos_policy(policy.id, name="renamed")
    wait_until(lambda: len(refused) > 2, what="the copy was asked for several times")
    assert writes == ["PUT"]
    gate.rule = lambda method, path: None
    cloud.rest()
    assert cloud.copy_id(policy, REGION) == local
    cloud.assert_copy_is_true(policy, REGION)


@pytest.mark.parametrize("kind, end", [(None, "SUCCESS"), ("HTTPNotFound", "FAIL")])
def test_D08_a_rule_is_not_gone_because_somebody_says_404(gated, kind, end):
    """What is not Neutron's word is asked for again; what is Neutron's, but not about the rule, is told."""
    cloud, gate = gated
    policy, _ = bound(cloud)
    dscp = next(rule["id"] for rule in policy.rules if rule["type"] == "dscp_marking")
    refused = []

    def no_route(method, path):
        if method == "DELETE" and not refused:
            refused.append(path)
            return Gate.Refusal(404, kind, "no route matched")
    gate.rule = no_route
    cloud.net.delete_qos_dscp_marking_rule(dscp, policy)
    cloud.rest()
    assert refused
    (job,) = [job for job in cloud.admin.jobs(type="sync_qos_rule") if job["parent_id"]]
    assert (job["status"], "no route matched" in job["last_error"]) == (end, True)
    if end == "FAIL":
        cloud.admin.call("PUT", f"/jobs/{job['id']}")
        cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)


def test_D09_a_half_made_copy_is_found_by_its_mark_and_not_by_anybodys_name(gated):
    cloud, gate = gated
    policy, network = cloud.policy("gold"), cloud.network()
    pod = cloud.pods[REGION].net
    decoys = [pod.create_qos_policy(name=name, project_id="local") for name in ("gold", policy.id)]
    cloud.appear(network)
    lost = []

    def lose_the_first(method, path):
        if (method, path) == ("POST", POLICIES) and not lost:
            lost.append(path)
            return Gate.LOSE_ANSWER
    gate.rule = lose_the_first
    cloud.net.update_network(network, qos_policy_id=policy.id)
    wait_until(lambda: lost, what="the answer to the first POST is lost")
    cloud.rest()
    assert [answer for answer in gate.answers if answer[:2] == ("POST", POLICIES)] == [("POST", POLICIES, 201)]
    assert {p.id for p in pod.qos_policies()} == {*(decoy.id for decoy in decoys), cloud.copy_id(policy, REGION)}
    assert [pod.get_qos_policy(decoy.id).rules for decoy in decoys] == [[], []]
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", network, policy, REGION)


def test_D23_a_rule_that_somebody_added_in_the_pod_is_taken_over(cloud):
    """The pod answers 409: it has such a rule already."""
    policy, _ = bound(cloud, [("dscp_marking", {"dscp_mark": 26})])
    by_hand = cloud.pods[REGION].net.create_qos_bandwidth_limit_rule(cloud.copy_id(policy, REGION), max_kbps=1)
    cloud.rule(policy, "bandwidth_limit", max_kbps=1000, direction="egress")
    cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)
    assert local_rules(cloud, policy, "bandwidth_limit")["egress"]["id"] == by_hand.id
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D33_every_type_of_rule_in_every_direction_is_copied(cloud):
    numbers = {"bandwidth_limit": {"max_kbps": 900, "max_burst_kbps": 90}, "minimum_bandwidth": {"min_kbps": 10},
               "packet_rate_limit": {"max_kpps": 20, "max_burst_kpps": 2}, "minimum_packet_rate": {"min_kpps": 1}}
    rules = [(kind, {**values, "direction": way}) for kind, values in numbers.items() for way in ("egress", "ingress")]
    policy, network = bound(cloud, [*rules, ("dscp_marking", {"dscp_mark": 26})], project_id="acme", is_shared=True,
                            description="everything")
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", network, policy, REGION)
    assert len(cloud.copy(policy, REGION).rules) == 9
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}
