"""What an edit would do in the pods, before it is made."""
import collections
import concurrent.futures
import os
import random

import pytest
import requests

from cloud import Cloud, wait_until
from harness.plans import Editor, plan, planned_calls

EDITS = int(os.environ.get("PLANNED_EDITS", "120"))
SEED = int(os.environ.get("PLANNED_SEED", "1"))

# Ports are let go by a job, as the plan says it.
QUIET = """
[xjob]
poll = 0.05
disassociate_port = async
audit_interval = 0
"""


@pytest.fixture
def quiet(tmp_path):
    """Two pods in which nothing happens but what is asked for."""
    made = Cloud(tmp_path / "cloud", options=QUIET)
    try:
        yield made.start()
    finally:
        made.stop()


def counted(cloud):
    """region -> Counter of (method, route) of all calls so far."""
    return {region: collections.Counter({key: count for key, count in pod.calls().items() if key != ("GET", "/")})
            for region, pod in cloud.pods.items()}


def difference(after, before):
    return {region: after[region] - before[region] for region in after if after[region] - before[region]}


def send(cloud, method, path, body):
    reply = requests.request(method, cloud.central.url + path, json=body, timeout=30)
    return reply.status_code, reply


def populated(cloud):
    """Networks in one pod, in the other, in both; and VMs' ports on them."""
    networks, ports = [], []
    for i, regions in enumerate([("RegionOne",), ("RegionTwo",), ("RegionOne", "RegionTwo")]):
        network = cloud.network(cidr=f"10.{i + 1}.0.0/24")
        cloud.appear(network, *regions)
        networks.append(network.id)
        ports += [cloud.boot(region, network).id for region in regions]
    cloud.rest()
    return networks, ports


def test_plans_of_random_edits_equal_the_calls_that_the_pods_then_count(quiet):
    networks, ports = populated(quiet)
    editor = Editor(random.Random(SEED), quiet.net, networks, ports)
    made = refused = calls = 0
    while made < EDITS:
        edit, number = editor.next(), made + refused
        status, reply = plan_or_refusal(quiet, *edit)
        before = counted(quiet)
        if status != 200:
            assert send(quiet, *edit)[0] == status, (number, edit)
            refused += 1
            continue
        planned = planned_calls(reply)
        code, answer = send(quiet, *edit)
        assert code < 300, (number, edit, answer.text)
        quiet.rest()
        seen = difference(counted(quiet), before)
        assert seen == planned, (number, edit)
        made += 1
        calls += sum(sum(counter.values()) for counter in seen.values())
    print(f"{made} edits made, {refused} refused alike, {calls} calls to two pods, all as planned (seed {SEED})")
    assert refused < 3 * made and calls > made / 2


def plan_or_refusal(cloud, method, path, body):
    asked = {"request": {"method": method, "path": path, "body": body}}
    reply = requests.post(cloud.central.url + "/v1.0/plans", json={"plan": asked}, timeout=30)
    return reply.status_code, reply.json().get("plan")


def bound(cloud):
    policy, network = cloud.bound_everywhere()
    return policy, network, f"/v2.0/qos/policies/{policy.id}"


def test_a_plan_changes_nothing_and_names_calls_and_who_is_touched(cloud):
    policy, network, path = bound(cloud)
    before = counted(cloud)
    jobs = len(cloud.admin.jobs())
    planned = plan(cloud.central.url, "PUT", path, {"policy": {"name": "silver"}})
    assert planned["answer"]["body"]["policy"]["name"] == "silver"
    assert [(pod["region_name"], pod["state"], [n["id"] for n in pod["networks"]]) for pod in planned["pods"]] == \
        [("RegionOne", "answers", [network.id]), ("RegionTwo", "answers", [network.id])]
    for pod in planned["pods"]:
        local = cloud.admin.routings(top_id=policy.id, pod_id=pod["pod_id"])[0]["bottom_id"]
        assert pod["calls"] == [{"method": "PUT", "path": f"/v2.0/qos/policies/{local}",
                                 "body": {"policy": {"name": "silver"}}}]
    assert planned["calls"] == 2 and not planned["applied"]
    cloud.rest()
    assert cloud.net.get_qos_policy(policy.id).name == "gold"
    assert counted(cloud) == before and len(cloud.admin.jobs()) == jobs


def test_what_would_be_refused_is_answered_as_the_edit_would_be(cloud):
    policy, _, path = bound(cloud)
    for method, where, body in [("DELETE", path, None), ("PUT", path, {"policy": {"name": 7}}),
                                ("PUT", "/v2.0/qos/policies/" + 32 * "0", {"policy": {"name": "x"}}),
                                ("POST", path + "/dscp_marking_rules", {"dscp_marking_rule": {"dscp_mark": 99}})]:
        code, answer = send(cloud, method, where, body)
        assert code >= 400
        assert plan(cloud.central.url, method, where, body, expect=code) == answer.json()
    assert cloud.net.get_qos_policy(policy.id).name == "gold"


def test_what_is_no_edit_of_qos_is_not_planned(cloud):
    network = cloud.network()
    for method, path, body in [("GET", "/v2.0/qos/policies", None), ("DELETE", f"/v2.0/networks/{network.id}", None),
                               ("PUT", f"/v2.0/networks/{network.id}", {"network": {"name": "x"}}),
                               ("PUT", f"/v2.0/networks/{network.id}",
                                {"network": {"name": "x", "qos_policy_id": None}}),
                               ("POST", "/v2.0/qos/policies?fields=id", {"policy": {"name": "x"}})]:
        refusal = plan(cloud.central.url, method, path, body, expect=400)
        assert "Plans are made for" in str(refusal) or "neither query" in str(refusal)
    for broken in ({}, {"plan": {}}, {"plan": {"request": 1}}, {"plan": {"request": {"method": 1}}}):
        assert requests.post(cloud.central.url + "/v1.0/plans", json=broken, timeout=10).status_code == 400
    assert cloud.net.get_network(network.id).name == "net"


