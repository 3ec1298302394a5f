"""The centre of a test's cloud: central and XJob as processes of their own on one state folder, with what a user does
there and what an operator sees. Whose pods they serve is for those who build on it.
"""
import contextlib
import sqlite3

import pytest

from harness.api import Admin, rule_set, wait_until
from harness.mariadb import own_database
from harness.processes import Process, binary
from harness.server import Server

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


class Centre:
    """central + xjob, started with start(), stopped with stop(). `project` owns what is made through `net`. Who builds
    on it gives `pods`: region -> a server with openstacksdk's view of it as `net`."""

    pods = {}

    def __init__(self, folder, options=FAST, project="admin"):
        self.folder, self.project = folder, project
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "tricircle.conf"
        self.config.touch(0o600)
        self.database = own_database()
        connection = f"\n[database]\nconnection = {self.database.url}\n" if self.database else ""
        self.config.write_text(options + connection)
        self.state = state = folder / "central"
        arguments = ["central", "--no-auth", "--config", str(self.config)]
        self.central = Server("central", state, arguments, project=project)
        self.xjob_command = [binary(), "xjob", "--state", str(state), "--config", str(self.config)]
        self.xjob = None
        self.admin = Admin(self.central.url)

    @property
    def store(self):
        """The file itself, for tests of what only SQLite is."""
        if self.database:
            pytest.skip("looks into the SQLite file")
        return self.state / "central.db"

    @property
    def net(self):
        return self.central.net

    def start(self):
        self.central.start()
        self.start_xjob()
        return self

    def start_xjob(self, environment=None):
        self.launch_xjob(environment).wait_ready()

    def launch_xjob(self, environment=None):
        """For an XJob that may not live to say that it is ready."""
        self.xjob = Process("xjob", self.xjob_command, self.folder / "xjob-log", env=environment)
        return self.xjob.start()

    def stop(self):
        """All of them, also when one has not ended as it should."""
        with contextlib.ExitStack() as ended:
            ended.callback(self.central.stop)
            if self.xjob:
                ended.callback(self.xjob.stop)

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

    def audit(self, region):
        """Has the pod audited, now and whole, and what follows from it done. Returns the audit."""
        pod_id = self.pod_id(region)
        self.audit_ended(region)
        before = self.admin.call("GET", f"/audits/{pod_id}")["audit"]["audits"]
        self.admin.call("POST", "/audits", {"audit": {"pod_id": pod_id}}, expect=202)
        wait_until(lambda: self.admin.call("GET", f"/audits/{pod_id}")["audit"]["audits"] > before, what="another audit")
        self.rest()
        return self.admin.call("GET", f"/audits/{pod_id}")["audit"]

    def audit_ended(self, region):
        wait_until(lambda: self.admin.call("GET", f"/audits/{self.pod_id(region)}")["audit"]["ended_at"],
                   what="the end of an audit")

    def drifts(self, **query):
        return self.admin.call("GET", "/drifts", **query)["drifts"]

    def copies(self, **query):
        return self.admin.call("GET", "/copies", **query)["copies"]

    def bindings(self, **query):
        return self.admin.call("GET", "/bindings", **query)["bindings"]

    # --- what a test sees -------------------------------------------------------------------------------------------

    def settle(self, timeout=20):
        """Waits until no job is open; returns all jobs, the newest first."""
        wait_until(lambda: not [j for j in self.admin.jobs() if j["status"] in ("NEW", "RUNNING")], timeout,
                   "no open job")
        return self.admin.jobs()

    def settle_in(self, region, timeout=20):
        """Waits until no job of this pod is open, whatever the others do."""
        pod_id = self.pod_id(region)
        wait_until(lambda: {j["status"] for j in self.admin.jobs(pod_id=pod_id)} <= {"SUCCESS", "FAIL"}, timeout,
                   f"no open job of {region}")

    def is_at_rest(self):
        """No job is open, no lane is held, due or uncertain: XJob has nothing left to do, now or later, but to audit."""
        return self.number(
            "SELECT (SELECT count(*) FROM lanes WHERE kind NOT IN ('audit', 'check') AND"
            " (worker <> '' OR due_at IS NOT NULL OR uncertain_until <> 0)) +"
            " (SELECT count(*) FROM jobs WHERE status IN ('NEW', 'RUNNING'))") == 0

    def number(self, query):
        """What the centre's store answers to a query for one number."""
        if self.database:
            return self.database.number(query)
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchone()[0]

    def rest(self, timeout=20):
        wait_until(self.is_at_rest, timeout, "XJob at rest")

    def pod_id(self, region):
        return self.admin.pods()[region]["pod_id"]

    def copy_id(self, policy, region):
        """The local id of the pod's copy by the routing table; None without one."""
        rows = self.admin.routings(top_id=policy.id, resource_type="qos_policy", pod_id=self.pod_id(region))
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
        mine = [p for p in self.pods[region].net.qos_policies(project_id=central.project_id) if p.name == central.name
                or p.name.startswith("tricircle:" + central.id)]
        assert len(mine) == 1, f"copies in {region}: {mine}"

    def assert_bound(self, kind, thing, policy, region, local_id=None):
        """The pod's network or port bears the copy of the policy (None: no policy)."""
        local = getattr(self.pods[region].net, "get_" + kind)(local_id or thing.id)
        expected = self.copy_id(policy, region) if policy else None
        assert policy is None or expected is not None
        assert local.qos_policy_id == expected

