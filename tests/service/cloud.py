"""A whole cloud of real processes for a test: central, XJob and embedded pods, each with its own folder and free port.

Everything is reached the way a user reaches it: openstacksdk for Neutron's API, plain HTTP for the Admin API.
"""
import contextlib
import re
import signal
import sqlite3
import time

import openstack
import requests

from harness.processes import Process, binary, free_port

FAST = """
[xjob]
lease = 1
settle = 0.5
call_deadline = 3
poll = 0.05
first_backoff = 0.1
longest_backoff = 1
probe_first = 0.2
probe_longest = 1
"""


def wait_until(condition, timeout=20, what=""):
    """Waits until condition() is true; its last value is returned."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what or condition}; last value {value!r}")
        time.sleep(0.02)


def connect(url, project="admin", roles="admin"):
    """openstacksdk's view of a server without auth."""
    connection = openstack.connect(
        load_yaml_config=False, load_envvars=False, auth_type="none",
        network_endpoint_override=url, region_name="none")
    connection.session.additional_headers.update({"X-Project-Id": project, "X-Roles": roles})
    return connection.network


class Admin:
    """The Admin API."""

    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None, expect=200, **query):
        reply = requests.request(method, self.url + "/v1.0" + path, json=body, params=query, timeout=30)
        assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def pods(self):
        return {pod["region_name"]: pod for pod in self.call("GET", "/pods")["pods"]}

    def routings(self, **query):
        return self.call("GET", "/routings", all_projects="true", **query)["routings"]

    def jobs(self, **query):
        return self.call("GET", "/jobs", all_projects="true", **query)["jobs"]

    def tie(self, kind, central_id, local_id, region, project="admin"):
        return self.call("POST", "/routings", {"routing": {
            "top_id": central_id, "bottom_id": local_id, "pod_id": self.pods()[region]["pod_id"],
            "project_id": project, "resource_type": kind}})["routing"]


