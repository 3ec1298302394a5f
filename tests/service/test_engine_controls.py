"""What an operator has in hand: order, limits, pauses, cancelling, redoing, retention, and an orderly end of XJob."""
import contextlib
import fcntl
import re
import signal
import sqlite3
import threading
import time

import pytest
import requests

from cloud import gated_cloud, wait_until
from harness.commands import rows, run
from harness.gate import Gate

NETWORKS = "/v2.0/networks/"


class Doorkeeper:
    """A rule for a gate: writes stand and wait until open() is called; all calls are noted."""

    def __init__(self, gate, stops=lambda method, path: method in ("POST", "PUT", "DELETE")):
        self.lock, self.stops = threading.Lock(), stops
        self.opened = threading.Event()
        self.calls, self.inside, self.most = [], 0, 0
        gate.rule = self.rule

    def rule(self, method, path):
        if not self.stops(method, path):
            return None
        with self.lock:
            self.calls.append(path)
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.opened.wait(60)
        with self.lock:
            self.inside -= 1
        return None

    def open(self):
        self.opened.set()


def two_policies_in_place(cloud, networks):
    """Networks that bear gold in the pod, which has silver too: a change to silver is one PUT."""
    gold, silver = cloud.policy(), cloud.policy("silver")
    spare = cloud.network("spare", qos_policy_id=silver.id)
    cloud.appear(spare)
    made = []
    for number in range(networks):
        network = cloud.network(f"net-{number}", cidr=f"10.{number}.0.0/24", qos_policy_id=gold.id)
        cloud.appear(network)
        made.append(network)
    cloud.rest()
    return gold, silver, made


def job_of(cloud, region, **query):
    return wait_until(lambda: cloud.admin.jobs(pod_id=cloud.pod_id(region), **query), what=f"a job {query}")[0]


# --- order and limits -------------------------------------------------------------------------------------------------


def test_what_machines_wait_for_is_done_first(tmp_path):
    with gated_cloud(tmp_path, in_flight_per_pod=1) as (cloud, gate):
        _, silver, networks = two_policies_in_place(cloud, 7)
        first, others, live = networks[0], networks[1:4], networks[4:]
        for network in live:
            cloud.boot("RegionOne", network)
        cloud.rest()
        keeper = Doorkeeper(gate)
        for network in (first, *others, *live):
            cloud.net.update_network(network, qos_policy_id=silver.id)
            wait_until(lambda: keeper.calls, what="the first call under way")
        keeper.open()
        cloud.rest()
        assert keeper.most == 1
        order = [path.removeprefix(NETWORKS) for path in keeper.calls if path.startswith(NETWORKS)]
        assert sorted(order) == sorted(n.id for n in networks) and order[0] == first.id
        # Of four turns one is the others', so that they do not wait for ever.
        assert len({n.id for n in live} & set(order[1:4])) >= 2


@pytest.mark.parametrize("option", ["in_flight", "in_flight_per_pod"])
def test_no_more_calls_at_a_time_than_the_limit(tmp_path, option):
    with gated_cloud(tmp_path, **{option: 2}) as (cloud, gate):
        _, silver, networks = two_policies_in_place(cloud, 6)
        keeper = Doorkeeper(gate)
        for network in networks:
            cloud.net.update_network(network, qos_policy_id=silver.id)
        wait_until(lambda: keeper.inside == 2, what="as many calls as may be")
        keeper.open()
        cloud.rest()
        assert keeper.most == 2
        assert len(keeper.calls) == 6


# --- Retry-After ------------------------------------------------------------------------------------------------------


def busy_once(gate, retry_after):
    """The first call is refused with Retry-After; returns all calls: (when, path)."""
    calls = []

    def busy(method, path):
        calls.append((time.monotonic(), path))
        return Gate.Refusal(429, "TooMany", "too many requests", Retry_After=retry_after) if len(calls) == 1 else None
    gate.rule = busy
    return calls


