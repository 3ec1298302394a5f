"""Pods, XJob and centres that are down for a while: the others go on, and who comes back is brought up to date."""
import time

from cloud import wait_until

POLICIES = "/v2.0/qos/policies"


def rule_value(cloud, policy, region):
    copy = cloud.copy(policy, region)
    return [rule["max_kbps"] for rule in copy.rules if rule["type"] == "bandwidth_limit"]


def test_a_pod_that_was_down_during_an_edit_gets_it_within_five_seconds_of_its_return(cloud):
    policy, _ = cloud.bound_everywhere()
    rule = next(r["id"] for r in policy.rules if r["type"] == "bandwidth_limit")
    cloud.pods["RegionOne"].stop()
    cloud.net.update_qos_bandwidth_limit_rule(rule, policy, max_kbps=4321)
    wait_until(lambda: rule_value(cloud, policy, "RegionTwo") == [4321], 2, "the pod that is up has it at once")
    waiting = wait_until(lambda: [job for job in cloud.admin.jobs(type="sync_qos_rule")
                                  if job["status"] == "NEW" and job["last_error"]], what="a job that says why it waits")
    assert waiting[0]["pod_id"] == cloud.admin.pods()["RegionOne"]["pod_id"]
    assert cloud.admin.pods()["RegionOne"]["circuit"]["open"] is True
    assert cloud.admin.pods()["RegionTwo"]["circuit"]["open"] is False
    cloud.pods["RegionOne"].start()
    back = time.monotonic()
    wait_until(lambda: rule_value(cloud, policy, "RegionOne") == [4321], 5, "the pod that is back has it")
    print(f"back to applied: {time.monotonic() - back:.2f} s")
    cloud.settle()
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_many_edits_while_a_pod_is_down_cost_it_few_calls(cloud):
    policy, _ = cloud.bound_everywhere()
    rule = next(r["id"] for r in policy.rules if r["type"] == "bandwidth_limit")
    pod = cloud.pods["RegionOne"]
    pod.stop()
    for value in range(1001, 1031):
        cloud.net.update_qos_bandwidth_limit_rule(rule, policy, max_kbps=value)
    pod.start()
    wait_until(lambda: rule_value(cloud, policy, "RegionOne") == [1030], what="the last of the edits")
    cloud.settle()
    writes = {call: count for call, count in pod.calls().items() if call[0] != "GET"}
    assert writes == {("PUT", POLICIES + "/{id}/bandwidth_limit_rules/{id}"): 1}
    assert len(cloud.admin.jobs()) > 30 and {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D29_changes_made_while_xjob_is_down_are_made_when_it_is_back(cloud):
    policy, network = cloud.bound_everywhere()
    other = cloud.policy("other")
    cloud.xjob.kill9()
    cloud.net.update_qos_policy(policy.id, name="renamed")
    cloud.net.update_network(network, qos_policy_id=other.id)
    assert {job["status"] for job in cloud.admin.jobs() if not job["finished_at"]} == {"NEW"}
    cloud.start_xjob()
    cloud.settle()
    for region in cloud.pods:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_copy_is_true(other, region)
        cloud.assert_bound("network", network, other, region)


def test_a_pod_boots_vms_on_known_networks_and_reports_them_once_the_centre_is_back(cloud):
    policy = cloud.policy()
    network = cloud.network(qos_policy_id=policy.id)
    port = cloud.boot("RegionOne", network)
    cloud.settle()
    cloud.central.stop()
    pod = cloud.pods["RegionOne"].net
    pod.update_port(port.id, binding_host_id="host-2")
    cloud.central.start()
    wait_until(lambda: cloud.net.get_port(port.id).binding_host_id == "host-2", what="the report that waited")
    cloud.assert_bound("network", network, policy, "RegionOne")


def test_a_restarted_centre_knows_all_that_it_had_answered(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.central.process.kill9()
    cloud.central.start()
    assert cloud.net.get_network(network.id).qos_policy_id == policy.id
    assert len(cloud.net.get_qos_policy(policy.id).rules) == 2


def test_a_pod_that_hangs_in_the_middle_of_a_first_copy_ends_with_one(cloud):
    """The POST's end is not seen and it is carried out late: found again by its mark, never made twice."""
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    pod = cloud.pods["RegionOne"]
    with pod.hanging():
        cloud.net.update_network(network, qos_policy_id=policy.id)
        cloud.settle_in(cloud.pods["RegionTwo"])
        wait_until(lambda: cloud.admin.pods()["RegionOne"]["circuit"]["open"], what="the circuit opens")
    cloud.settle()
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region)


def test_a_pod_that_hangs_in_the_middle_of_a_bind_ends_at_the_newest_wish(cloud):
    policy, network = cloud.bound_everywhere()
    other = cloud.policy("other")
    with cloud.pods["RegionOne"].hanging():
        cloud.net.update_network(network, qos_policy_id=other.id)
        wait_until(lambda: cloud.admin.pods()["RegionOne"]["circuit"]["open"], what="the circuit opens")
        cloud.net.update_network(network, qos_policy_id=None)
        cloud.net.delete_qos_policy(other.id, ignore_missing=False)
    cloud.settle()
    cloud.rest()
    for region, pod in cloud.pods.items():
        cloud.assert_bound("network", network, None, region)
        assert [p.name for p in pod.net.qos_policies()] == [policy.name]


def test_a_job_that_is_not_even_begun_says_what_it_waits_for(cloud):
    policy, network = cloud.bound_everywhere()
    cloud.pods["RegionOne"].stop()
    cloud.net.update_qos_policy(policy.id, name="first")
    wait_until(lambda: cloud.admin.pods()["RegionOne"]["circuit"]["open"], what="the circuit opens")
    cloud.net.update_network(network, qos_policy_id=None)
    waiting = wait_until(lambda: [job for job in cloud.admin.jobs(type="update_network")
                                  if job["pod_id"] == cloud.admin.pods()["RegionOne"]["pod_id"]], what="the child")
    assert waiting[0]["status"] == "NEW" and waiting[0]["attempts"] == 0
    assert waiting[0]["last_error"].startswith("the pod does not answer: ")
    cloud.pods["RegionOne"].start()
    cloud.settle()
    assert cloud.admin.call("GET", f"/jobs/{waiting[0]['id']}")["job"]["last_error"] == ""
