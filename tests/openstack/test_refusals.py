"""What a real pod refuses is named in the job, in the pod's own words, and the rest is done."""
from test_cases import types_and_states


def test_a_rule_that_the_pod_refuses_is_named_and_the_rest_is_bound(cloud):
    """Neutron takes no minimum bandwidth for a tunnelled network that has ports."""
    policy, network = cloud.policy(), cloud.network()
    local = cloud.appear(network, "RegionOne", tunnelled=True)
    cloud.port(network, local, "RegionOne")
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.settle()
    cloud.rule(policy, "minimum_bandwidth", min_kbps=10, direction="egress")
    cloud.rule(policy, "packet_rate_limit", max_kpps=10, max_burst_kpps=1, direction="ingress")
    jobs = cloud.settle()
    failed = [j for j in jobs if j["status"] == "FAIL"]
    assert failed and {j["type"] for j in failed} == {"sync_qos_rule"}
    assert all("minimum_bandwidth egress" in j["last_error"] for j in failed)
    assert {rule["type"] for rule in cloud.copy(policy, "RegionOne").rules} == \
        {"bandwidth_limit", "dscp_marking", "packet_rate_limit"}
    cloud.assert_bound("network", network, policy, "RegionOne", local["RegionOne"])


def test_a_binding_that_the_pod_refuses_leaves_the_old_one_in_place(cloud):
    old, network = cloud.policy("old"), cloud.network()
    local = cloud.appear(network, "RegionOne", tunnelled=True)
    cloud.net.update_network(network, qos_policy_id=old.id)
    cloud.settle()
    new = cloud.policy("new", rules=(("minimum_bandwidth", {"min_kbps": 10, "direction": "egress"}),))
    cloud.net.update_network(network, qos_policy_id=new.id)
    failed = [j for j in cloud.settle() if j["status"] == "FAIL"]
    assert types_and_states(failed) == {("qos_create", "FAIL")}
    assert "minimum_bandwidth" in failed[0]["last_error"]
    cloud.assert_bound("network", network, old, "RegionOne", local["RegionOne"])
