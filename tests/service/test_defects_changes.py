"""Changes that were lost, came too early or passed each other in the system that this one follows (docs/defects.md)."""
import pytest
from openstack import exceptions

from cloud import connect, wait_until
from harness.gate import Pause

REGION = "RegionOne"
POLICIES = "/v2.0/qos/policies"
LIMIT = {"max_kbps": 1000, "max_burst_kbps": 100, "direction": "egress"}


def limit_of(policy):
    return next(rule["id"] for rule in policy.rules if rule["type"] == "bandwidth_limit")


def bound(cloud, name="gold"):
    policy, network = cloud.policy(name), cloud.network(name)
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    return policy, network


def wait_for_child(cloud, kind, count=1):
    """The parents are spread over their pods by lanes of their own: a job of the pod tells that one is."""
    pod = cloud.pod_id(REGION)
    wait_until(lambda: len(open_jobs(cloud, pod_id=pod, type=kind)) == count, what=f"{count} {kind} of the pod")


def open_jobs(cloud, **query):
    return [job for job in cloud.admin.jobs(**query) if job["status"] in ("NEW", "RUNNING")]


def test_D01_what_the_centre_refuses_asks_nothing_of_the_pods(cloud):
    policy, _ = cloud.bound_everywhere()
    jobs, path = cloud.admin.jobs(), f"/qos/policies/{policy.id}"
    with cloud.pods["RegionOne"].counting() as one, cloud.pods["RegionTwo"].counting() as two:
        with pytest.raises(exceptions.ConflictException):
            cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
        stale = cloud.net.put(path, json={"policy": {"name": "late"}}, headers={"If-Match": "revision_number=0"})
        assert stale.status_code == 412
        second = cloud.net.post(path + "/dscp_marking_rules", json={"dscp_marking_rule": {"dscp_mark": 8}})
        assert second.status_code == 409
        cloud.rest()
    assert one == two == {}
    assert cloud.admin.jobs() == jobs
    cloud.assert_copy_is_true(policy, "RegionOne")


def test_D01_a_job_that_is_done_has_brought_the_very_change_that_asked_for_it(cloud):
    """Each time: XJob looks as soon as it hears of the job, and must not find the state of before."""
    policy, _ = cloud.bound_everywhere()
    rule, pods = limit_of(policy), {region: cloud.copy_id(policy, region) for region in cloud.pods}
    for value in range(2001, 2021):
        cloud.net.update_qos_bandwidth_limit_rule(rule, policy, max_kbps=value)
        wait_until(lambda: {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}, what="all jobs done")
        for region, local in pods.items():
            rules = cloud.pods[region].net.get_qos_policy(local).rules
            assert [r["max_kbps"] for r in rules if r["type"] == "bandwidth_limit"] == [value]


def test_D02_an_edit_beside_the_run_of_the_one_before_is_not_lost(patient):
    cloud, gate = patient
    policy, _ = bound(cloud)
    before = {job["id"] for job in cloud.admin.jobs()}
    pause = Pause(gate, lambda method, path: "bandwidth_limit_rules" in path)
    cloud.net.update_qos_bandwidth_limit_rule(limit_of(policy), policy, max_kbps=2000)
    assert pause.reached.wait(20)
    cloud.net.update_qos_bandwidth_limit_rule(limit_of(policy), policy, max_kbps=3000)
    wait_for_child(cloud, "sync_qos_rule", 2)
    pause.go.set()
    cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)
    assert {r["max_kbps"] for r in cloud.copy(policy, REGION).rules if r["type"] == "bandwidth_limit"} == {3000}
    edits = [job for job in cloud.admin.jobs() if job["id"] not in before and not job["parent_id"]]
    assert [(job["type"], job["status"]) for job in edits] == 2 * [("sync_qos_rule", "SUCCESS")]


def test_D12_a_policy_deleted_while_its_copy_is_being_made_leaves_nothing_in_the_pod(patient):
    cloud, gate = patient
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    pause = Pause(gate, lambda method, path: (method, path) == ("POST", POLICIES))
    cloud.net.update_network(network, qos_policy_id=policy.id)
    assert pause.reached.wait(20)
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    wait_for_child(cloud, "qos_delete")
    pause.go.set()
    cloud.rest()
    assert ("POST", POLICIES, 201) in gate.answers
    assert list(cloud.pods[REGION].net.qos_policies()) == []
    assert cloud.admin.routings(resource_type="qos_policy") == []
    cloud.assert_bound("network", network, None, REGION)
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D12_a_policy_given_anew_while_it_is_being_taken_off_stays(patient):
    cloud, gate = patient
    policy, network = bound(cloud)
    pause = Pause(gate, lambda method, path: path.startswith("/v2.0/networks/"))
    cloud.net.update_network(network, qos_policy_id=None)
    assert pause.reached.wait(20)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    pause.go.set()
    cloud.rest()
    assert [method for method, path in pause.calls if path == f"/v2.0/networks/{network.id}"] == ["PUT", "PUT"]
    cloud.assert_bound("network", network, policy, REGION)


def test_D24_a_port_that_is_changed_in_something_else_is_shown_with_its_policy(cloud):
    policy, network = cloud.policy(), cloud.network()
    port = cloud.boot(REGION, network)
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    for change in ({"name": "renamed"}, {"description": ""}, {}):
        reply = cloud.net.put(f"/ports/{port.id}", json={"port": change})
        assert (reply.status_code, reply.json()["port"]["qos_policy_id"]) == (200, policy.id)
    cloud.rest()
    cloud.assert_bound("port", port, policy, REGION)


def test_D35_the_centres_default_policy_comes_along_and_a_pods_own_does_not(cloud):
    """Of networks that the centre has made; a network of the pod's own gets the pod's default."""
    ours = cloud.net.create_qos_policy(name="default", is_default=True, project_id="shop")
    pod = connect(cloud.pods[REGION].url, project="shop")
    theirs = pod.create_qos_policy(name="local default", is_default=True)
    with_default, bare = cloud.network("with", project_id="shop"), cloud.network("bare", project_id="shop")
    cloud.net.update_network(bare, qos_policy_id=None)
    cloud.appear(with_default, REGION)
    cloud.appear(bare, REGION)
    cloud.rest()
    assert cloud.net.get_network(with_default.id).qos_policy_id == ours.id
    cloud.assert_bound("network", with_default, ours, REGION)
    cloud.assert_bound("network", bare, None, REGION)
    assert pod.create_network(name="the pod's own").qos_policy_id == theirs.id
    assert not cloud.copy(ours, REGION).is_default
    assert pod.get_qos_policy(theirs.id).is_default
