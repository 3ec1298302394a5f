"""What an ordinary user sees and plans with his clouds.yaml, in a cloud of two real pods and one that is dead."""
import collections
import json
import os
import re
import socket
import subprocess

import pytest

from harness.api import wait_until
from harness.gate import Gate
from harness.plans import route
from harness.processes import Process, binary
from real_pods import QUICK

DEAD = "RegionDead"
NOT_WELL = 4


class UsersCloud:
    """A centre behind Keystone, an XJob, the lab's two pods behind gates, and one that nobody is at home in."""

    def __init__(self, centre, lab, folder):
        self.centre, self.lab, self.folder = centre, lab, folder
        self.dead = socket.socket()
        self.dead.bind(("127.0.0.1", 0))  # kept, and never listened at
        self.gates = {region: Gate(lab.pods[region].url) for region in lab.shared}
        self.xjob = None

    def start(self):
        config = self.folder / "xjob.conf"
        config.touch(0o600)
        config.write_text(self.centre.config.read_text() + QUICK + "audit_interval = 0\n")
        state = self.centre.server.process.command[self.centre.server.process.command.index("--state") + 1]
        self.xjob = Process("xjob", [binary(), "xjob", "--state", state, "--config", str(config)],
                            self.folder / "xjob-log").start()
        self.xjob.wait_ready()
        home = self.folder / "home/.config/openstack"
        home.mkdir(parents=True)
        (home / "clouds.yaml").write_text(json.dumps({"clouds": {user: {
            "auth": {"auth_url": self.lab.values["KEYSTONE_URL"], "username": user, "project_name": user,
                     "user_domain_name": "Default", "project_domain_id": "default"},
            "network_endpoint_override": self.centre.server.url} for user in ("admin", "demo")}}))
        (home / "secure.yaml").write_text(json.dumps({"clouds": {user: {
            "auth": {"password": self.lab.values["LAB_PASSWORD"]}} for user in ("admin", "demo")}}))
        for region, gate in self.gates.items():
            gate.__enter__()
            self.run("admin", "pod", "create", region, "--az-name", "az", "--neutron-url", gate.url)
        url = f"http://127.0.0.1:{self.dead.getsockname()[1]}"
        self.run("admin", "pod", "create", DEAD, "--az-name", "az", "--neutron-url", url, "--no-check")
        return self

    def stop(self):
        if self.xjob:
            self.xjob.stop()
        for gate in self.gates.values():
            gate.__exit__(None, None, None)
        self.dead.close()

    def run(self, user, *words, code=0):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "XDG_"))}
        environment |= {"HOME": str(self.folder / "home"), "OS_CLOUD": user}
        done = subprocess.run([binary(), *words], capture_output=True, text=True, env=environment, timeout=60,
                              cwd=self.folder)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stderr if code == 1 else done.stdout

    def json(self, user, *words, code=0):
        return json.loads(self.run(user, *words, "-f", "json", code=code))

    def calls(self):
        """region -> Counter of (method, route) that have passed its gate."""
        return {region: collections.Counter((method, route(path)) for method, path, _ in gate.answers if path != "/")
                for region, gate in self.gates.items()}


@pytest.fixture
def users(centre, lab, tmp_path):
    made = UsersCloud(centre, lab, tmp_path)
    try:
        yield made.start()
    finally:
        made.stop()


def appear(users, network, project):
    """The user's network in all pods; of the dead one it is known from before."""
    for region in users.lab.shared:
        local = users.lab.pods[region].net.create_network(
            name="made here", project_id=project, provider_network_type="vlan", provider_physical_network="physnet1").id
        users.run("admin", "routing", "create", "--type", "network", "--top", network, "--bottom", local, "--pod",
                  region, "--project", project)
    users.run("admin", "routing", "create", "--type", "network", "--top", network, "--bottom",
              "11111111-2222-4333-8444-555555555555", "--pod", DEAD, "--project", project)


def in_sync(users, policy):
    def holds():
        rows = users.json("admin", "policy", "show", policy)["copies"]
        return {row["region_name"]: row["state"] for row in rows if row["region_name"] != DEAD} == \
            {region: "in_sync" for region in users.lab.shared}
    wait_until(holds, 60, f"{policy} in the pods that are alive")
    wait_until(lambda: all(pod["due"] == 0 for pod in users.json("admin", "status", code=NOT_WELL)["pods"]
                           if pod["region_name"] != DEAD), 60, "the tags too")


def test_status_and_plan_tell_an_ordinary_user_the_truth(users):
    admin, demo = users.centre.as_user("admin").network, users.centre.as_user("demo")
    project = demo.current_project_id
    for name, kbps in (("gold", 1000), ("silver", 500)):
        policy = admin.create_qos_policy(name=name, is_shared=True)
        admin.create_qos_bandwidth_limit_rule(policy, max_kbps=kbps)
    network = demo.network.create_network(name="mine").id
    appear(users, network, project)

    demo.network.update_network(network, qos_policy_id=admin.find_qos_policy("gold").id)
    in_sync(users, "gold")
    status = users.json("demo", "status", code=NOT_WELL)
    assert "pods" not in status and status["copies"] == []
    assert [(row["region_name"], row["central_id"], row["policy_name"], row["state"]) for row in status["bindings"]] \
        == [(DEAD, network, "gold", "pod_down")]
    seen = users.run("admin", "status", code=NOT_WELL)
    assert re.search(rf"\| {DEAD} +\| silent .*Couldn't connect", seen)
    assert all(re.search(rf"\| {region} +\| answers", seen) for region in users.lab.shared)

    # He may not change the policy, and is told so as he would be when he tried.
    assert "rule:update_policy is disallowed" in users.run("demo", "policy", "plan", "gold", "set", "name=mine", code=1)

    kept = users.folder / "edit.plan"
    plan = users.json("demo", "policy", "plan", "silver", "bind", "network", network, "--out", str(kept))
    pods = {pod["region_name"]: pod for pod in plan["pods"]}
    assert {region: pod["state"] for region, pod in pods.items()} == \
        {**{region: "answers" for region in users.lab.shared}, DEAD: "silent"}
    assert all(pod["networks"] and pod["networks"][0]["id"] == network and not pod["refusals"]
               for pod in pods.values())
    assert len(pods[DEAD]["calls"]) >= 3, "what is called when it is back"

    before = users.calls()
    assert "Done: " in users.run("demo", "policy", "apply", str(kept))
    in_sync(users, "silver")
    planned = {region: collections.Counter((call["method"], route(call["path"])) for call in pods[region]["calls"])
               for region in users.lab.shared}

    def made():
        return {region: after - before[region] for region, after in users.calls().items()}
    # A tag may be on its way: its run is at work, and nothing is due.
    wait_until(lambda: all(made()[region].total() >= calls.total() for region, calls in planned.items()), 20, "the tags")
    assert made() == planned
    for region in users.lab.shared:
        pod = users.lab.pods[region].net
        assert pod.get_qos_policy(pod.get_network(pods[region]["networks"][0]["local_id"]).qos_policy_id).name == "silver"
