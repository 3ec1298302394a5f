"""What somebody changes in a pod by hand: found by the audit, put right or only shown, and kept for people to see."""
import collections
import json

import pytest

from cloud import gated_cloud, wait_until
from harness.api import connect
from harness.gate import Gate, Pause

REGION = "RegionOne"


class Hands:
    """What a region's own admin does to what we have there, past the centre."""

    def __init__(self, cloud):
        self.cloud, self.net = cloud, cloud.pods[REGION].net
        self.policy, self.network = cloud.policy(), cloud.network()
        cloud.appear(self.network, REGION)
        cloud.net.update_network(self.network, qos_policy_id=self.policy.id)
        self.port = cloud.boot(REGION, self.network)
        cloud.net.update_port(self.port, qos_policy_id=self.policy.id)
        cloud.rest()
        self.copy = cloud.copy(self.policy, REGION)

    def rule(self, kind):
        return next(rule["id"] for rule in self.copy.rules if rule["type"] == kind)

    def renames(self):
        self.net.update_qos_policy(self.copy, name="mine", description="hands off")
        return "policy", ['name is "mine" instead of "gold"', 'description is "hands off" instead of ""']

    def changes_a_rule(self):
        self.net.update_qos_bandwidth_limit_rule(self.rule("bandwidth_limit"), self.copy, max_kbps=7)
        return "policy", ["rule bandwidth_limit egress: max_kbps is 7 instead of 1000"]

    def deletes_a_rule(self):
        self.net.delete_qos_dscp_marking_rule(self.rule("dscp_marking"), self.copy)
        return "policy", ["rule dscp_marking is missing"]

    def adds_a_rule(self):
        reply = self.net.post(f"/qos/policies/{self.copy.id}/packet_rate_limit_rules",
                              json={"packet_rate_limit_rule": {"max_kpps": 1, "direction": "ingress"}})
        assert reply.status_code == 201, reply.text
        return "policy", ["rule packet_rate_limit ingress is one too many"]

    def makes_a_rule_anew(self):
        self.net.delete_qos_dscp_marking_rule(self.rule("dscp_marking"), self.copy)
        self.net.create_qos_dscp_marking_rule(self.copy, dscp_mark=46)
        return "policy", ["rule dscp_marking: dscp_mark is 46 instead of 26"]

    def takes_it_off_a_network(self):
        self.net.update_network(self.network, qos_policy_id=None)
        return "network", [f"it has no policy instead of {self.copy.id}"]

    def takes_it_off_a_port(self):
        self.net.update_port(self.port, qos_policy_id=None)
        return "port", [f"it has no policy instead of {self.copy.id}"]

    def binds_another(self):
        own = self.net.create_qos_policy(name="the region's own")
        self.net.update_network(self.network, qos_policy_id=own.id)
        return "network", [f"it has policy {own.id} instead of {self.copy.id}"]

    def loses_the_copy(self):
        self.net.update_network(self.network, qos_policy_id=None)
        self.net.update_port(self.port, qos_policy_id=None)
        self.net.delete_qos_policy(self.copy)
        return "policy", ["the pod has no such policy"]


KINDS = [name for name in vars(Hands) if name.split("_")[0] in
         ("renames", "changes", "deletes", "adds", "makes", "takes", "binds", "loses")]


@pytest.fixture
def hands(cloud):
    return Hands(cloud)


def all_is_true(hands):
    hands.cloud.assert_copy_is_true(hands.policy, REGION)
    hands.cloud.assert_bound("network", hands.network, hands.policy, REGION)
    hands.cloud.assert_bound("port", hands.port, hands.policy, REGION)