def test_a_pod_that_asks_to_be_left_alone_is_left_alone_whatever_users_wish(tmp_path):
    with gated_cloud(tmp_path, longest_retry_after=3600, disassociate_port="sync") as (cloud, gate):
        gold, silver, (network,) = two_policies_in_place(cloud, 1)
        port, url = cloud.boot("RegionOne", network), cloud.central.url
        cloud.net.update_port(port, qos_policy_id=gold.id)
        cloud.rest()
        calls = busy_once(gate, "3600")
        cloud.net.update_network(network, qos_policy_id=silver.id)
        wait_until(lambda: cloud.admin.pods()["RegionOne"]["left_alone_until"], what="the pod is left alone")
        # A fresh wish, an operator's redo and a port that is to lose its policy: none of them calls.
        cloud.net.update_qos_policy(gold.id, name="renamed")
        waiting = job_of(cloud, "RegionOne", status="NEW", type="qos_update")
        assert "asks to be left alone until" in waiting["last_error"]
        run("job", "redo", waiting["id"], url=url)
        reply = cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}})
        assert reply.status_code == 503
        assert "asks to be left alone until" in reply.json()["NeutronError"]["message"]
        assert len(calls) == 1
        # A pod that has moved has not asked for anything.
        run("pod", "set", "RegionOne", "--no-check", "--neutron-url", gate.url, url=url)
        assert cloud.admin.pods()["RegionOne"]["left_alone_until"] is None
        cloud.rest()
        cloud.assert_bound("network", network, silver, "RegionOne")
        cloud.assert_copy_is_true(gold, "RegionOne")


def test_a_pod_that_asked_to_be_left_alone_is_called_again_when_its_time_is_over(tmp_path):
    with gated_cloud(tmp_path) as (cloud, gate):
        _, silver, (network,) = two_policies_in_place(cloud, 1)
        calls = busy_once(gate, "2")
        cloud.net.update_network(network, qos_policy_id=silver.id)
        cloud.rest()
        assert calls[1][0] - calls[0][0] > 1.9
        cloud.assert_bound("network", network, silver, "RegionOne")


# --- pausing ----------------------------------------------------------------------------------------------------------


def test_a_paused_pod_is_not_called_until_it_is_resumed(cloud):
    policy, network = cloud.bound_everywhere()
    port = cloud.boot("RegionOne", network)
    cloud.net.update_port(port, qos_policy_id=policy.id)
    cloud.rest()
    url = cloud.central.url
    with cloud.pods["RegionOne"].counting() as calls:
        run("pod", "pause", "RegionOne", url=url)
        listed = {row["region_name"]: row["paused_since"] for row in rows(run("pod", "list", url=url))}
        assert listed["RegionOne"] and not listed["RegionTwo"]
        cloud.net.update_qos_policy(policy.id, name="renamed")
        wait_until(lambda: cloud.copy(policy, "RegionTwo").name == "renamed", what="the other pod has it")
        (waiting,) = cloud.admin.jobs(status="NEW", pod_id=cloud.pod_id("RegionOne"))
        assert waiting["last_error"] == "the pod is paused by the operator"
        reply = cloud.net.put(f"/ports/{port.id}", json={"port": {"qos_policy_id": None}})
        assert reply.status_code == 503
        assert reply.json()["NeutronError"]["type"] == "PodUnavailable"
        assert reply.json()["NeutronError"]["message"] == \
            "Pod RegionOne is not available: it is paused by the operator."
    assert calls == {}
    run("pod", "resume", "RegionOne", url=url)
    cloud.rest()
    cloud.assert_copy_is_true(policy, "RegionOne")
    assert cloud.admin.pods()["RegionOne"]["paused_since"] is None
    assert "not paused" in run("pod", "resume", "RegionOne", url=url, code=1)


