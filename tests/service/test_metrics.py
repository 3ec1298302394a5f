"""Metrics: each is documented, each moves when it should, and what is built on them is tested by Prometheus' own tool."""
import contextlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess

import pytest
import requests

from cloud import FAST, Cloud, wait_until
from harness.agent import Agent
from harness.commands import run
from harness.metrics import family, moved, series
from harness.processes import free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REFERENCE = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|", re.M)

# Seen elsewhere: with a store that is busy (src/storage/group_writer_test.cpp), with one that cannot be read (below),
# with a broker (tests/openstack/test_agent_broker.py), and what never changes.
ELSEWHERE = {"tricircle_store_retries_total", "tricircle_broker_connected", "tricircle_agent_notifications_total",
             "tricircle_build_info", "process_start_time_seconds", "tricircle_store_up"}
if "TRICIRCLE_TEST_MARIADB" in os.environ:
    ELSEWHERE.add("tricircle_http_remembered_total")  # on SQLite alone (docs/adr/0022)


def reference():
    return {name for name, _ in REFERENCE.findall(run("metric-reference"))}


@pytest.fixture
def watched(tmp_path):
    """A cloud whose XJob tells metrics too, with audits each second: (cloud, URL of XJob's metrics)."""
    url = f"127.0.0.1:{free_port()}"
    made = Cloud(tmp_path / "cloud", options=f"[DEFAULT]\nmetrics_listen = {url}\n{FAST}audit_interval = 1\n")
    try:
        yield made.start(), f"http://{url}"
    finally:
        made.stop()


def test_the_manuals_table_is_the_programs_own():
    page = (ROOT / "docs" / "metrics.md").read_text()
    assert run("metric-reference").strip() in page, "docs/metrics.md: put in what `tricircle metric-reference` prints"


class Look:
    """Which of the metrics have not moved yet, of all that are told at these places."""

    def __init__(self, *urls):
        self.last = {url: series(url) for url in urls}
        self.still = reference() - ELSEWHERE

    def again(self, *more):
        for url in [*self.last, *more]:
            now = series(url)
            self.still -= moved(self.last.get(url, {}), now)
            self.last[url] = now
        return self.still

    def wait(self, *names):
        wait_until(lambda: not set(names) & self.again(), timeout=30, what=f"{names} to move")


def trouble(cloud, policy, look):
    """Somebody changes a pod by hand; one pod is paused, the other goes; then the first goes too. A job is given up."""
    cloud.admin.call("PUT", f"/policies/{policy.id}", {"policy": {"on_drift": "report"}})
    cloud.pods["RegionTwo"].net.update_qos_policy(cloud.copy(policy, "RegionTwo"), name="by hand")
    look.wait("tricircle_drifts_open", "tricircle_audit_differences_total")
    cloud.admin.call("PUT", f"/pauses/pod/{cloud.pod_id('RegionTwo')}")
    look.wait("tricircle_pod_paused")
    cloud.pods["RegionOne"].stop()
    cloud.net.update_qos_policy(policy, name="silver")
    look.wait("tricircle_pod_circuit_open", "tricircle_lanes_due", "tricircle_lanes_oldest_due_seconds")
    cloud.pods["RegionTwo"].stop()
    cloud.admin.call("DELETE", f"/pauses/pod/{cloud.pod_id('RegionTwo')}")
    look.wait("tricircle_lanes_retrying")
    waiting = cloud.admin.call("GET", "/jobs", all_projects="true", status="NEW")["jobs"]
    run("job", "cancel", waiting[0]["id"], url=cloud.central.url)
    look.wait("tricircle_jobs_failed")