@pytest.mark.parametrize("kind", KINDS)
def test_D32_what_is_changed_by_hand_is_put_right_and_told(hands, kind):
    cloud = hands.cloud
    what, words = getattr(hands, kind)()
    audit = cloud.audit(REGION)
    assert audit["found"] >= 1
    all_is_true(hands)
    found = [drift for drift in cloud.drifts() if drift["resource_type"] == what]
    assert len(found) == 1
    for part in words:
        assert part in found[0]["found"]
    assert (found[0]["region_name"], found[0]["policy_id"]) == (REGION, hands.policy.id)
    assert found[0]["ended_at"] and found[0]["found_at"]
    if kind != "loses_the_copy":
        assert "revision" in found[0]["pod_says"]
    assert {copy["state"] for copy in cloud.copies()} | {one["state"] for one in cloud.bindings()} == {"in_sync"}
    assert cloud.audit(REGION)["found"] == 0
    assert not cloud.drifts(open="true")


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_policy_says_report_drift_is_only_shown_until_somebody_acts(hands, kind):
    cloud, net = hands.cloud, hands.net
    cloud.admin.call("PUT", f"/policies/{hands.policy.id}", {"policy": {"on_drift": "report"}})
    what, words = getattr(hands, kind)()
    before = state_of(net)
    for _ in range(2):
        cloud.audit(REGION)
        assert state_of(net) == before
    found = [drift for drift in cloud.drifts(open="true") if drift["resource_type"] == what]
    assert len(found) == 1 and words[0] in found[0]["found"] and found[0]["on_drift"] == "report"
    rows = cloud.copies() if what == "policy" else cloud.bindings(resource_type=what)
    assert [row["state"] for row in rows] == ["drifted"]
    assert words[0] in rows[0]["last_error"]
    cloud.admin.call("PUT", f"/policies/{hands.policy.id}", {"policy": {"on_drift": "enforce"}})
    cloud.audit(REGION)
    all_is_true(hands)
    assert not cloud.drifts(open="true")


def state_of(net):
    """All that an audit might change."""
    policies = {p.id: (p.name, p.description, json.dumps(p.rules, sort_keys=True)) for p in net.qos_policies()}
    return policies, {n.id: n.qos_policy_id for n in net.networks()}, {p.id: p.qos_policy_id for p in net.ports()}


def test_what_the_region_puts_right_itself_is_over(hands):
    cloud = hands.cloud
    cloud.admin.call("PUT", f"/policies/{hands.policy.id}", {"policy": {"on_drift": "report"}})
    hands.takes_it_off_a_port()
    cloud.audit(REGION)
    assert len(cloud.drifts(open="true")) == 1
    hands.net.update_port(hands.port, qos_policy_id=hands.copy.id)
    cloud.audit(REGION)
    assert not cloud.drifts(open="true")
    assert [one["state"] for one in cloud.bindings(resource_type="port")] == ["in_sync"]


def test_under_report_the_owners_next_change_puts_the_copy_right(hands):
    cloud = hands.cloud
    cloud.admin.call("PUT", f"/policies/{hands.policy.id}", {"policy": {"on_drift": "report"}})
    hands.changes_a_rule()
    cloud.audit(REGION)
    cloud.net.update_qos_policy(hands.policy.id, description="new")
    cloud.rest()
    all_is_true(hands)
    assert not cloud.drifts(open="true")


def test_it_is_found_by_itself_within_an_interval(tmp_path):
    with gated_cloud(tmp_path, audit_interval=1) as (cloud, gate):
        hands = Hands(cloud)
        hands.changes_a_rule()
        wait_until(lambda: cloud.drifts(open="false"), timeout=10, what="a drift that is put right")
        all_is_true(hands)


def test_an_audit_costs_a_call_for_fifty(patient):
    cloud, gate = patient
    policies = [cloud.policy(f"policy {i}", rules=()) for i in range(51)]
    networks = [cloud.network(f"net {i}", cidr=f"10.{i}.0.0/24", qos_policy_id=policies[i].id) for i in range(51)]
    for network in networks:
        cloud.appear(network, REGION)
    port = cloud.boot(REGION, networks[0])
    cloud.net.update_port(port, qos_policy_id=policies[0].id)
    cloud.rest(60)
    calls = []

    def count(method, path):
        calls.append((method, path.split("?")[0]))
    gate.rule = count
    audit = cloud.audit(REGION)
    assert collections.Counter(calls) == {("GET", "/v2.0/qos/policies"): 2, ("GET", "/v2.0/networks"): 2,
                                          ("GET", "/v2.0/ports"): 1}
    assert (audit["calls"], audit["looked_at"], audit["found"]) == (5, 103, 0)