def test_a_paused_policy_stays_as_it_is_in_the_pods_and_others_go_on(cloud):
    policy, network = cloud.bound_everywhere()
    other, url = cloud.policy("other"), cloud.central.url
    fresh, leaving = cloud.network("fresh", "10.2.0.0/24"), cloud.network("leaving", "10.3.0.0/24")
    for one in (fresh, leaving):
        cloud.appear(one)
    cloud.net.update_network(leaving, qos_policy_id=policy.id)
    cloud.rest()
    run("policy", "pause", policy.id, url=url)
    assert [(row["kind"], row["id"]) for row in rows(run("policy", "paused", url=url))] == [("policy", policy.id)]
    names = {region: cloud.copy(policy, region).name for region in cloud.pods}
    cloud.net.update_qos_policy(policy.id, name="renamed")       # an edit waits
    cloud.net.update_network(fresh, qos_policy_id=policy.id)     # so does what would bring it to the pod
    cloud.net.update_network(leaving, qos_policy_id=None)        # what takes it off goes on
    cloud.net.update_network(network, qos_policy_id=other.id)    # and so does another policy in its place
    wait_until(lambda: [job["last_error"] for job in cloud.admin.jobs(status="NEW")] ==
               4 * ["the policy is paused by the operator"], what="the edit and the binding wait in both pods")
    for region in cloud.pods:
        wait_until(lambda: cloud.pods[region].net.get_network(leaving.id).qos_policy_id is None, what="taken off")
        wait_until(lambda: cloud.copy_id(other, region) is not None and
                   cloud.pods[region].net.get_network(network.id).qos_policy_id == cloud.copy_id(other, region),
                   what="the other policy in its place")
        assert cloud.copy(policy, region).name == names[region]
        cloud.assert_bound("network", fresh, None, region)
    run("policy", "resume", policy.id, url=url)
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_copy_is_true(policy, region)
        cloud.assert_bound("network", fresh, policy, region)
        cloud.assert_bound("network", network, other, region)
        cloud.assert_bound("network", leaving, None, region)
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_pauses_that_are_refused(cloud):
    admin, nobody = cloud.admin, "11111111-1111-4111-8111-111111111111"
    for method, path, expect in (("PUT", f"/pauses/pod/{nobody}", 404), ("PUT", f"/pauses/policy/{nobody}", 404),
                                 ("DELETE", f"/pauses/policy/{nobody}", 404), ("PUT", f"/pauses/port/{nobody}", 404),
                                 ("PUT", "/pauses/pod", 404), ("POST", "/pauses", 405),
                                 ("GET", f"/pauses/pod/{nobody}", 405)):
        admin.call(method, path, expect=expect)
    assert admin.call("GET", "/pauses") == {"pauses": []}
    assert "There is no pod" in run("pod", "pause", "Nowhere", url=cloud.central.url, code=1)
    assert re.search("Policy .* not found", run("policy", "pause", nobody, url=cloud.central.url, code=1))


# --- the end of XJob --------------------------------------------------------------------------------------------------


def lanes(cloud):
    """object -> (worker, is due, is uncertain), of networks."""
    with contextlib.closing(sqlite3.connect(f"file:{cloud.store}?mode=ro", uri=True)) as store:
        return {row[0]: row[1:] for row in store.execute(
            "SELECT object_id, worker, due_at IS NOT NULL, uncertain_until <> 0 FROM lanes WHERE kind = 'network'")}


def terminate(cloud):
    cloud.xjob.popen.send_signal(signal.SIGTERM)


def test_a_run_under_way_ends_before_xjob_does_and_nothing_new_is_begun(tmp_path):
    with gated_cloud(tmp_path, drain=60) as (cloud, gate):
        _, silver, (first, second) = two_policies_in_place(cloud, 2)
        keeper = Doorkeeper(gate)
        cloud.net.update_network(first, qos_policy_id=silver.id)
        wait_until(lambda: keeper.inside == 1, what="the call under way")
        terminate(cloud)
        wait_until(lambda: "drain_begun" in cloud.xjob.log_text(), what="XJob has heard of it")
        cloud.net.update_network(second, qos_policy_id=silver.id)
        assert cloud.xjob.running()
        keeper.open()
        assert cloud.xjob.wait_end() == 0
        cloud.assert_bound("network", first, silver, "RegionOne")
        assert keeper.calls == [NETWORKS + first.id]
        assert {job["resource"]["res_id"]: job["status"] for job in cloud.admin.jobs(type="qos_create", limit=2)} == \
            {first.id: "SUCCESS", second.id: "NEW"}
        assert (lanes(cloud)[first.id], lanes(cloud)[second.id]) == (("", 0, 0), ("", 1, 0))
        cloud.start_xjob()
        cloud.rest()
        cloud.assert_bound("network", second, silver, "RegionOne")


