"""One screen for the operator: what is not as the centre wants it, and why."""
import json

import requests

from cloud import wait_until
from harness.commands import rows, run

NOT_WELL = 4


def status(cloud, **headers):
    reply = requests.get(cloud.central.url + "/v1.0/status", headers=headers, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()["status"]


def test_all_is_well(cloud):
    cloud.bound_everywhere()
    shown = run("status", url=cloud.central.url)
    pods = {row["region_name"]: row for row in rows(shown)}
    assert {pods[region]["state"] for region in ("RegionOne", "RegionTwo")} == {"answers"}
    assert "Copies of policies that are not in sync: none." in shown
    assert "Networks and ports that do not have their policy: none." in shown


def test_a_dead_pod_is_named_with_what_waits_for_it_and_why(cloud):
    policy, network = cloud.bound_everywhere()
    cloud.pods["RegionTwo"].stop()
    cloud.net.update_qos_policy(policy, name="silver")
    cloud.net.update_network(network, qos_policy_id=None)
    wait_until(lambda: {pod["region_name"]: pod["state"] for pod in status(cloud)["pods"]} ==
               {"RegionOne": "answers", "RegionTwo": "silent"}, what="the dead pod told to be silent")
    wait_until(lambda: [(c["region_name"], c["policy_name"], c["state"]) for c in status(cloud)["copies"]] ==
               [("RegionTwo", "silver", "pod_down")], what="what waits there, and nothing else")
    shown = run("status", url=cloud.central.url, code=NOT_WELL)
    assert "Not all is as the centre wants it." in shown
    told = json.loads(requests.get(cloud.central.url + "/v1.0/status", timeout=10).text)["status"]
    assert "connect" in told["copies"][0]["last_error"]
    assert [(b["region_name"], b["resource_type"], b["central_id"]) for b in told["bindings"]] == \
        [("RegionTwo", "network", network.id)]
    cloud.pods["RegionTwo"].start()
    cloud.rest()
    run("status", url=cloud.central.url)


def test_a_paused_pod_is_not_well_either(cloud):
    run("pod", "pause", "RegionTwo", url=cloud.central.url)
    assert {pod["region_name"]: pod["state"] for pod in status(cloud)["pods"]}["RegionTwo"] == "paused"
    run("status", url=cloud.central.url, code=NOT_WELL)


def test_a_tenant_sees_his_own_without_pods_and_words(cloud):
    cloud.bound_everywhere()
    cloud.pods["RegionTwo"].stop()
    policy = next(iter(cloud.net.qos_policies()))
    cloud.net.update_qos_policy(policy, name="silver")
    wait_until(lambda: [copy["state"] for copy in status(cloud)["copies"]] == ["pod_down"], what="one copy is behind")
    assert status(cloud, **{"X-Project-Id": "other", "X-Roles": "member"}) == {"copies": [], "bindings": []}
    mine = status(cloud, **{"X-Roles": "member"})
    assert [copy["last_error"] for copy in mine["copies"]] == [""] and "pods" not in mine


def test_changes_are_listed_for_people(cloud):
    policy, _ = cloud.bound_everywhere()
    listed = rows(run("change", "list", "--resource", policy.id, url=cloud.central.url))
    assert listed[-1]["action"] == "created" and listed[-1]["user_id"] == "admin"
    cloud.net.update_qos_policy(policy, name="silver")
    cloud.rest()
    newest = rows(run("change", "list", "--limit", "1", url=cloud.central.url))
    assert [(row["action"], row["applied"], row["wanted"]) for row in newest] == [("updated", "2", "2")]