@pytest.mark.parametrize("answer", ["an empty list", "an error", "a gateway's 404"])
def test_an_audit_concludes_nothing_from_what_it_was_not_told(patient, answer):
    cloud, gate = patient
    hands = Hands(cloud)
    before = state_of(hands.net)
    refused = []

    def lie(method, path):
        lists = method == "GET" and "?fields=id&fields=" in path and path.split("?")[0].count("/") <= 3
        if not lists or len(refused) >= 3:
            return None
        refused.append(path)
        if answer == "an empty list":
            refusal = Gate.Refusal(200, "", "")
            refusal.body = {"policies": [], "networks": [], "ports": []}
            return refusal
        if answer == "an error":
            return Gate.Refusal(500, "InternalServerError", "no")
        refusal = Gate.Refusal(404, "", "")
        refusal.body = {"message": "there is no such page"}
        return refusal
    gate.rule = lie
    audit = cloud.audit(REGION)
    assert len(refused) == 3 and audit["found"] == 0
    assert state_of(hands.net) == before and not cloud.drifts()


def test_what_is_under_way_is_no_drift(patient):
    """While a change waits at the pod's door an audit sees the old; that is no hand's doing."""
    cloud, gate = patient
    hands = Hands(cloud)
    pause = Pause(gate, lambda method, path: method == "PUT")
    cloud.net.update_qos_policy(hands.policy.id, name="silver")
    assert pause.reached.wait(20)
    pod_id = cloud.pod_id(REGION)
    before = cloud.admin.call("GET", f"/audits/{pod_id}")["audit"]["audits"]
    cloud.admin.call("POST", "/audits", {"audit": {"pod_id": pod_id}}, expect=202)
    wait_until(lambda: cloud.admin.call("GET", f"/audits/{pod_id}")["audit"]["audits"] > before)
    assert not cloud.drifts()
    assert [copy["state"] for copy in cloud.copies()] == ["pending"]
    pause.go.set()
    cloud.rest()
    all_is_true(hands)
    assert not cloud.drifts()


# --- copies that nothing uses -----------------------------------------------------------------------------------------


def unused(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network, REGION)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    copy = cloud.copy_id(policy, REGION)
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.rest()
    return policy, network, copy


def ids(cloud):
    return {policy.id for policy in cloud.pods[REGION].net.qos_policies()}


def test_D20_a_copy_that_nothing_uses_goes_after_its_grace_and_comes_back_when_wanted(tmp_path):
    with gated_cloud(tmp_path, unused_copy_grace=0.5) as (cloud, gate):
        policy, network, copy = unused(cloud)
        cloud.audit(REGION)
        assert copy in ids(cloud), "its grace begins when it is seen to be unused"
        wait_until(lambda: cloud.audit(REGION) and copy not in ids(cloud), timeout=20, what="the end of the copy")
        assert cloud.copies() == [] and cloud.copy_id(policy, REGION) is None
        assert cloud.net.get_qos_policy(policy.id)
        cloud.net.update_network(network, qos_policy_id=policy.id)
        cloud.rest()
        cloud.assert_copy_is_true(policy, REGION)
        cloud.assert_bound("network", network, policy, REGION)
        assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_D20_a_copy_that_the_region_itself_uses_stays(tmp_path):
    with gated_cloud(tmp_path, unused_copy_grace=0.2) as (cloud, gate):
        policy, _, copy = unused(cloud)
        net = cloud.pods[REGION].net
        net.create_network(name="the region's own", qos_policy_id=copy)
        refused = []

        def count(method, path):
            refused.append(method) if method == "DELETE" else None
        gate.rule = count
        wait_until(lambda: cloud.audit(REGION) and refused, timeout=20, what="an attempt")
        cloud.rest()
        assert copy in ids(cloud)
        cloud.net.update_qos_policy(policy.id, name="renamed")
        cloud.rest()
        cloud.assert_copy_is_true(policy, REGION)


def test_without_a_grace_unused_copies_stay(tmp_path):
    with gated_cloud(tmp_path, unused_copy_grace=0) as (cloud, gate):
        _, _, copy = unused(cloud)
        for _ in range(3):
            cloud.audit(REGION)
        assert copy in ids(cloud)
        assert cloud.copies()[0]["unused_since"]


def test_a_binding_that_comes_while_its_copy_is_taken_away_gets_a_new_one(tmp_path):
    with gated_cloud(tmp_path, unused_copy_grace=0.2) as (cloud, gate):
        policy, network, copy = unused(cloud)
        pause = Pause(gate, lambda method, path: method == "DELETE")
        pod_id = cloud.pod_id(REGION)

        def asked_to_delete():
            cloud.admin.call("POST", "/audits", {"audit": {"pod_id": pod_id}}, expect=202)
            return pause.reached.wait(0.1)
        wait_until(asked_to_delete, what="the removal of the copy")
        cloud.net.update_network(network, qos_policy_id=policy.id)
        pause.go.set()
        cloud.rest()
        assert copy not in ids(cloud)
        cloud.assert_copy_is_true(policy, REGION)
        cloud.assert_bound("network", network, policy, REGION)


