"""A pod carries a write out and the answer is lost, for each write of each kind of job: nothing is made twice, nothing
is left out, and the jobs say SUCCESS. And what a pod refuses is named while the rest goes on.
"""
import threading

import pytest

from cloud import wait_until
from harness.gate import Gate

REGION = "RegionOne"


def writes_of(cloud, gate, change):
    """The writes that XJob makes for a change, in order; they go through."""
    seen = []

    def note(method, path):
        if method != "GET":
            seen.append((method, path))
    gate.rule = note
    change()
    cloud.settle()
    cloud.rest()
    gate.rule = lambda method, path: None
    return seen


def lose_answer_number(gate, number):
    """The number-th write from now on is carried out and its answer lost; a list that is not empty once it has been."""
    left, lost = [number], []

    def rule(method, path):
        if method == "GET":
            return None
        left[0] -= 1
        if left[0] != 0:
            return None
        lost.append((method, path))
        return Gate.LOSE_ANSWER
    gate.rule = rule
    return lost


def bound(cloud, name):
    policy, network = cloud.policy(name), cloud.network(name)
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    return policy, network


def associate(cloud, name):
    policy, network = cloud.policy(name), cloud.network(name)
    cloud.appear(network)
    return (lambda: cloud.net.update_network(network, qos_policy_id=policy.id),
            lambda: (cloud.assert_copy_is_true(policy, REGION),
                     cloud.assert_bound("network", network, policy, REGION)))


def edit(cloud, name):
    policy, network = bound(cloud, name)
    rules = {rule["type"]: rule["id"] for rule in policy.rules}

    def change():
        cloud.xjob.stop()
        cloud.net.update_qos_policy(policy.id, name=name + " renamed")
        cloud.net.update_qos_bandwidth_limit_rule(rules["bandwidth_limit"], policy, max_kbps=77)
        cloud.net.delete_qos_dscp_marking_rule(rules["dscp_marking"], policy)
        cloud.rule(policy, "minimum_packet_rate", min_kpps=1, direction="ingress")
        cloud.start_xjob()
    return change, lambda: (cloud.assert_copy_is_true(policy, REGION),
                            cloud.assert_bound("network", network, policy, REGION))


def let_go_and_delete(cloud, name):
    policy, network = bound(cloud, name)

    def change():
        cloud.net.update_network(network, qos_policy_id=None)
        cloud.net.delete_qos_policy(policy.id, ignore_missing=False)

    def check():
        cloud.assert_bound("network", network, None, REGION)
        assert cloud.admin.routings(top_id=policy.id) == []
        assert [p for p in cloud.pods[REGION].net.qos_policies() if p.name == name] == []
    return change, check


@pytest.mark.parametrize("prepare, least", [(associate, 6), (edit, 4), (let_go_and_delete, 2)])
def test_an_answer_lost_at_any_write_changes_nothing_in_the_end(gated, prepare, least):
    cloud, gate = gated
    change, check = prepare(cloud, "undisturbed")
    writes = writes_of(cloud, gate, change)
    check()
    assert len(writes) >= least
    for number in range(1, len(writes) + 1):
        change, check = prepare(cloud, f"lost {number}")
        cloud.rest()
        lost = lose_answer_number(gate, number)
        change()
        wait_until(lambda seen=lost: seen, what=f"write {number} of {writes}")
        cloud.settle()
        check()
        cloud.rest()
        check()
        gate.rule = lambda method, path: None
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D31_a_rule_that_the_pod_refuses_is_left_out_and_named_and_a_redo_asks_again(gated):
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)

    def no_dscp(method, path):
        if method == "POST" and path.endswith("dscp_marking_rules"):
            return Gate.Refusal(409, "QosRuleNotSupported", "this pod marks no packets")
    gate.rule = no_dscp
    cloud.net.update_network(network, qos_policy_id=policy.id)
    jobs = cloud.settle()
    assert [job["status"] for job in jobs] == ["FAIL"]
    assert "dscp_marking" in jobs[0]["last_error"] and "this pod marks no packets" in jobs[0]["last_error"]
    cloud.assert_bound("network", network, policy, REGION)
    assert [rule["type"] for rule in cloud.copy(policy, REGION).rules] == ["bandwidth_limit"]
    cloud.rest()

    # An edit of another rule does not ask again for what was refused, and says so.
    rule = next(r["id"] for r in policy.rules if r["type"] == "bandwidth_limit")
    asked = writes_of(cloud, gate, lambda: cloud.net.update_qos_bandwidth_limit_rule(rule, policy, max_kbps=5))
    assert [method for method, _ in asked] == ["PUT"]
    failed = [job for job in cloud.admin.jobs(type="sync_qos_rule") if job["parent_id"]]
    assert failed[0]["status"] == "FAIL" and "dscp_marking" in failed[0]["last_error"]

    # The pod has learnt it: an operator's redo, of the job or of its parent, is a new wish.
    gate.rule = lambda method, path: None
    cloud.admin.call("PUT", f"/jobs/{failed[0]['parent_id']}")
    cloud.settle()
    for job_id in (failed[0]["id"], failed[0]["parent_id"]):
        assert cloud.admin.call("GET", f"/jobs/{job_id}")["job"]["status"] == "SUCCESS"
    cloud.assert_copy_is_true(policy, REGION)


