"""The commands that tell what pods have, as an operator types them."""
import json

from cloud import wait_until
from harness.commands import rows, run


def as_json(*arguments, url, code=0):
    return json.loads(run(*arguments, "-f", "json", url=url, code=code))


def test_a_change_is_shown_and_waited_for(cloud):
    url, (policy, _) = cloud.central.url, cloud.bound_everywhere()
    reply = cloud.net.put(f"/qos/policies/{policy.id}", json={"policy": {"name": "renamed"}})
    change = reply.headers["X-Tricircle-Change"]
    assert as_json("change", "wait", change, url=url)["applied"] == 2
    table = run("change", "show", change, url=url)
    assert table.count(" applied ") == 3 and "RegionOne" in table and "RegionTwo" in table
    cloud.pods["RegionTwo"].stop()
    reply = cloud.net.put(f"/qos/policies/{policy.id}", json={"policy": {"name": "again"}})
    change = reply.headers["X-Tricircle-Change"]
    assert "Not within 1 s" in run("change", "wait", change, "--timeout", "1", url=url, code=5)
    assert as_json("change", "wait", change, "--until", "RegionOne", url=url)["holds"]
    assert "not found" in run("change", "show", "nothing", url=url, code=1)


def test_states_and_reasons_are_listed(cloud):
    url, (policy, network) = cloud.central.url, cloud.bound_everywhere()
    assert {row["state"] for row in rows(run("copy", "list", "--policy", policy.id, url=url))} == {"in_sync"}
    (bound,) = as_json("binding", "list", "--pod", "RegionOne", "--policy", policy.id, url=url)
    assert (bound["central_id"], bound["state"]) == (network.id, "in_sync")
    assert as_json("copy", "list", "--state", "refused", url=url) == []
    told = as_json("explain", "network", network.id, url=url)
    assert told["policy"]["id"] == policy.id
    table = run("explain", "network", network.id, url=url)
    assert "RegionOne" in table and "in_sync" in table and policy.id in table
    assert "Port nothing not found" in run("explain", "port", "nothing", url=url, code=1)


def test_what_somebody_changed_by_hand_is_listed_and_only_shown_if_so_said(cloud):
    url, (policy, network) = cloud.central.url, cloud.bound_everywhere()
    assert as_json("policy", "on-drift", policy.id, "report", url=url) == {"id": policy.id, "on_drift": "report"}
    cloud.pods["RegionOne"].net.update_network(network.id, qos_policy_id=None)

    def audits():
        return next(row["audits"] for row in as_json("audit", "list", url=url) if row["region_name"] == "RegionOne")
    cloud.audit_ended("RegionOne")
    before = audits()
    run("audit", "now", "RegionOne", url=url)
    wait_until(lambda: audits() > before, what="another audit")
    (drift,) = as_json("drift", "list", "--open", "--pod", "RegionOne", url=url)
    assert drift["central_id"] == network.id and "it has no policy" in drift["found"]
    assert [row["found"] for row in rows(run("drift", "list", "--policy", policy.id, url=url))] == [drift["found"]]


def test_a_policys_history_and_the_way_back(cloud):
    url, policy = cloud.central.url, cloud.policy()
    cloud.net.update_qos_policy(policy.id, name="a mistake")
    versions = as_json("policy", "history", policy.id, url=url)
    assert versions[0]["name"] == "a mistake" and versions[1]["name"] == "gold"
    back = as_json("policy", "rollback", policy.id, str(versions[1]["version"]), url=url)
    assert back["name"] == "gold" and cloud.net.get_qos_policy(policy.id).name == "gold"
    assert "has no version 99" in run("policy", "rollback", policy.id, "99", url=url, code=1)


def test_text_of_a_command_line_cannot_change_what_is_asked(cloud):
    cloud.policy()
    assert as_json("copy", "list", "--state", "in_sync&policy_id=x", url=cloud.central.url) == []
