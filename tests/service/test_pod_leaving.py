"""A region leaves: the centre forgets it, and nothing is done there."""
import json

import requests

from harness.commands import run


def detach(cloud, region):
    return json.loads(run("pod", "delete", region, "--detach", "-f", "json", url=cloud.central.url))


def test_a_pod_with_routings_is_refused_and_detached_is_left_as_it_is(cloud):
    policy, network = cloud.bound_everywhere()
    port = cloud.boot("RegionTwo", network)
    cloud.rest()
    net, pod_id = cloud.pods["RegionTwo"].net, cloud.pod_id("RegionTwo")
    before = net.get_qos_policy(cloud.copy_id(policy, "RegionTwo"))
    assert "Routings still point to pod" in run("pod", "delete", "RegionTwo", url=cloud.central.url, code=1)
    assert detach(cloud, "RegionTwo") == {"networks": 1, "ports": 1, "policies": 1}
    assert "RegionTwo" not in cloud.admin.pods()
    assert cloud.admin.routings(pod_id=pod_id) == [] and cloud.copies(pod_id=pod_id) == []
    with cloud.pods["RegionTwo"].counting() as calls:
        cloud.net.update_qos_policy(policy.id, name="not there")
        cloud.rest()
    assert calls == {}
    after = net.get_qos_policy(before.id)
    assert (after.name, after.tags) == (before.name, before.tags) == ("gold", ["tricircle:" + policy.id])
    assert net.get_network(network.id).qos_policy_id == before.id
    cloud.assert_copy_is_true(cloud.net.get_qos_policy(policy.id), "RegionOne")
    assert cloud.net.get_port(port.id)


def test_what_waits_for_a_pod_that_never_comes_back_ends(cloud):
    policy, network = cloud.bound_everywhere()
    cloud.pods["RegionTwo"].stop()
    cloud.net.update_qos_policy(policy.id, name="silver")
    cloud.settle_in(cloud.pods["RegionOne"])
    assert not cloud.is_at_rest()
    detach(cloud, "RegionTwo")
    assert {job["status"] for job in cloud.settle()} == {"SUCCESS"}
    cloud.rest()
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy)
    cloud.rest()
    assert cloud.copies() == []


def test_bad_input(cloud):
    pod_id = cloud.pod_id("RegionTwo")
    reply = requests.delete(f"{cloud.central.url}/v1.0/pods/{pod_id}?detach=perhaps", timeout=30)
    assert reply.status_code == 400 and "RegionTwo" in cloud.admin.pods()
    assert requests.delete(f"{cloud.central.url}/v1.0/pods/nobody?detach=true", timeout=30).status_code == 404