def test_a_redone_bind_asks_the_pod_again_before_it_says_success(gated):
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)

    def no_dscp(method, path):
        if method == "POST" and path.endswith("dscp_marking_rules"):
            return Gate.Refusal(409, "QosRuleNotSupported", "this pod marks no packets")
    gate.rule = no_dscp
    cloud.net.update_network(network, qos_policy_id=policy.id)
    job = cloud.settle()[0]
    cloud.admin.call("PUT", f"/jobs/{job['id']}")
    cloud.settle()
    assert cloud.admin.call("GET", f"/jobs/{job['id']}")["job"]["status"] == "FAIL"
    gate.rule = lambda method, path: None
    cloud.admin.call("PUT", f"/jobs/{job['id']}")
    cloud.settle()
    assert cloud.admin.call("GET", f"/jobs/{job['id']}")["job"]["status"] == "SUCCESS"
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", network, policy, REGION)


def test_a_redo_beside_a_run_that_tags_the_copy_is_not_lost(gated):
    """The run has read the copy's row before the redo writes there, and writes it after."""
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    tagging, go_on = threading.Event(), threading.Event()

    def no_dscp_and_slow_tags(method, path):
        if method == "POST" and path.endswith("dscp_marking_rules"):
            return Gate.Refusal(409, "QosRuleNotSupported", "this pod marks no packets")
        if method == "PUT" and "/tags/" in path:
            tagging.set()
            go_on.wait(20)
    gate.rule = no_dscp_and_slow_tags
    cloud.net.update_network(network, qos_policy_id=policy.id)
    job = cloud.settle()[0]
    assert job["status"] == "FAIL" and tagging.wait(10)
    gate.rule = lambda method, path: None
    cloud.admin.call("PUT", f"/jobs/{job['id']}")
    wait_until(lambda: cloud.admin.call("GET", f"/jobs/{job['id']}")["job"]["attempts"] > job["attempts"],
               what="the binding waits for its copy")
    go_on.set()
    cloud.settle()
    assert cloud.admin.call("GET", f"/jobs/{job['id']}")["job"]["status"] == "SUCCESS"
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", network, policy, REGION)


def test_a_policy_that_the_pod_refuses_fails_in_its_words_and_leaves_the_old_one_in_place(gated):
    cloud, gate = gated
    old, network = bound(cloud, "old")
    new = cloud.policy("new")

    def no_policy(method, path):
        if method == "POST" and path == "/v2.0/qos/policies":
            return Gate.Refusal(409, "OverQuota", "no more policies here")
    gate.rule = no_policy
    cloud.net.update_network(network, qos_policy_id=new.id)
    jobs = cloud.settle()
    assert jobs[0]["status"] == "FAIL" and "no more policies here" in jobs[0]["last_error"]
    cloud.assert_bound("network", network, old, REGION)
    gate.rule = lambda method, path: None
    cloud.admin.call("PUT", f"/jobs/{jobs[0]['id']}")
    cloud.settle()
    cloud.assert_bound("network", network, new, REGION)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_another_try_may_change_is_tried_again(gated, status):
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    refused = []

    def three_times(method, path):
        if method != "GET" and len(refused) < 3:
            refused.append(path)
            return Gate.Refusal(status, "Trouble", "not now")
    gate.rule = three_times
    cloud.net.update_network(network, qos_policy_id=policy.id)
    jobs = cloud.settle()
    assert len(refused) == 3 and {job["status"] for job in jobs} == {"SUCCESS"}
    cloud.assert_copy_is_true(policy, REGION)
    cloud.assert_bound("network", network, policy, REGION)