@pytest.mark.parametrize("how", ["the time is over", "a second signal"])
def test_what_does_not_end_in_time_is_given_back_at_once(tmp_path, how):
    patience = 0.2 if how == "the time is over" else 60
    with gated_cloud(tmp_path, drain=patience, settle=0.2) as (cloud, gate):
        _, silver, (written, read) = two_policies_in_place(cloud, 2)
        keeper = Doorkeeper(gate, stops=lambda method, path: path.startswith(NETWORKS))
        cloud.net.update_network(written, qos_policy_id=silver.id)  # one PUT
        cloud.net.update_network(read, qos_policy_id=None)          # begins with a GET
        wait_until(lambda: keeper.inside == 2, what="both calls under way")
        terminate(cloud)
        if how == "a second signal":
            wait_until(lambda: "drain_begun" in cloud.xjob.log_text(), what="XJob has heard of it")
            terminate(cloud)
        assert cloud.xjob.wait_end(20) == 0
        assert lanes(cloud)[written.id] == ("", 1, 1), "due, and the end of the write was not seen"
        assert lanes(cloud)[read.id] == ("", 1, 0), "due, and nothing was written"
        assert {job["status"] for job in cloud.admin.jobs(limit=2)} == {"NEW"}
        assert cloud.admin.pods()["RegionOne"]["circuit"]["open"] is False
        keeper.open()
        gate.rule = lambda method, path: None
        cloud.start_xjob()
        cloud.settle()
        cloud.assert_bound("network", written, silver, "RegionOne")
        cloud.assert_bound("network", read, None, "RegionOne")


# --- cancelling and redoing -------------------------------------------------------------------------------------------


def state(cloud, table, region):
    with contextlib.closing(sqlite3.connect(f"file:{cloud.store}?mode=ro", uri=True)) as store:
        return [row[0] for row in store.execute(f"SELECT state FROM {table} WHERE pod_id = ?", (cloud.pod_id(region),))]


def test_a_cancelled_job_is_not_tried_before_somebody_asks(cloud):
    policy, network = cloud.bound_everywhere()
    url = cloud.central.url
    before = cloud.copy(policy, "RegionOne").name
    run("pod", "pause", "RegionOne", url=url)
    cloud.net.update_qos_policy(policy.id, name="renamed")
    job = job_of(cloud, "RegionOne", status="NEW")
    assert run("job", "cancel", job["id"], url=url) == "cancelled 1\n"
    run("pod", "resume", "RegionOne", url=url)
    cloud.rest()
    cancelled = cloud.admin.call("GET", f"/jobs/{job['id']}")["job"]
    assert (cancelled["status"], cancelled["last_error"]) == ("FAIL", "cancelled by the operator")
    parent = cloud.admin.call("GET", f"/jobs/{job['parent_id']}")["job"]
    assert (parent["status"], parent["last_error"]) == ("FAIL", "1 failed; one of them: cancelled by the operator")
    assert cloud.copy(policy, "RegionOne").name == before
    assert (state(cloud, "copies", "RegionOne"), state(cloud, "copies", "RegionTwo")) == (["cancelled"], ["in_sync"])
    assert "is FAIL" in run("job", "cancel", job["id"], url=url, code=1)
    # What the object gets next brings the newest wish, the cancelled one too.
    cloud.net.update_qos_policy(policy.id, description="a new wish")
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_copy_is_true(policy, region)
        assert state(cloud, "copies", region) == ["in_sync"]


def test_cancelling_a_parent_cancels_its_children_that_wait(cloud):
    policy, network = cloud.bound_everywhere()
    url = cloud.central.url
    for region in cloud.pods:
        run("pod", "pause", region, url=url)
    other = cloud.policy("other")
    cloud.net.update_network(network, qos_policy_id=other.id)
    parent = wait_until(lambda: cloud.admin.jobs(status="RUNNING"), what="the parent of two")[0]
    assert run("job", "cancel", parent["id"], url=url) == "cancelled 2\n"
    for region in cloud.pods:
        run("pod", "resume", region, url=url)
        assert state(cloud, "bindings", region) == ["cancelled"]
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_bound("network", network, policy, region)
    # A redo of the parent asks for all of it again.
    run("job", "redo", parent["id"], url=url)
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_bound("network", network, other, region)
        assert state(cloud, "bindings", region) == ["in_sync"]


