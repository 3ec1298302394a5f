"""What a policy was, and the way back: a new change with the old content, in every pod."""
import pytest
import requests

from cloud import rule_set

REGIONS = ("RegionOne", "RegionTwo")


def versions(cloud, policy):
    return cloud.admin.call("GET", f"/policies/{policy.id}/versions")["versions"]


def roll_back(cloud, policy, version, expect=200):
    reply = requests.post(f"{cloud.central.url}/v1.0/policies/{policy.id}/rollback", timeout=30,
                          json={"rollback": {"version": version}})
    assert reply.status_code == expect, reply.text
    return reply


def rules_of(version):
    return sorted(sorted((k, str(v)) for k, v in rule.items()) for rule in version["rules"])


def test_every_change_of_a_policy_and_of_its_rules_is_a_version(cloud):
    policy = cloud.policy(rules=())
    rule = cloud.rule(policy, "bandwidth_limit", max_kbps=100, direction="egress")
    cloud.net.update_qos_policy(policy.id, name="silver")
    cloud.net.update_qos_policy(policy.id, name="silver")
    cloud.net.delete_qos_bandwidth_limit_rule(rule["id"], policy)
    kept = versions(cloud, policy)
    assert [version["version"] for version in kept] == [4, 3, 2, 1]
    assert [(version["name"], len(version["rules"])) for version in kept] == \
        [("silver", 0), ("silver", 1), ("gold", 1), ("gold", 0)]
    assert kept[2]["rules"] == [{"type": "bandwidth_limit", "max_kbps": 100, "max_burst_kbps": 0,
                                 "direction": "egress"}]
    assert all(cloud.admin.call("GET", f"/changes/{version['change_id']}") for version in kept)


def test_several_rules_of_one_call_are_one_version_and_only_the_last_twenty_are_kept(cloud):
    policy = cloud.policy(rules=())
    reply = cloud.net.post(f"/qos/policies/{policy.id}/bandwidth_limit_rules", json={"bandwidth_limit_rules": [
        {"max_kbps": 1, "direction": "egress"}, {"max_kbps": 2, "direction": "ingress"}]})
    assert reply.status_code == 201
    assert [len(version["rules"]) for version in versions(cloud, policy)] == [2, 0]
    for number in range(25):
        cloud.net.update_qos_policy(policy.id, description=str(number))
    kept = versions(cloud, policy)
    assert [version["version"] for version in kept] == list(range(27, 7, -1))
    roll_back(cloud, policy, 7, expect=404)


def test_a_rollback_brings_the_old_content_to_every_pod_and_can_itself_be_undone(cloud):
    policy, network = cloud.bound_everywhere()
    good = versions(cloud, policy)[0]
    ids = {rule["type"]: rule["id"] for rule in policy.rules}
    cloud.net.update_qos_policy(policy.id, name="spoilt", description="oh no")
    cloud.net.update_qos_bandwidth_limit_rule(ids["bandwidth_limit"], policy, max_kbps=1)
    cloud.net.delete_qos_dscp_marking_rule(ids["dscp_marking"], policy)
    cloud.rule(policy, "packet_rate_limit", max_kpps=5, direction="ingress")
    bad = versions(cloud, policy)[0]
    reply = roll_back(cloud, policy, good["version"])
    change = cloud.admin.call("GET", "/changes/" + reply.headers["X-Tricircle-Change"], wait="all")["change"]
    assert change["holds"] and change["applied"] == 2
    now = cloud.net.get_qos_policy(policy.id)
    assert (now.name, now.description) == ("gold", "") and rule_set(now) == rule_set(policy)
    same = {rule["type"]: rule["id"] for rule in now.rules}
    assert same["bandwidth_limit"] == ids["bandwidth_limit"], "a rule that was only changed is the same rule"
    for region in REGIONS:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", network, policy, region)
    assert versions(cloud, policy)[0]["version"] == bad["version"] + 1
    roll_back(cloud, policy, bad["version"])
    cloud.rest()
    assert rules_of(versions(cloud, policy)[0]) == rules_of(bad)
    for region in REGIONS:
        cloud.assert_copy_is_true(policy, region)


def test_to_what_it_is_already_is_no_change(cloud):
    policy, _ = cloud.bound_everywhere()
    before, jobs = versions(cloud, policy), len(cloud.admin.jobs())
    roll_back(cloud, policy, before[0]["version"])
    assert versions(cloud, policy) == before and len(cloud.admin.jobs()) == jobs


def test_what_the_policy_may_not_become_any_more_is_refused_whole(cloud):
    """It was shared, and is not; meanwhile it is used by others only as long as it is."""
    policy = cloud.policy(project_id="acme", is_shared=False)
    cloud.net.update_qos_policy(policy.id, is_shared=True)
    cloud.network(project_id="shop", qos_policy_id=policy.id)
    before = versions(cloud, policy)
    reply = roll_back(cloud, policy, before[1]["version"], expect=409)
    assert "conflictingRequest" in reply.json()
    assert versions(cloud, policy) == before
    assert cloud.net.get_qos_policy(policy.id).is_shared


@pytest.mark.parametrize("body", [{}, {"rollback": {}}, {"rollback": {"version": "1"}}, {"rollback": {"version": True}},
                                  {"rollback": {"version": 1, "name": "x"}}])
def test_what_makes_no_sense_is_refused(cloud, body):
    policy = cloud.policy()
    cloud.admin.call("POST", f"/policies/{policy.id}/rollback", body, expect=400)
    assert len(versions(cloud, policy)) == 3


def test_owners_see_their_versions_and_only_admins_go_back(cloud):
    policy = cloud.policy(project_id="acme")

    def ask(method, path, project, roles="member"):
        return requests.request(method, f"{cloud.central.url}/v1.0/policies/{policy.id}/{path}", timeout=30,
                                json={"rollback": {"version": 1}} if method == "POST" else None,
                                headers={"X-Project-Id": project, "X-Roles": roles}).status_code
    assert (ask("GET", "versions", "acme"), ask("GET", "versions", "shop")) == (200, 404)
    assert ask("POST", "rollback", "acme") == 403
    assert ask("PUT", "versions", "acme", "admin") == 405
    assert ask("GET", "nothing", "acme", "admin") == 404
    cloud.net.delete_qos_policy(policy)
    assert ask("GET", "versions", "acme", "admin") == 404
