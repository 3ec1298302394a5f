"""Jobs that could not be asked for, or that were somebody else's, in the system that this one follows
(docs/defects.md); and what its papers said of it.
"""
import re
import subprocess

import requests

from cloud import connect, wait_until
from harness.commands import run
from harness.gate import Gate, Pause
from harness.processes import ROOT, binary

REGION = "RegionOne"
ALL = "not_specified_pod"
POLICIES = "/v2.0/qos/policies"


def ask_for(cloud, kind, **resource):
    job = {"type": kind, "project_id": "admin", "resource": resource}
    return cloud.admin.call("POST", "/jobs", {"job": job})["job"]["id"]


def job_by_id(cloud, job_id):
    return cloud.admin.call("GET", f"/jobs/{job_id}")["job"]


def test_D04_a_sync_of_rules_that_is_asked_for_by_hand_brings_the_rules(gated):
    """With the two fields of its schema; it is the policy that it is about."""
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    gate.rule = lambda method, path: Gate.Refusal(409, "QosRuleNotSupported", "not yet") \
        if method == "POST" and path.endswith("dscp_marking_rules") else None
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    assert [rule["type"] for rule in cloud.copy(policy, REGION).rules] == ["bandwidth_limit"]
    gate.rule = lambda method, path: None
    job = ask_for(cloud, "sync_qos_rule", rule_id=policy.rules[0]["id"], policy_id=policy.id)
    cloud.rest()
    cloud.assert_copy_is_true(policy, REGION)
    done = job_by_id(cloud, job)
    assert (done["status"], done["resource"]["policy_id"]) == ("SUCCESS", policy.id)
    assert done in cloud.admin.jobs(type="sync_qos_rule")


def test_D11_a_deletion_of_what_is_gone_touches_nothing_of_others(patient):
    """Another policy is on its way to the pod, and has no id there yet."""
    cloud, gate = patient
    gone, network = cloud.policy("gone"), cloud.network()
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=gone.id)
    cloud.rest()
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(gone.id, ignore_missing=False)
    cloud.rest()
    other = cloud.policy("other")
    pause = Pause(gate, lambda method, path: (method, path) == ("POST", POLICIES))
    cloud.net.update_network(network, qos_policy_id=other.id)
    assert pause.reached.wait(20)
    before = cloud.admin.routings()
    assert other.id in {routing["top_id"] for routing in before}
    jobs = [ask_for(cloud, "qos_delete", pod_id=pod, policy_id=gone.id) for pod in (cloud.pod_id(REGION), ALL) * 2]
    wait_until(lambda: [job_by_id(cloud, job)["status"] for job in jobs] == 4 * ["SUCCESS"], what="all are done")
    assert cloud.admin.routings() == before
    assert pause.calls == [("POST", POLICIES)], "and the pod was asked for nothing"
    pause.go.set()
    cloud.rest()
    cloud.assert_copy_is_true(other, REGION)
    cloud.assert_bound("network", network, other, REGION)


def test_D18_a_copy_alone_is_asked_for_without_a_network_or_port(cloud):
    policy = cloud.policy()
    with cloud.pods[REGION].counting() as calls:
        job = ask_for(cloud, "qos_create", pod_id=cloud.pod_id(REGION), policy_id=policy.id, res_type=None, res_id=None)
        cloud.rest()
    done = job_by_id(cloud, job)
    assert (done["status"], done["resource"]["res_id"]) == ("SUCCESS", None)
    cloud.assert_copy_is_true(policy, REGION)
    assert calls == {("POST", POLICIES): 1, ("POST", POLICIES + "/{id}/bandwidth_limit_rules"): 1,
                     ("POST", POLICIES + "/{id}/dscp_marking_rules"): 1, ("PUT", POLICIES + "/{id}"): 1,
                     ("PUT", "/v2.0/policies/{id}/tags/{tag}"): 1}


def test_D25_a_member_binds_a_shared_policy_of_others_and_the_pod_is_asked_by_the_service(gated):
    cloud, gate = gated
    policy = cloud.policy(project_id="acme", is_shared=True)
    network = cloud.network(project_id="shop")
    cloud.appear(network)
    itself = connect(cloud.pods[REGION].url, project="shop", roles="member")
    assert itself.post("/qos/policies", json={"policy": {"name": "mine"}}).status_code == 403
    member = connect(cloud.central.url, project="shop", roles="member")
    member.update_network(network.id, qos_policy_id=policy.id)
    cloud.rest()
    assert [answer for answer in gate.answers if answer[2] >= 300] == [], "each call is taken at the first try"
    (job,) = cloud.admin.jobs()
    assert (job["status"], job["last_error"]) == ("SUCCESS", "")
    assert cloud.copy(policy, REGION).project_id == "acme"
    cloud.assert_bound("network", network, policy, REGION)


def test_D26_a_job_is_the_owners_whoever_asked_for_it(cloud):
    """An administrator binds; a pod reports; a member of the project sees what became of it."""
    policy = cloud.policy(project_id="acme", is_shared=True)
    network = cloud.network(project_id="shop")
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.boot(REGION, network)
    cloud.rest()
    cloud.net.update_qos_policy(policy.id, name="renamed")
    cloud.rest()

    def jobs_of(project):
        reply = requests.get(cloud.central.url + "/v1.0/jobs", headers={"X-Project-Id": project}, timeout=30)
        return {(job["type"], job["project_id"]) for job in reply.json()["jobs"]}
    assert jobs_of("shop") == {("qos_create", "shop")}
    assert jobs_of("acme") == {("qos_update", "acme")}
    assert jobs_of("admin") == set()


# --- what the papers say ----------------------------------------------------------------------------------------------


def test_D37_the_options_are_those_that_the_operators_page_lists():
    """Name, default and meaning."""
    page = (ROOT / "docs/operations.md").read_text()
    listed = re.findall(r"^\| `\[([\w:]+)\] (\w+)` \| (?:`(.*?)`|) \| (.*) \|$", page, re.M)
    printed, section, meaning = [], "", ""
    for line in run("config-reference").splitlines():
        if found := re.fullmatch(r"#?\[([\w:]+)\]", line):
            section = found[1]
        elif found := re.fullmatch(r"# (.*)", line):
            meaning = found[1]
        elif found := re.fullmatch(r"#?(\w+) =\s?(.*)", line):
            printed.append((section, found[1], found[2], meaning))
    assert len(printed) > 30
    assert listed == printed


def test_D37_the_commands_of_the_pages_are_there():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {found for page in pages for found in re.findall(
        r"(?:^ {4}|`)tricircle ((?:pod|routing|job|policy|db) [a-z]+|up|central|xjob|local|config-reference)\b",
        page.read_text(), re.M)}
    assert len(named) > 12
    for words in sorted(named):
        done = subprocess.run([binary(), *words.split(), "--help"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, (words, done.stderr)