def test_jobs_are_done_again_by_what_they_have_in_common(tmp_path):
    with gated_cloud(tmp_path) as (cloud, gate):
        gold, silver, networks = two_policies_in_place(cloud, 3)
        url = cloud.central.url

        def full(method, path):
            refused = method == "PUT" and path.startswith(NETWORKS)
            return Gate.Refusal(409, "OverQuota", "the pod is full") if refused else None
        gate.rule = full
        for network in networks:
            cloud.net.update_network(network, qos_policy_id=silver.id)
        cloud.rest()
        failed = cloud.admin.jobs(status="FAIL")
        assert len(failed) == 3 and {job["last_error"] for job in failed} == {"the pod is full"}
        gate.rule = lambda method, path: None
        for query in ({}, {"status": "SUCCESS"}, {"status": "FAIL", "color": "red"}, {"status": "FAIL", "limit": "x"}):
            cloud.admin.call("PUT", "/jobs", expect=400, **query)
        assert run("job", "redo", "--status", "FAIL", "--type", "qos_update", url=url) == "redone 0\n"
        assert cloud.admin.call("PUT", "/jobs", status="FAIL", project_id="other", all_projects="true") == {"redone": 0}
        assert "Give the id" in run("job", "redo", url=url, code=2)
        redo = ["job", "redo", "--status", "fail", "--pod", "RegionOne", "--type", "qos_create", "--all-projects"]
        assert run(*redo, url=url) == "redone 3\n"
        cloud.rest()
        assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}
        for network in networks:
            cloud.assert_bound("network", network, silver, "RegionOne")


# --- retention --------------------------------------------------------------------------------------------------------


def test_D36_finished_jobs_go_after_their_time_and_failures_stay_longer(tmp_path):
    with gated_cloud(tmp_path, job_retention=0.5) as (cloud, gate):
        _, silver, (network, full) = two_policies_in_place(cloud, 2)
        gate.rule = lambda method, path: Gate.Refusal(409, "OverQuota", "the pod is full") \
            if (method, path) == ("PUT", NETWORKS + full.id) else None
        for one in (network, full):
            cloud.net.update_network(one, qos_policy_id=silver.id)
        cloud.settle()
        wait_until(lambda: [job["status"] for job in cloud.admin.jobs()] == ["FAIL"], what="only the failure is left")
        cloud.assert_bound("network", network, silver, "RegionOne")


# --- circuits ---------------------------------------------------------------------------------------------------------


def test_a_pod_whose_url_is_mended_is_probed_at_once_and_any_answer_closes_its_circuit(tmp_path):
    with gated_cloud(tmp_path, probe_first=1000, probe_longest=1000) as (cloud, gate):
        gold, _, (network,) = two_policies_in_place(cloud, 1)
        probes = []

        def no_versions(method, path):
            if path != "/":
                return None
            probes.append(path)
            return Gate.Refusal(503, "ServiceUnavailable", "but somebody is there")
        gate.rule = no_versions
        url = cloud.central.url
        run("pod", "set", "RegionOne", "--no-check", "--neutron-url", "http://127.0.0.1:1", url=url)
        cloud.net.update_qos_policy(gold.id, name="renamed")
        wait_until(lambda: cloud.admin.pods()["RegionOne"]["circuit"]["open"], what="the circuit opens")
        run("pod", "set", "RegionOne", "--no-check", "--neutron-url", gate.url, url=url)
        cloud.rest()
        cloud.assert_copy_is_true(gold, "RegionOne")
        assert len(probes) == 1
        assert cloud.admin.pods()["RegionOne"]["circuit"] == {"open": False, "last_error": ""}


def test_a_centre_is_ready_when_its_store_takes_writes(cloud):
    def status(path):
        return requests.get(cloud.central.url + path, timeout=10).status_code
    assert status("/readyz") == 200
    with open(f"{cloud.store}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wait_until(lambda: status("/readyz") == 503, what="the heartbeat stands still")
        assert status("/healthz") == 200
    wait_until(lambda: status("/readyz") == 200, what="ready again")
