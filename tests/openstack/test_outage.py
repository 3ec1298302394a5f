"""A pod that is down while the centre is edited: the other pod has the edit at once, the pod soon after its return."""
import time
import urllib.parse

import pytest

from harness.api import wait_until
from harness.relay import Relay
from real_pods import RealCloud
from test_cases import BOTH, bound_in_both

# All times of XJob as they are by default, but for a hanging call: a test need not wait half a minute for it to end.
DEFAULTS = """
[xjob]
call_deadline = 2
settle = 1
"""


@pytest.fixture
def relayed(lab, tmp_path):
    """A cloud that reaches its second pod through a relay: (cloud, relay)."""
    relay = Relay(urllib.parse.urlsplit(lab.pods["RegionTwo"].url).port).open()
    cloud = RealCloud(tmp_path / "cloud", lab, options=DEFAULTS, urls={"RegionTwo": relay.url})
    try:
        yield cloud.start(), relay
    finally:
        cloud.stop()
        relay.close()


def limit_in(cloud, policy, region):
    """The bandwidth limit of the pod's copy."""
    return next(rule["max_kbps"] for rule in cloud.copy(policy, region).rules if rule["type"] == "bandwidth_limit")


def set_limit(cloud, policy, kbps):
    rule = next(rule for rule in policy.rules if rule["type"] == "bandwidth_limit")
    cloud.net.update_qos_bandwidth_limit_rule(rule["id"], policy.id, max_kbps=kbps)


def circuit_is_open(cloud, region):
    return cloud.admin.pods()[region]["circuit"]["open"]


def assert_reached_within(cloud, policy, region, kbps, seconds):
    begun = time.monotonic()
    wait_until(lambda: limit_in(cloud, policy, region) == kbps, seconds, f"the edit in {region}")
    return time.monotonic() - begun


def test_a_pod_that_is_down_gets_the_edit_within_5_s_of_its_return(relayed):
    cloud, relay = relayed
    policy, network, local = bound_in_both(cloud)
    relay.close()
    set_limit(cloud, policy, 4242)
    assert_reached_within(cloud, policy, "RegionOne", 4242, 2)
    wait_until(lambda: circuit_is_open(cloud, "RegionTwo"), what="the circuit of the pod that is down")
    assert not circuit_is_open(cloud, "RegionOne")
    set_limit(cloud, policy, 4343)
    assert_reached_within(cloud, policy, "RegionOne", 4343, 2)
    assert limit_in(cloud, policy, "RegionTwo") == 1000
    relay.open()
    assert_reached_within(cloud, policy, "RegionTwo", 4343, 5)
    cloud.settle()
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region, local[region])


def test_a_pod_that_hangs_gets_the_edit_within_5_s_of_its_return(relayed):
    """It takes connections and answers nothing; what it was sent takes effect when it goes on."""
    cloud, _ = relayed
    policy, network, local = bound_in_both(cloud)
    with cloud.pods["RegionTwo"].hanging():
        set_limit(cloud, policy, 4242)
        assert_reached_within(cloud, policy, "RegionOne", 4242, 2)
        wait_until(lambda: circuit_is_open(cloud, "RegionTwo"), what="the circuit of the pod that hangs")
        set_limit(cloud, policy, 4343)
        assert_reached_within(cloud, policy, "RegionOne", 4343, 2)
    assert_reached_within(cloud, policy, "RegionTwo", 4343, 5)
    cloud.settle()
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region, local[region])


def test_a_policy_taken_off_a_port_whose_pod_is_down_is_refused_and_put_back(relayed):
    cloud, relay = relayed
    policy, network = cloud.policy(), cloud.network()
    port, local_port = cloud.port(network, cloud.appear(network, "RegionTwo"), "RegionTwo", qos_policy_id=policy.id)
    cloud.settle()
    relay.close()
    reply = cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}})
    assert reply.status_code == 503 and reply.json()["NeutronError"]["type"] == "PodUnavailable", reply.text
    assert "RegionTwo" in reply.json()["NeutronError"]["message"]
    assert cloud.net.get_port(port.id).qos_policy_id == policy.id
    relay.open()
    wait_until(lambda: cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}}).status_code == 200,
               what="the port lets go once the pod is back")
    cloud.assert_bound("port", port, None, "RegionTwo", local_port)
