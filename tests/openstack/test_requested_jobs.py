"""Jobs that an operator asks for, with not_specified_pod: they reach every pod that has what they are about."""
import pytest

from test_cases import BOTH, bound_in_both

ALL = "not_specified_pod"


@pytest.mark.parametrize("kind, fields", [
    ("qos_create", ("policy_id", "res_type", "res_id")),
    ("qos_update", ("policy_id",)),
    ("update_network", ("network_id",)),
])
def test_a_job_for_not_specified_pod_has_a_child_in_each_pod(cloud, kind, fields):
    policy, network, local = bound_in_both(cloud)
    values = {"policy_id": policy.id, "res_type": "network", "res_id": network.id, "network_id": network.id}
    asked = cloud.ask(kind, pod_id=ALL, **{name: values[name] for name in fields})
    jobs = {job["id"]: job for job in cloud.settle()}
    children = [job for job in jobs.values() if job["parent_id"] == asked]
    assert jobs[asked]["status"] == "SUCCESS"
    assert {(c["resource"]["pod_id"], c["status"]) for c in children} == {(cloud.pod_id(r), "SUCCESS") for r in BOTH}
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region, local[region])


def test_a_copy_alone_can_be_asked_for_in_one_pod(cloud):
    policy = cloud.policy()
    cloud.ask("qos_create", pod_id=cloud.pod_id("RegionTwo"), policy_id=policy.id, res_type="", res_id="")
    cloud.settle()
    cloud.assert_copy_is_true(policy, "RegionTwo")
    cloud.pods["RegionOne"].assert_nothing_of_ours()
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    cloud.settle()
    cloud.pods["RegionTwo"].assert_nothing_of_ours()
