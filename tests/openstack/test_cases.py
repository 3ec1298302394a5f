"""The ten cases of the spec on two real Neutron pods, whose ids are never the centre's: what the pods have is told by agents."""
import pytest
from openstack import exceptions

from harness.api import wait_until

BOTH = ("RegionOne", "RegionTwo")
EVERY_RULE = (
    ("bandwidth_limit", {"max_kbps": 5000, "max_burst_kbps": 500, "direction": "egress"}),
    ("bandwidth_limit", {"max_kbps": 6000, "max_burst_kbps": 0, "direction": "ingress"}),
    ("dscp_marking", {"dscp_mark": 26}),
    ("minimum_bandwidth", {"min_kbps": 100, "direction": "egress"}),
    ("minimum_bandwidth", {"min_kbps": 200, "direction": "ingress"}),
    ("packet_rate_limit", {"max_kpps": 70, "max_burst_kpps": 7, "direction": "egress"}),
    ("packet_rate_limit", {"max_kpps": 80, "max_burst_kpps": 8, "direction": "ingress"}),
    ("minimum_packet_rate", {"min_kpps": 3, "direction": "any"}),
)


@pytest.fixture
def cloud(told_cloud):
    return told_cloud


def types_and_states(jobs, *types):
    return {(job["type"], job["status"]) for job in jobs if not types or job["type"] in types}


def bound_in_both(cloud, **attributes):
    """A policy, bound to a network that is in both pods, settled there: (policy, network, region -> local id)."""
    policy, network = cloud.policy(**attributes), cloud.network()
    local = cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.settle()
    return policy, network, local


def take_apart(cloud, policy, *networks):
    """The policy taken off and deleted at the centre, and gone from the pods."""
    for network in networks:
        cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    jobs = cloud.settle()
    assert types_and_states(jobs, "qos_delete", "update_network") <= \
        {("qos_delete", "SUCCESS"), ("update_network", "SUCCESS")}
    assert cloud.admin.routings(resource_type="qos_policy") == []