def test_a_plan_is_applied_once_and_not_when_the_world_has_moved(cloud):
    policy, _, path = bound(cloud)
    url = cloud.central.url
    edit = ("PUT", path, {"policy": {"name": "silver"}})
    planned = plan(url, *edit)
    cloud.net.update_qos_policy(policy, description="somebody was here")
    cloud.rest()
    refusal = plan(url, *edit, apply=planned["fingerprint"], expect=409)
    assert "plan again" in refusal["conflictingRequest"]["message"]
    assert cloud.net.get_qos_policy(policy.id).name == "gold"
    planned = plan(url, *edit)
    done = plan(url, *edit, apply=planned["fingerprint"])
    assert done["applied"] and done["answer"]["status"] == 200
    cloud.rest()
    assert {pod.net.get_qos_policy(r["bottom_id"]).name for region, pod in cloud.pods.items()
            for r in cloud.admin.routings(top_id=policy.id, pod_id=cloud.pod_id(region))} == {"silver"}
    plan(url, *edit, apply=planned["fingerprint"], expect=409)


def test_a_plan_to_take_a_policy_off_a_port_is_applied_as_case_6_has_it(cloud):
    policy = cloud.policy()
    network = cloud.network()
    cloud.appear(network)
    port = cloud.boot("RegionOne", network)
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    cloud.rest()
    edit = ("PUT", f"/v2.0/ports/{port.id}", {"port": {"qos_policy_id": None}})
    planned = plan(cloud.central.url, *edit)
    assert [call["method"] for call in planned["pods"][0]["calls"]] == ["GET", "PUT"]
    cloud.pods["RegionOne"].stop()
    plan(cloud.central.url, *edit, apply=planned["fingerprint"], expect=503)
    assert cloud.net.get_port(port.id).qos_policy_id == policy.id
    cloud.pods["RegionOne"].start()
    cloud.rest()
    planned = plan(cloud.central.url, *edit)
    done = plan(cloud.central.url, *edit, apply=planned["fingerprint"])
    assert done["answer"]["body"]["port"]["qos_policy_id"] is None
    assert cloud.pods["RegionOne"].net.get_port(port.id).qos_policy_id is None


def test_a_tenant_plans_with_his_own_rights(cloud):
    policy, network, path = bound(cloud)
    others = {"X-Project-Id": "other", "X-Roles": "member"}
    member = {"X-Roles": "member"}
    rename = ("PUT", path, {"policy": {"name": "silver"}})
    assert plan(cloud.central.url, *rename, expect=404, **others)["NeutronError"]["type"] == "QosPolicyNotFound"
    assert plan(cloud.central.url, *rename, expect=403, **member)["NeutronError"]["type"] == "PolicyNotAuthorized"
    unbind = ("PUT", f"/v2.0/networks/{network.id}", {"network": {"qos_policy_id": None}})
    assert plan(cloud.central.url, *unbind, expect=404, **others)["NeutronError"]["type"] == "NetworkNotFound"
    planned = plan(cloud.central.url, *unbind, **member)
    assert planned["calls"] == 4 and [n["id"] for n in planned["pods"][0]["networks"]] == [network.id]
    assert plan(cloud.central.url, *unbind, apply=planned["fingerprint"], **member)["applied"]


def test_a_silent_pod_and_a_paused_one_are_named_with_what_waits_for_them(cloud):
    policy, _, path = bound(cloud)
    cloud.pods["RegionTwo"].stop()
    cloud.net.update_qos_policy(policy, description="other")
    wait_until(lambda: [c["state"] for c in cloud.copies(state="pod_down")], what="a pod that is down")
    cloud.admin.call("PUT", f"/pauses/pod/{cloud.pod_id('RegionOne')}")
    cloud.settle_in(cloud.pods["RegionOne"])
    planned = plan(cloud.central.url, "PUT", path, {"policy": {"name": "silver"}})
    one, two = planned["pods"]
    assert (one["state"], two["state"]) == ("paused", "silent") and "connect" in two["why"]
    assert [call["body"]["policy"] for call in one["calls"]] == [{"name": "silver"}]
    # What waits for the silent pod goes with it, in one call.
    assert [call.get("body", {}).get("policy") for call in two["calls"] if call["method"] == "PUT"] == \
        [{"name": "silver", "description": "other"}]


def test_so_many_plans_at_once_are_told_to_come_again(cloud):
    _, network, path = bound(cloud)
    asked = {"plan": {"request": {"method": "PUT", "path": path, "body": {"policy": {"name": "silver"}}}}}
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(lambda _: requests.post(cloud.central.url + "/v1.0/plans", json=asked, timeout=60),
                                range(240)))
    told = [reply for reply in replies if reply.status_code == 503]
    assert told and {reply.status_code for reply in replies} == {200, 503}
    assert "ask again" in told[0].json()["serviceUnavailable"]["message"]
    assert len({reply.json()["plan"]["fingerprint"] for reply in replies if reply.status_code == 200}) == 1