def test_every_metric_moves(watched, tmp_path):
    cloud, xjob = watched
    look = Look(cloud.central.url, xjob)
    policy, network = cloud.bound_everywhere()
    for _ in range(2):
        requests.get(f"{cloud.central.url}/v2.0/networks/{network.id}", timeout=10)
    agent = Agent(tmp_path, "RegionOne", cloud.central.url).start()
    try:
        pod = cloud.pods["RegionOne"].net
        made = pod.create_network(name="made here")
        pod.create_subnet(network_id=made.id, ip_version=4, cidr="10.1.0.0/24")
        cloud.admin.tie("network", cloud.network().id, made.id, "RegionOne")
        pod.create_port(network_id=made.id, device_id="vm-1", device_owner="compute:nova")
        wait_until(lambda: "tricircle_agent_reports_total" not in look.again(agent.metrics), what="a report of the agent")
        trouble(cloud, policy, look)
        wait_until(lambda: look.again() <= {"tricircle_workers"}, timeout=30, what="all to move but the workers")
        cloud.xjob.stop()
        del look.last[xjob]
        look.wait("tricircle_workers")
    finally:
        agent.stop()


def test_a_store_that_cannot_be_read_is_told_and_so_is_its_return(cloud):
    def store_up():
        return series(cloud.central.url)["tricircle_store_up", ()]
    wait_until(lambda: store_up() == 1, what="the store told to answer")
    with contextlib.closing(sqlite3.connect(cloud.store, timeout=30)) as shell:
        shell.execute("ALTER TABLE workers RENAME TO mislaid")
        wait_until(lambda: store_up() == 0, what="a store without one of its tables told not to answer")
        shell.execute("ALTER TABLE mislaid RENAME TO workers")
    wait_until(lambda: store_up() == 1, what="the store told to answer again")


def test_every_series_is_of_a_metric_that_is_documented(watched):
    cloud, xjob = watched
    cloud.bound_everywhere()
    for url in (cloud.central.url, xjob, cloud.pods["RegionOne"].url):
        assert {family(name) for name, _ in series(url)} <= reference()


def test_the_side_door_tells_health_and_nothing_else(watched):
    _, xjob = watched
    assert requests.get(xjob + "/healthz", timeout=10).text == "ok\n"
    assert requests.get(xjob + "/readyz", timeout=10).text == "ready\n"
    assert requests.get(xjob + "/v1.0/jobs", timeout=10).status_code == 404
    assert requests.get(xjob + "/ui/", timeout=10).status_code == 404


def test_prometheus_reads_what_we_tell(watched):
    cloud, xjob = watched
    cloud.bound_everywhere()
    for url in (cloud.central.url, xjob):
        text = requests.get(url + "/metrics", timeout=10).text
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_alerts_say_what_they_should():
    rules = subprocess.run(["promtool", "check", "rules", ROOT / "docs/examples/prometheus-rules.yml"],
                           capture_output=True, text=True, timeout=60)
    assert rules.returncode == 0, rules.stdout + rules.stderr
    tests = subprocess.run(["promtool", "test", "rules", ROOT / "tests/service/prometheus_rules_test.yml"],
                           capture_output=True, text=True, timeout=60)
    assert tests.returncode == 0, tests.stdout + tests.stderr


def test_alerts_and_dashboard_speak_of_metrics_that_there_are():
    """Beside what Prometheus makes itself (up) and the rules record."""
    texts = [(ROOT / "docs/examples/prometheus-rules.yml").read_text()]
    dashboard = json.loads((ROOT / "docs/examples/grafana-dashboard.json").read_text())
    texts += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used = {family(name) for text in texts for name in re.findall(r"\b(?:tricircle|process)_[a-z_]+", text)}
    assert used and used <= reference()


def test_the_log_may_be_json(tmp_path):
    cloud = Cloud(tmp_path / "cloud", options=f"[DEFAULT]\nlog_format = json\ndebug = true\n{FAST}")
    try:
        cloud.start()
        cloud.bound_everywhere()
        lines = [json.loads(line) for line in (cloud.folder / "xjob-log").read_text().splitlines()
                 if not line.startswith("ready")]
    finally:
        cloud.stop()
    calls = [line for line in lines if line["event"] == "pod_call"]
    assert calls and all({"time", "level", "region", "method", "path", "status", "micros"} <= set(call) for call in calls)