def test_cases_1_and_2_what_no_pod_has_stays_at_the_centre(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.net.update_network(network, qos_policy_id=policy.id)
    port = cloud.net.create_port(network_id=network.id, qos_policy_id=policy.id)
    assert cloud.net.get_port(port.id).qos_network_policy_id == policy.id
    assert cloud.admin.jobs() == [] and cloud.admin.routings() == []
    for region in BOTH:
        cloud.pods[region].assert_nothing_of_ours()


def test_case_3_an_association_reaches_every_pod_with_every_rule_type(cloud):
    policy, network = cloud.policy(rules=EVERY_RULE, description="for the best", is_shared=True), cloud.network()
    local = cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    jobs = cloud.settle()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    parents = [j for j in jobs if j["resource"]["pod_id"] == "not_specified_pod"]
    children = [j for j in jobs if j["parent_id"]]
    assert len(parents) == 1 and {j["parent_id"] for j in children} == {parents[0]["id"]}
    assert {j["resource"]["pod_id"] for j in children} == {cloud.pod_id(region) for region in BOTH}
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        assert len(cloud.copy(policy, region).rules) == len(EVERY_RULE)
        assert cloud.copy_id(policy, region) != policy.id
        cloud.assert_bound("network", network, policy, region, local[region])
    take_apart(cloud, policy, network)
    for region in BOTH:
        cloud.pods[region].assert_nothing_of_ours()


def test_case_3_a_ports_policy_reaches_the_one_pod_that_has_the_port(cloud):
    gold, network = cloud.policy(), cloud.network()
    local = cloud.appear(network)
    port, local_port = cloud.port(network, local, "RegionOne")
    cloud.net.update_port(port, qos_policy_id=gold.id)
    jobs = cloud.settle()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    cloud.assert_copy_is_true(gold, "RegionOne")
    cloud.assert_bound("port", port, gold, "RegionOne", local_port)
    cloud.assert_bound("network", network, None, "RegionOne", local["RegionOne"])
    cloud.pods["RegionTwo"].assert_nothing_of_ours()


def test_case_3_the_pods_own_policy_is_replaced_and_named(cloud):
    policy, network = cloud.policy(), cloud.network()
    own = cloud.pods["RegionOne"].net.create_qos_policy(name="the region's own")
    local = cloud.appear(network, "RegionOne", qos_policy_id=own.id)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    jobs = cloud.settle()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    assert own.id in jobs[0]["last_error"]
    cloud.assert_bound("network", network, policy, "RegionOne", local["RegionOne"])
    take_apart(cloud, policy, network)
    cloud.pods["RegionOne"].assert_nothing_of_ours(own)


def test_case_4_a_network_and_a_port_turn_up_with_policies_in_place(cloud):
    gold, silver = cloud.policy("gold"), cloud.policy("silver", rules=(("dscp_marking", {"dscp_mark": 10}),))
    network = cloud.network(qos_policy_id=gold.id)
    local = cloud.appear(network, "RegionTwo")
    port, local_port = cloud.port(network, local, "RegionTwo", qos_policy_id=silver.id)
    jobs = cloud.settle()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    assert {j["resource"]["pod_id"] for j in jobs} <= {cloud.pod_id("RegionTwo"), "not_specified_pod"}
    for policy in (gold, silver):
        cloud.assert_copy_is_true(policy, "RegionTwo")
    cloud.assert_bound("network", network, gold, "RegionTwo", local["RegionTwo"])
    cloud.assert_bound("port", port, silver, "RegionTwo", local_port)
    assert cloud.pods["RegionTwo"].net.get_port(local_port).qos_network_policy_id == cloud.copy_id(gold, "RegionTwo")
    cloud.pods["RegionOne"].assert_nothing_of_ours()


def test_case_5_an_updated_policy_is_updated_in_the_pods(cloud):
    policy, network, local = bound_in_both(cloud)
    copies = {region: cloud.copy_id(policy, region) for region in BOTH}
    cloud.net.update_qos_policy(policy.id, name="platinum", description="new", is_shared=True)
    jobs = cloud.settle()
    assert types_and_states(jobs, "qos_update") == {("qos_update", "SUCCESS")}
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        assert cloud.copy_id(policy, region) == copies[region]
        cloud.assert_bound("network", network, policy, region, local[region])


def test_case_6_a_network_lets_go_by_a_job(cloud):
    policy, network, local = bound_in_both(cloud)
    cloud.net.update_network(network, qos_policy_id=None)
    jobs = cloud.settle()
    assert types_and_states(jobs, "update_network") == {("update_network", "SUCCESS")}
    for region in BOTH:
        cloud.assert_bound("network", network, None, region, local[region])


def test_case_6_a_port_has_let_go_when_the_centre_answers(cloud):
    policy, network = cloud.policy(), cloud.network()
    local = cloud.appear(network, "RegionOne")
    port, local_port = cloud.port(network, local, "RegionOne", qos_policy_id=policy.id)
    cloud.settle()
    cloud.assert_bound("port", port, policy, "RegionOne", local_port)
    jobs_before = cloud.admin.jobs()
    cloud.net.update_port(port, qos_policy_id=None)
    cloud.assert_bound("port", port, None, "RegionOne", local_port)
    assert cloud.net.get_port(port.id).qos_policy_id is None
    assert cloud.admin.jobs() == jobs_before


def test_case_6_the_pods_own_policy_under_a_central_null_is_left_alone(cloud):
    policy, network, local = bound_in_both(cloud)
    pod = cloud.pods["RegionOne"]
    port, local_port = cloud.port(network, local, "RegionOne", qos_policy_id=policy.id)
    cloud.settle()
    own = pod.net.create_qos_policy(name="the region's own")
    pod.net.update_network(local["RegionOne"], qos_policy_id=own.id)
    pod.net.update_port(local_port, qos_policy_id=own.id)
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.update_port(port, qos_policy_id=None)
    jobs = cloud.settle()
    assert types_and_states(jobs, "update_network") == {("update_network", "SUCCESS")}
    assert pod.net.get_network(local["RegionOne"]).qos_policy_id == own.id
    assert pod.net.get_port(local_port).qos_policy_id == own.id
    cloud.assert_bound("network", network, None, "RegionTwo", local["RegionTwo"])
    take_apart(cloud, policy)
    cloud.pods["RegionOne"].assert_nothing_of_ours(own)
    cloud.pods["RegionTwo"].assert_nothing_of_ours()


def test_case_7_a_deleted_policy_goes_from_the_pods(cloud):
    policy, network, _ = bound_in_both(cloud)
    with pytest.raises(exceptions.ConflictException):
        cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    take_apart(cloud, policy, network)
    for region in BOTH:
        cloud.pods[region].assert_nothing_of_ours()


def test_case_7_a_local_users_binding_holds_the_copy(cloud):
    policy, network, _ = bound_in_both(cloud)
    pod = cloud.pods["RegionOne"]
    other = cloud.local_network("RegionOne", name="somebody's own", qos_policy_id=cloud.copy_id(policy, "RegionOne"))
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    held = wait_until(lambda: [j for j in cloud.admin.jobs() if j["type"] == "qos_delete" and j["parent_id"]
                               and other.id in j["last_error"]], what="the job tells who holds the copy")
    assert {job["status"] for job in held} <= {"NEW", "RUNNING"}
    pod.net.update_network(other, qos_policy_id=None)
    cloud.settle()
    for region in BOTH:
        cloud.pods[region].assert_nothing_of_ours()


@pytest.mark.parametrize("kind, values, change", [
    ("bandwidth_limit", {"max_kbps": 500, "max_burst_kbps": 50, "direction": "ingress"}, {"max_kbps": 700}),
    ("dscp_marking", {"dscp_mark": 46}, {"dscp_mark": 0}),
    ("minimum_bandwidth", {"min_kbps": 10, "direction": "ingress"}, {"min_kbps": 20}),
    ("packet_rate_limit", {"max_kpps": 10, "max_burst_kpps": 1, "direction": "egress"}, {"max_kpps": 20}),
    ("minimum_packet_rate", {"min_kpps": 1, "direction": "any"}, {"min_kpps": 2}),
])
def test_cases_8_9_10_rules_follow(cloud, kind, values, change):
    policy, network, local = bound_in_both(
        cloud, rules=(("bandwidth_limit", {"max_kbps": 1000, "direction": "egress"}),))
    path = f"/qos/policies/{policy.id}/{kind}_rules"

    def edit(method, path, body, rules):
        reply = cloud.net.request(path, method, json=body)
        assert reply.status_code < 300, reply.text
        jobs = cloud.settle()
        assert types_and_states(jobs, "sync_qos_rule") == {("sync_qos_rule", "SUCCESS")}
        for region in BOTH:
            cloud.assert_copy_is_true(policy, region)
            assert len(cloud.copy(policy, region).rules) == rules
            cloud.assert_bound("network", network, policy, region, local[region])
        return reply

    rule = edit("POST", path, {f"{kind}_rule": values}, 2).json()[f"{kind}_rule"]
    edit("PUT", f"{path}/{rule['id']}", {f"{kind}_rule": change}, 2)
    edit("DELETE", f"{path}/{rule['id']}", None, 1)
