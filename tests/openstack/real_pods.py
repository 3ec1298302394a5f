"""The lab's real Neutron pods as a test sees them, and a centre that keeps policies true in them."""
import contextlib
import fcntl
import os
import pathlib
import shlex
import signal
import subprocess
import uuid

import openstack

from harness.api import wait_until
from harness.centre import Centre
from harness.processes import binary

# Short times, but not too short for a real Neutron on a busy machine.
QUICK = """
[xjob]
lease = 2
settle = 0.5
call_deadline = 10
poll = 0.05
first_backoff = 0.1
longest_backoff = 1
probe_first = 0.2
probe_longest = 1
sync_timeout = 20
"""


class Lab:
    """What lab/up wrote down about the servers that it started."""

    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or os.environ.get("LAB_DIR", "/tmp/tricircle-lab"))
        self.values = {}
        for line in (self.folder / "env").read_text().splitlines():
            words = shlex.split(line, comments=True)
            self.values.update(word.split("=", 1) for word in words[1:])
        self.pods = {}
        for number in range(1, int(self.values["LAB_PODS"]) + 1):
            region = self.values[f"POD{number}_REGION"]
            leader = self.folder / "run" / f"pod{number}.pid"
            self.pods[region] = RealPod(region, self.values[f"POD{number}_URL"], leader, self.connect(region).network)
        # The last of three is for tests that look at all that is in a pod, one at a time.
        regions = list(self.pods)
        self.shared, self.reserved = regions[:2], regions[-1]

    def mariadb_url(self):
        """The pods' own MariaDB, where our user may make databases."""
        values = self.values
        user = values["CENTRAL_DB_USER"]
        for host in ("localhost", "127.0.0.1"):
            subprocess.run(["mariadb", "--no-defaults", f"--socket={values['DB_SOCKET']}",
                            f"--execute=GRANT ALL ON `tricircle%`.* TO {user}@'{host}'"], check=True, timeout=60)
        return f"mysql://{user}:{values['CENTRAL_DB_PASSWORD']}@127.0.0.1:{values['DB_PORT']}/{values['CENTRAL_DB_NAME']}"

    def connect(self, region):
        """The region as its admin sees it."""
        return openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=self.values["KEYSTONE_URL"], username="admin",
            password=self.values["LAB_PASSWORD"], project_name="admin", user_domain_id="default",
            project_domain_id="default", region_name=region)

    @contextlib.contextmanager
    def alone_in_the_reserved(self):
        """Inside the block no other test uses the reserved pod, which has nothing at its beginning."""
        with open(self.folder / "reserved.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            pod = self.pods[self.reserved]
            pod.empty()
            yield pod

    def service_credentials(self):
        """The section of the configuration file with which our services call Keystone and the pods."""
        return "\n".join(["", "[keystone_authtoken]", f"auth_url = {self.values['KEYSTONE_URL']}",
                          f"username = {self.values['TRICIRCLE_USER']}",
                          f"password = {self.values['TRICIRCLE_PASSWORD']}",
                          f"project_name = {self.values['TRICIRCLE_PROJECT']}",
                          "user_domain_id = default", "project_domain_id = default", ""])


class RealPod:
    """One OpenStack region: `net` is its Neutron as its admin sees it, `project` the one that the test works in."""

    def __init__(self, region, url, leader, net, project=None):
        self.region, self.url, self.leader, self.net, self.project = region, url, leader, net, project

    def seen_by(self, project):
        return RealPod(self.region, self.url, self.leader, self.net, project)

    def empty(self):
        for port in list(self.net.ports()):
            self.net.delete_port(port)
        for network in list(self.net.networks()):
            self.net.delete_network(network)
        for policy in list(self.net.qos_policies()):
            self.net.delete_qos_policy(policy)

    def policies(self):
        """The project's policies, with their tags and rules, as the API gives them."""
        return self.net.get(f"/qos/policies?project_id={self.project}").json()["policies"]

    def assert_nothing_of_ours(self, *foreign):
        """The project has no policy but the pod's own (`foreign`), and no network or port that bears another."""
        own = {policy.id for policy in foreign}
        assert [policy for policy in self.policies() if policy["id"] not in own] == []
        for thing in [*self.net.networks(project_id=self.project), *self.net.ports(project_id=self.project)]:
            assert thing.qos_policy_id is None or thing.qos_policy_id in own, thing

    @contextlib.contextmanager
    def hanging(self):
        """Inside the block the pod's processes stand still: they are connected to, and never answer."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, which):
        leader = self.leader.read_text().strip()
        session = subprocess.run(["ps", "-s", leader, "-o", "pid="], check=True, capture_output=True, text=True)
        for pid in session.stdout.split():
            os.kill(int(pid), which)


class RealCloud(Centre):
    """central + xjob for the lab's pods, and a project of its own: what other tests have there is not in the way.
    `urls` may name other addresses that lead to the pods."""

    def __init__(self, folder, lab, options=QUICK, regions=None, urls=None):
        super().__init__(folder, options + lab.service_credentials(), project=uuid.uuid4().hex)
        self.pods = {region: lab.pods[region].seen_by(self.project) for region in (lab.shared if regions is None else regions)}
        self.urls = {**{region: pod.url for region, pod in self.pods.items()}, **(urls or {})}

    def start(self):
        super().start()
        for region, url in self.urls.items():
            self.command("pod", "create", region, "--az-name", region.replace("Region", "az"), "--neutron-url", url)
        return self

    def command(self, *words):
        """The operator's own command."""
        return subprocess.run([binary(), *words, "--url", self.central.url], check=True, capture_output=True,
                              text=True).stdout

    # --- what a test does -------------------------------------------------------------------------------------------

    def local_network(self, region, tunnelled=False, **attributes):
        """A network that the pod's own users made; on a VLAN every rule type may be bound to it."""
        if not tunnelled:
            attributes |= {"provider_network_type": "vlan", "provider_physical_network": "physnet1"}
        return self.pods[region].net.create_network(**{"name": "made here", "project_id": self.project, **attributes})

    def appear(self, network, *regions, **attributes):
        """The network is there in the pods, with ids of their own, and tied to the central one: region -> id."""
        local = {region: self.local_network(region, **attributes).id for region in regions or self.pods}
        for region, local_id in local.items():
            assert local_id != network.id
            self.admin.tie("network", network.id, local_id, region, self.project)
        return local

    def port(self, network, local, region, **attributes):
        """A central port and the pod's port that is tied to it: (port, local id)."""
        port = self.net.create_port(network_id=network.id, **attributes)
        there = self.pods[region].net.create_port(network_id=local[region], project_id=self.project)
        self.admin.tie("port", port.id, there.id, region, self.project)
        return port, there.id

    def ask(self, job_type, **resource):
        """A job that an operator asks for; its id."""
        body = {"job": {"type": job_type, "project_id": self.project, "resource": resource}}
        return self.admin.call("POST", "/jobs", body)["job"]["id"]

    # --- what a test sees -------------------------------------------------------------------------------------------

    def settle(self, timeout=60):
        return super().settle(timeout)

    def rest(self, timeout=60):
        super().rest(timeout)

    def assert_copy_is_true(self, policy, region):
        """As everywhere, and tagged for the region's admin."""
        super().assert_copy_is_true(policy, region)
        local_id, tags = self.copy_id(policy, region), ["tricircle:" + policy.id]
        wait_until(lambda: any(p["id"] == local_id and p["tags"] == tags for p in self.pods[region].policies()),
                   what="the copy's tag, which comes a moment after the copy")