# --- who may see what, and what is refused ----------------------------------------------------------------------------


def test_a_tenant_sees_the_states_of_his_own_and_no_words_of_pods(hands):
    cloud = hands.cloud
    hands.changes_a_rule()
    cloud.admin.call("PUT", f"/policies/{hands.policy.id}", {"policy": {"on_drift": "report"}})
    cloud.audit(REGION)
    mine = as_project(cloud, "admin", "/v1.0/copies")
    assert [(one["state"], one["last_error"]) for one in mine["copies"]] == [("drifted", "")]
    assert as_project(cloud, "other", "/v1.0/copies")["copies"] == []
    assert as_project(cloud, "other", "/v1.0/bindings")["bindings"] == []
    for path in ("drifts", "audits", f"policies/{hands.policy.id}"):
        assert "forbidden" in as_project(cloud, "admin", "/v1.0/" + path, status=403)


def as_project(cloud, project, path, status=200):
    reply = connect(cloud.central.url, project, roles="member").session.get(
        cloud.central.url + path, raise_exc=False)
    assert reply.status_code == status, reply.text
    return reply.json()


def test_lists_come_in_pages_and_filters_are_known(cloud):
    policies = [cloud.policy(f"policy {i}", rules=()) for i in range(3)]
    for i, policy in enumerate(policies):
        cloud.appear(cloud.network(f"net {i}", cidr=f"10.{i}.0.0/24", qos_policy_id=policy.id))
    cloud.rest()
    whole = cloud.copies()
    assert len(whole) == 6 and {copy["state"] for copy in whole} == {"in_sync"}
    page, seen = cloud.admin.call("GET", "/copies", limit="4"), []
    while page:
        seen += page["copies"]
        links = page.get("copies_links")
        page = cloud.admin.call("GET", links[0]["href"].removeprefix("/v1.0")) if links else None
    assert seen == whole
    assert len(cloud.copies(policy_id=policies[0].id)) == 2 and len(cloud.copies(region_name=REGION)) == 3
    assert cloud.copies(state="drifted") == [] and len(cloud.bindings(state="in_sync")) == 6
    for path in ("/copies", "/bindings", "/drifts"):
        assert "Unknown filter" in str(cloud.admin.call("GET", path, expect=400, colour="red"))


def test_what_makes_no_sense_is_refused(cloud):
    admin, policy = cloud.admin, cloud.policy()
    for body in ({}, {"policy": {}}, {"policy": {"on_drift": "shrug"}}, {"policy": {"on_drift": None}},
                 {"policy": {"on_drift": "report", "name": "x"}}):
        admin.call("PUT", f"/policies/{policy.id}", body, expect=400)
    admin.call("PUT", "/policies/none", {"policy": {"on_drift": "report"}}, expect=404)
    assert admin.call("GET", f"/policies/{policy.id}")["policy"]["on_drift"] == "enforce"
    for body in ({"audit": {"pod_id": "none"}}, {"audit": {}}):
        admin.call("POST", "/audits", body, expect=404)
    admin.call("GET", "/audits/none", expect=404)
    admin.call("DELETE", "/drifts", expect=405)
    admin.call("GET", "/drifts", expect=400, open="perhaps")
    admin.call("GET", "/drifts", expect=400, marker="x")
    admin.call("GET", "/copies", expect=400, marker="x")


def test_a_pod_that_goes_takes_its_audits_along(cloud):
    pod = cloud.admin.call("POST", "/pods", {"pod": {"region_name": "Gone", "az_name": "az", "neutron_url":
                                                     "http://127.0.0.1:9"}})["pod"]
    wait_until(lambda: cloud.admin.call("GET", f"/audits/{pod['pod_id']}")["audit"]["ended_at"])
    cloud.admin.call("DELETE", f"/pods/{pod['pod_id']}")
    cloud.admin.call("GET", f"/audits/{pod['pod_id']}", expect=404)
    assert "Gone" not in {audit["region_name"] for audit in cloud.admin.call("GET", "/audits")["audits"]}