class Server:
    """One process of ours with an API."""

    def __init__(self, name, folder, arguments, environment=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.arguments = arguments + ["--state", str(folder), "--listen", f"127.0.0.1:{self.port}"]
        self.name, self.environment = name, environment
        self.process = None

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = Process(self.name, [binary()] + self.arguments, self.folder / "log", env=self.environment)
        self.process.start()
        self.process.wait_ready()
        self.net = connect(self.url)
        return self

    def stop(self):
        if self.process:
            self.process.stop()

    @contextlib.contextmanager
    def hanging(self):
        """Inside the block the process stands still: it is connected to, and never answers."""
        self.process.popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.popen.send_signal(signal.SIGCONT)

    def calls(self, client="tricircle-xjob"):
        """(method, route) -> count of what `client` has asked of this server, as it counted itself."""
        text = requests.get(self.url + "/metrics", timeout=10).text
        counts = {}
        for labels, value in re.findall(r"^tricircle_http_requests_total\{(.*)\} (\d+)$", text, re.M):
            fields = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if fields["client"] == client:
                key = (fields["method"], fields["route"])
                counts[key] = counts.get(key, 0) + int(value)
        return counts

    @contextlib.contextmanager
    def counting(self, client="tricircle-xjob"):
        """The calls made inside the block: a dict that is filled in at its end, without probes (GET /)."""
        before, seen = self.calls(client), {}
        yield seen
        for key, value in self.calls(client).items():
            if value > before.get(key, 0) and key != ("GET", "/"):
                seen[key] = value - before.get(key, 0)


class Cloud:
    """central + xjob + pods, started with start(), stopped with stop()."""

    def __init__(self, folder, regions=("RegionOne", "RegionTwo"), options=FAST):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "tricircle.conf"
        self.config.write_text(options)
        state = folder / "central"
        self.central = Server("central", state, ["central", "--no-auth", "--config", str(self.config)])
        self.xjob_command = [binary(), "xjob", "--state", str(state), "--config", str(self.config)]
        self.xjob = None
        self.pods = {region: Server(region, folder / region,
                                    ["local", "--no-auth", "--region", region, "--central", self.central.url,
                                     "--config", str(self.config)])
                     for region in regions}
        self.admin = Admin(self.central.url)

    @property
    def net(self):
        return self.central.net

    def start(self):
        self.central.start()
        self.start_xjob()
        for pod in self.pods.values():
            pod.start()
        wait_until(lambda: set(self.pods) <= set(self.admin.pods()), what="all pods known at the centre")
        return self

    def start_xjob(self, environment=None):
        self.xjob = Process("xjob", self.xjob_command, self.folder / "xjob-log", env=environment)
        self.xjob.start()
        self.xjob.wait_ready()

    def stop(self):
        for pod in self.pods.values():
            pod.stop()
        if self.xjob:
            self.xjob.stop()
        self.central.stop()

    # --- what a test does -------------------------------------------------------------------------------------------

    def policy(self, name="gold", rules=(("bandwidth_limit", {"max_kbps": 1000, "max_burst_kbps": 100,
                                                                "direction": "egress"}),
                                         ("dscp_marking", {"dscp_mark": 26})), **attributes):
        policy = self.net.create_qos_policy(name=name, **attributes)
        for kind, values in rules:
            self.rule(policy, kind, **values)
        return self.net.get_qos_policy(policy.id)

    def rule(self, policy, kind, **values):
        reply = self.net.post(f"/qos/policies/{policy.id}/{kind}_rules", json={f"{kind}_rule": values})
        assert reply.status_code == 201, reply.text
        return reply.json()[f"{kind}_rule"]

    def network(self, name="net", cidr="10.1.0.0/24", **attributes):
        network = self.net.create_network(name=name, **attributes)
        self.net.create_subnet(network_id=network.id, ip_version=4, cidr=cidr)
        return network

    def appear(self, network, *regions):
        """The network turns up in the pods: somebody asks for it there by id."""
        for region in regions or self.pods:
            self.pods[region].net.get_network(network.id)
            pod_id = self.admin.pods()[region]["pod_id"]
            wait_until(lambda: any(r["pod_id"] == pod_id for r in self.admin.routings(
                top_id=network.id, resource_type="network")), what=f"routing of the network in {region}")

    def boot(self, region, network, **attributes):
        """A VM boots in the pod, as Nova does it: a port on the network, then bound to a host."""
        pod = self.pods[region].net
        port = pod.create_port(network_id=network.id, device_id="vm-1", device_owner="compute:nova", **attributes)
        pod.update_port(port, binding_host_id="host-1")
        pod_id = self.admin.pods()[region]["pod_id"]
        wait_until(lambda: any(r["pod_id"] == pod_id for r in self.admin.routings(top_id=port.id)),
                   what="the port's routing at the centre")
        return port

    # --- what a test sees -------------------------------------------------------------------------------------------

    def settle(self, timeout=20):
        """Waits until no job is open; returns all jobs, the newest first."""
        wait_until(lambda: not [j for j in self.admin.jobs() if j["status"] in ("NEW", "RUNNING")], timeout,
                   "no open job")
        return self.admin.jobs()

    def settle_in(self, pod, timeout=20):
        """Waits until no job of this pod is open, whatever the others do."""
        pod_id = self.admin.pods()[pod.name]["pod_id"]
        wait_until(lambda: {j["status"] for j in self.admin.jobs(pod_id=pod_id)} <= {"SUCCESS", "FAIL"}, timeout,
                   f"no open job of {pod.name}")

    def is_at_rest(self):
        """No job is open, no lane is held, due or uncertain: XJob has nothing left to do, now or later."""
        store = sqlite3.connect(f"file:{self.central.folder}/central.db?mode=ro", uri=True)
        try:
            return store.execute(
                "SELECT (SELECT count(*) FROM lanes WHERE worker <> '' OR due_at IS NOT NULL OR uncertain_until <> 0)"
                " + (SELECT count(*) FROM jobs WHERE status IN ('NEW', 'RUNNING'))").fetchone() == (0,)
        finally:
            store.close()

    def rest(self, timeout=20):
        wait_until(self.is_at_rest, timeout, "XJob at rest")

    def copy_id(self, policy, region):
        """The local id of the pod's copy by the routing table; None without one."""
        pod_id = self.admin.pods()[region]["pod_id"]
        rows = self.admin.routings(top_id=policy.id, resource_type="qos_policy", pod_id=pod_id)
        return rows[0]["bottom_id"] if rows else None

    def copy(self, policy, region):
        local_id = self.copy_id(policy, region)
        return self.pods[region].net.get_qos_policy(local_id) if local_id else None

    def assert_copy_is_true(self, policy, region):
        """The pod has the policy once, with exactly the central content."""
        central = self.net.get_qos_policy(policy.id)
        copy = self.copy(policy, region)
        assert copy is not None, f"no copy in {region}"
        assert (copy.name, copy.description, copy.is_shared, copy.project_id) == \
            (central.name, central.description, central.is_shared, central.project_id)
        assert rule_set(copy) == rule_set(central)
        mine = [p for p in self.pods[region].net.qos_policies() if p.name in (central.name,)
                or p.name.startswith("tricircle:" + central.id)]
        assert len(mine) == 1, f"copies in {region}: {mine}"

    def assert_bound(self, kind, thing, policy, region, local_id=None):
        """The pod's network or port bears the copy of the policy (None: no policy)."""
        local = getattr(self.pods[region].net, "get_" + kind)(local_id or thing.id)
        expected = self.copy_id(policy, region) if policy else None
        assert policy is None or expected is not None
        assert local.qos_policy_id == expected


def rule_set(policy):
    """The rules of a policy as comparable values, without ids."""
    return sorted(sorted((k, str(v)) for k, v in rule.items() if k not in ("id", "qos_policy_id"))
                  for rule in policy.rules)
