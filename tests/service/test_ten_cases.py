"""The ten cases of the spec on two embedded pods: content of the pods, routing rows, jobs, and the calls the pods counted."""
import pytest
from openstack import exceptions

from cloud import wait_until

BOTH = ("RegionOne", "RegionTwo")
POLICIES = "/v2.0/qos/policies"
FIRST_COPY = {("POST", POLICIES): 1,
              ("POST", POLICIES + "/{id}/bandwidth_limit_rules"): 1,
              ("POST", POLICIES + "/{id}/dscp_marking_rules"): 1,
              ("PUT", POLICIES + "/{id}"): 1,
              ("PUT", "/v2.0/policies/{id}/tags/{tag}"): 1}


def types_and_states(jobs, *types):
    return {(job["type"], job["status"]) for job in jobs if not types or job["type"] in types}


def test_case_1_a_new_policy_stays_at_the_centre(cloud):
    policy = cloud.policy()
    assert len(policy.rules) == 2
    assert cloud.admin.jobs() == []
    assert cloud.admin.routings(resource_type="qos_policy") == []
    for region in BOTH:
        assert list(cloud.pods[region].net.qos_policies()) == []


def test_case_2_an_association_without_local_network_is_only_stored(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.net.update_network(network, qos_policy_id=policy.id)
    port = cloud.net.create_port(network_id=network.id, qos_policy_id=policy.id)
    assert cloud.net.get_network(network.id).qos_policy_id == policy.id
    port = cloud.net.get_port(port.id)
    assert (port.qos_policy_id, port.qos_network_policy_id) == (policy.id, policy.id)
    assert cloud.admin.jobs() == []


def test_case_3_an_association_reaches_every_pod_that_has_the_network(cloud):
    policy, network = cloud.policy(description="for the best", is_shared=True), cloud.network()
    cloud.appear(network)
    with cloud.pods["RegionOne"].counting() as one, cloud.pods["RegionTwo"].counting() as two:
        cloud.net.update_network(network, qos_policy_id=policy.id)
        jobs = cloud.settle()
        cloud.rest()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    parents = [j for j in jobs if j["resource"]["pod_id"] == "not_specified_pod"]
    children = [j for j in jobs if j["parent_id"]]
    assert len(parents) == 1 and {j["parent_id"] for j in children} == {parents[0]["id"]}
    assert {j["resource"]["pod_id"] for j in children} == {p["pod_id"] for p in cloud.admin.pods().values()}
    assert children[0]["resource"]["res_type"] == "network" and children[0]["resource"]["res_id"] == network.id
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region)
    # R + 3 until bound, and the tag.
    assert one == two == {**FIRST_COPY, ("PUT", "/v2.0/networks/{id}"): 1}


def test_case_3_D19_with_ids_that_differ(cloud):
    """The network is made in the pod by POST and tied to the central one by a routing."""
    policy, network = cloud.policy(), cloud.network()
    local = cloud.pods["RegionOne"].net.create_network(name="made here")
    assert local.id != network.id
    cloud.net.update_network(network, qos_policy_id=policy.id)
    assert cloud.admin.jobs() == []
    cloud.admin.tie("network", network.id, local.id, "RegionOne")
    jobs = cloud.settle()
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    cloud.assert_copy_is_true(policy, "RegionOne")
    cloud.assert_bound("network", network, policy, "RegionOne", local_id=local.id)
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.settle()
    cloud.assert_bound("network", network, None, "RegionOne", local_id=local.id)


def test_case_4_a_vm_boots_with_policies_on_its_network_and_port(cloud):
    gold, silver = cloud.policy("gold"), cloud.policy("silver", rules=(("dscp_marking", {"dscp_mark": 10}),))
    network = cloud.network(qos_policy_id=gold.id)
    pod = cloud.pods["RegionOne"]
    with pod.counting() as calls:
        port = cloud.boot("RegionOne", network)
        jobs = cloud.settle()
        cloud.rest()
    assert pod.net.get_port(port.id).fixed_ips == cloud.net.get_port(port.id).fixed_ips
    assert types_and_states(jobs) == {("qos_create", "SUCCESS")}
    cloud.assert_copy_is_true(gold, "RegionOne")
    cloud.assert_bound("network", network, gold, "RegionOne")
    assert calls == {**FIRST_COPY, ("PUT", "/v2.0/networks/{id}"): 1}
    cloud.net.update_port(port.id, qos_policy_id=silver.id)
    cloud.settle()
    cloud.assert_copy_is_true(silver, "RegionOne")
    cloud.assert_bound("port", port, silver, "RegionOne")
    assert list(cloud.pods["RegionTwo"].net.qos_policies()) == []


def test_case_4_D16_a_second_vm_costs_no_call(cloud):
    policy = cloud.policy()
    network = cloud.network(qos_policy_id=policy.id)
    cloud.boot("RegionOne", network)
    cloud.rest()
    with cloud.pods["RegionOne"].counting() as calls:
        port = cloud.boot("RegionOne", network)
        cloud.settle()
        wait_until(lambda: cloud.net.get_port(port.id).binding_host_id == "host-1")
    assert calls == {}
    assert cloud.pods["RegionOne"].net.get_port(port.id).qos_network_policy_id == cloud.copy_id(policy, "RegionOne")


