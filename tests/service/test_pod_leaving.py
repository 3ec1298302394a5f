"""A region leaves: the centre forgets it, and nothing is done there."""
import json

import requests

from cloud import wait_until
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


def purge(cloud, region, *arguments, code=0):
    return run("pod", "delete", region, "--purge", *arguments, url=cloud.central.url, code=code)


def test_a_purged_pod_has_nothing_of_ours_and_all_of_its_own(cloud):
    policy, network = cloud.bound_everywhere()
    port = cloud.boot("RegionTwo", network)
    cloud.net.update_port(port, qos_policy_id=policy.id)
    unused = cloud.policy("unused")
    cloud.admin.call("POST", "/jobs", {"job": {"type": "qos_create", "project_id": "admin", "resource": {
        "pod_id": cloud.pod_id("RegionTwo"), "policy_id": unused.id, "res_type": "", "res_id": ""}}})
    cloud.rest()
    net = cloud.pods["RegionTwo"].net
    own = net.create_qos_policy(name="the region's own")
    bound = net.create_network(name="the region's own net", qos_policy_id=own.id)
    purge(cloud, "RegionTwo")
    assert "RegionTwo" not in cloud.admin.pods()
    assert [found.id for found in net.qos_policies()] == [own.id]
    assert net.get_network(network.id).qos_policy_id is None and net.get_port(port.id).qos_policy_id is None
    assert net.get_network(bound.id).qos_policy_id == own.id
    cloud.rest()
    assert cloud.net.get_network(network.id).qos_policy_id == policy.id, "the centre's wish for others stands"
    cloud.assert_copy_is_true(policy, "RegionOne")
    cloud.assert_bound("network", network, policy, "RegionOne")


def test_what_a_regions_own_network_bears_keeps_the_pod_until_it_is_let_go(cloud):
    policy, network = cloud.bound_everywhere()
    net = cloud.pods["RegionTwo"].net
    user = net.create_network(name="a user's", qos_policy_id=cloud.copy_id(policy, "RegionTwo"))
    said = purge(cloud, "RegionTwo", "--timeout", "1", code=5)
    assert "Not all is gone within 1 s" in said and "1 copies are still there" in said
    assert cloud.admin.pods()["RegionTwo"]["leaving"]
    wait_until(lambda: [row["state"] for row in cloud.copies(region_name="RegionTwo")] == ["held"], what="the copy held")
    # Nobody's new wish brings anything there any more.
    cloud.net.update_qos_policy(policy.id, name="later")
    cloud.settle_in(cloud.pods["RegionOne"])
    assert net.get_network(network.id).qos_policy_id is None
    net.update_network(user, qos_policy_id=None)
    wait_until(lambda: "RegionTwo" not in cloud.admin.pods(), what="the pod's end")
    assert list(net.qos_policies()) == []
    cloud.rest()


def test_a_purge_that_nobody_answers_can_end_as_a_detach(cloud):
    cloud.bound_everywhere()
    cloud.pods["RegionTwo"].stop()
    purge(cloud, "RegionTwo", "--timeout", "1", code=5)
    assert detach(cloud, "RegionTwo") == {"networks": 1, "ports": 0, "policies": 1}
    cloud.rest()
    reply = requests.delete(f"{cloud.central.url}/v1.0/pods/{cloud.pod_id('RegionOne')}?detach=true&purge=true", timeout=30)
    assert reply.status_code == 400
