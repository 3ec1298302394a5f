"""A rule that a real pod would take, and that would then make every later port creation fail, is not sent.

Neutron adds a minimum bandwidth to the policy of a network without a physical network as long as that has no port.
"""
import pytest
from openstack import exceptions

REGION = "RegionOne"
GUARANTEE = "minimum_bandwidth egress"


def failed(cloud):
    """type -> words of the newest job that failed."""
    return {job["type"]: job["last_error"] for job in reversed(cloud.settle()) if job["status"] == "FAIL"}


def types(cloud, policy):
    return {rule["type"] for rule in cloud.copy(policy, REGION).rules}


def new_port(cloud, local_network):
    return cloud.pods[REGION].net.create_port(network_id=local_network, project_id=cloud.project)


def guarantee(cloud, policy):
    return cloud.rule(policy, "minimum_bandwidth", min_kbps=10, direction="egress")


def test_the_pod_itself_would_take_the_rule_and_refuse_every_port(cloud):
    """Why all this is needed. If it fails, the pod has learnt better, and so may we."""
    net = cloud.pods[REGION].net
    own = net.create_qos_policy(name="the region's own", project_id=cloud.project)
    network = cloud.local_network(REGION, tunnelled=True, qos_policy_id=own.id)
    net.create_qos_minimum_bandwidth_rule(own, min_kbps=10, direction="egress")
    with pytest.raises(exceptions.ConflictException, match="minimum_bandwidth is not supported"):
        new_port(cloud, network.id)


def test_a_guarantee_for_a_tunnelled_network_is_refused_with_the_reason_and_ports_can_be_made(cloud):
    policy, network = cloud.policy(), cloud.network()
    local = cloud.appear(network, REGION, tunnelled=True)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.settle()
    rule = guarantee(cloud, policy)
    cloud.rule(policy, "packet_rate_limit", max_kpps=10, max_burst_kpps=1, direction="ingress")
    words = failed(cloud)["sync_qos_rule"]
    assert words.startswith(f"{GUARANTEE}: not sent") and local[REGION] in words and "no physical network" in words
    assert types(cloud, policy) == {"bandwidth_limit", "dscp_marking", "packet_rate_limit"}
    cloud.assert_bound("network", network, policy, REGION, local[REGION])
    port = new_port(cloud, local[REGION])
    assert port.qos_network_policy_id == cloud.copy_id(policy, REGION)
    # With that port the pod itself would refuse; nothing is asked of it, nor when the rule is changed.
    cloud.net.update_qos_minimum_bandwidth_rule(rule["id"], policy, min_kbps=20)
    assert "no physical network" in failed(cloud)["sync_qos_rule"]
    cloud.net.delete_qos_minimum_bandwidth_rule(rule["id"], policy)
    assert cloud.settle()[0]["status"] == "SUCCESS"
    cloud.assert_copy_is_true(policy, REGION)
    cloud.pods[REGION].net.delete_port(new_port(cloud, local[REGION]).id, ignore_missing=False)


def test_the_rule_is_sent_once_the_tunnelled_network_has_let_go(cloud):
    policy, tunnel, lan = cloud.policy(), cloud.network("tunnel"), cloud.network("lan", cidr="10.2.0.0/24")
    cloud.appear(tunnel, REGION, tunnelled=True)
    there = cloud.appear(lan, REGION)
    for network in (tunnel, lan):
        cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.settle()
    guarantee(cloud, policy)
    assert "sync_qos_rule" in failed(cloud)
    cloud.net.update_network(tunnel, qos_policy_id=None)
    cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", lan, policy, REGION, there[REGION])
    new_port(cloud, there[REGION])


def test_a_copy_that_guarantees_is_not_bound_to_a_tunnelled_network_until_the_rule_is_gone(cloud):
    policy, tunnel, lan = cloud.policy(), cloud.network("tunnel"), cloud.network("lan", cidr="10.2.0.0/24")
    rule = guarantee(cloud, policy)
    local, there = cloud.appear(tunnel, REGION, tunnelled=True), cloud.appear(lan, REGION)
    cloud.net.update_network(lan, qos_policy_id=policy.id)
    cloud.settle()
    cloud.net.update_network(tunnel, qos_policy_id=policy.id)
    words = failed(cloud)["qos_create"]
    assert words.startswith(f"{GUARANTEE}: ") and local[REGION] in words and "no physical network" in words
    assert cloud.pods[REGION].net.get_network(local[REGION]).qos_policy_id is None
    new_port(cloud, local[REGION])
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", lan, policy, REGION, there[REGION])
    cloud.net.delete_qos_minimum_bandwidth_rule(rule["id"], policy)
    cloud.rest()
    cloud.assert_bound("network", tunnel, policy, REGION, local[REGION])


def test_a_guarantee_for_a_port_on_a_tunnel_is_refused_by_the_pod_and_asked_anew_when_the_port_lets_go(cloud):
    policy, network = cloud.policy(), cloud.network()
    local = cloud.appear(network, REGION, tunnelled=True)
    port, local_port = cloud.port(network, local, REGION, qos_policy_id=policy.id)
    cloud.settle()
    guarantee(cloud, policy)
    assert GUARANTEE in failed(cloud)["sync_qos_rule"]
    new_port(cloud, local[REGION])
    cloud.net.update_port(port, qos_policy_id=None)
    cloud.rest()
    assert cloud.pods[REGION].net.get_port(local_port).qos_policy_id is None
    cloud.assert_copy_is_true(policy, REGION)