def test_case_5_an_updated_policy_costs_one_call_a_pod(cloud):
    policy, _ = cloud.bound_everywhere()
    with cloud.pods["RegionOne"].counting() as one, cloud.pods["RegionTwo"].counting() as two:
        cloud.net.update_qos_policy(policy.id, name="platinum", description="new", is_shared=True)
        jobs = cloud.settle()
    assert ("qos_update", "SUCCESS") in types_and_states(jobs)
    assert one == two == {("PUT", POLICIES + "/{id}"): 1}
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)


def test_case_6_a_network_lets_go_by_a_job(cloud):
    policy, network = cloud.bound_everywhere()
    with cloud.pods["RegionOne"].counting() as calls:
        cloud.net.update_network(network, qos_policy_id=None)
        jobs = cloud.settle()
    assert types_and_states(jobs, "update_network") == {("update_network", "SUCCESS")}
    assert calls == {("GET", "/v2.0/networks/{id}"): 1, ("PUT", "/v2.0/networks/{id}"): 1}
    for region in BOTH:
        cloud.assert_bound("network", network, None, region)
    assert cloud.copy(policy, "RegionOne") is not None


def test_case_6_a_port_has_let_go_when_the_centre_answers(cloud):
    policy, network = cloud.policy(), cloud.network()
    port = cloud.boot("RegionOne", network)
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    cloud.settle()
    cloud.assert_bound("port", port, policy, "RegionOne")
    jobs_before = len(cloud.admin.jobs())
    with cloud.pods["RegionOne"].counting() as calls:
        cloud.net.update_port(port.id, qos_policy_id=None)
        assert cloud.pods["RegionOne"].net.get_port(port.id).qos_policy_id is None
    assert calls == {("GET", "/v2.0/ports/{id}"): 1, ("PUT", "/v2.0/ports/{id}"): 1}
    assert cloud.net.get_port(port.id).qos_policy_id is None
    assert len(cloud.admin.jobs()) == jobs_before
    with cloud.pods["RegionOne"].counting() as calls:
        cloud.net.update_port(port.id, qos_policy_id=None)
    assert calls == {}


def test_case_6_a_pod_that_is_down_keeps_the_port_as_it_was(cloud):
    policy, network = cloud.policy(), cloud.network()
    port = cloud.boot("RegionOne", network)
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    cloud.settle()
    cloud.pods["RegionOne"].stop()
    reply = cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}})
    assert reply.status_code == 503
    assert reply.json()["NeutronError"]["type"] == "PodUnavailable"
    assert "RegionOne" in reply.json()["NeutronError"]["message"]
    assert cloud.net.get_port(port.id).qos_policy_id == policy.id
    cloud.pods["RegionOne"].start()
    wait_until(lambda: cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}}).status_code == 200,
               what="the port lets go once the pod is back")
    cloud.assert_bound("port", port, None, "RegionOne")


def test_case_7_a_deleted_policy_goes_from_the_pods(cloud):
    policy, network = cloud.bound_everywhere()
    with pytest.raises(exceptions.ConflictException):
        cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    jobs = cloud.settle()
    assert types_and_states(jobs, "qos_delete") == {("qos_delete", "SUCCESS")}
    assert cloud.admin.routings(resource_type="qos_policy") == []
    for region in BOTH:
        assert list(cloud.pods[region].net.qos_policies()) == []


def test_case_7_D21_a_local_users_binding_holds_the_copy(cloud):
    policy, network = cloud.bound_everywhere()
    pod = cloud.pods["RegionOne"]
    other = pod.net.create_network(name="somebody's own", qos_policy_id=cloud.copy_id(policy, "RegionOne"))
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    held = wait_until(lambda: [j for j in cloud.admin.jobs(type="qos_delete") if other.id in j["last_error"]],
                      what="the job tells who holds the copy")
    assert held[0]["status"] in ("NEW", "RUNNING")
    pod.net.update_network(other, qos_policy_id=None)
    cloud.settle()
    assert list(pod.net.qos_policies()) == []


@pytest.mark.parametrize("kind, values, change", [
    ("bandwidth_limit", {"max_kbps": 500, "max_burst_kbps": 50, "direction": "ingress"}, {"max_kbps": 700}),
    ("minimum_bandwidth", {"min_kbps": 10, "direction": "ingress"}, {"min_kbps": 20}),
    ("packet_rate_limit", {"max_kpps": 10, "max_burst_kpps": 1, "direction": "egress"}, {"max_kpps": 20}),
    ("minimum_packet_rate", {"min_kpps": 1, "direction": "any"}, {"min_kpps": 2}),
])
def test_cases_8_9_10_rules_follow_with_one_call_a_pod(cloud, kind, values, change):
    policy, _ = cloud.bound_everywhere()
    path, rules = f"/qos/policies/{policy.id}/{kind}_rules", f"{POLICIES}/{{id}}/{kind}_rules"

    def edit(method, path, body, expected_call):
        with cloud.pods["RegionOne"].counting() as one, cloud.pods["RegionTwo"].counting() as two:
            reply = cloud.net.request(path, method, json=body)
            assert reply.status_code < 300, reply.text
            jobs = cloud.settle()
        assert types_and_states(jobs, "sync_qos_rule") == {("sync_qos_rule", "SUCCESS")}
        assert one == two == {expected_call: 1}
        for region in BOTH:
            cloud.assert_copy_is_true(policy, region)
        return reply

    rule = edit("POST", path, {f"{kind}_rule": values}, ("POST", rules)).json()[f"{kind}_rule"]
    edit("PUT", f"{path}/{rule['id']}", {f"{kind}_rule": change}, ("PUT", rules + "/{id}"))
    edit("DELETE", f"{path}/{rule['id']}", None, ("DELETE", rules + "/{id}"))
