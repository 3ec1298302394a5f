"""A centre with embedded pods and, where a lab is up, OpenStack's own Neutron for more pods."""
import contextlib
import os
import sqlite3

from cloud import Cloud, wait_until
from real_pods import QUICK, Lab

EMBEDDED = ("Embedded1", "Embedded2")


class MixedCloud(Cloud):
    """`embedded` and `real`: region -> pod. XJob shows its token to real pods, and the centre believes its callers."""

    def __init__(self, folder):
        lab = Lab() if "LAB_DIR" in os.environ else None
        super().__init__(folder, regions=EMBEDDED, options=QUICK + (lab.service_credentials() if lab else ""))
        self.embedded, self.real = dict(self.pods), {region: lab.pods[region] for region in lab.shared} if lab else {}

    def start(self):
        super().start()
        for region, pod in self.real.items():
            self.admin.call("POST", "/pods", {"pod": {"region_name": region, "az_name": "az_" + region,
                                                      "neutron_url": pod.url}})
        self.pods.update(self.real)
        return self

    def stop(self):
        self.pods = self.embedded
        super().stop()

    def turn_up(self, network, project):
        """The network is there in all pods: region -> the id that it has there."""
        local = {region: pod.net.create_network(name="made here", project_id=project).id
                 for region, pod in self.real.items()}
        for region, local_id in local.items():
            self.admin.tie("network", network, local_id, region, project)
        self.appear(self.net.get_network(network), *self.embedded)
        return {**local, **dict.fromkeys(self.embedded, network)}

    # --- at rest ----------------------------------------------------------------------------------------------------

    def outboxes_are_empty(self):
        def left(pod):
            with contextlib.closing(sqlite3.connect(f"file:{pod.folder}/pod.db?mode=ro", uri=True)) as store:
                return store.execute("SELECT count(*) FROM outbox").fetchone()[0]
        return not any(left(pod) for pod in self.embedded.values())

    def rest(self, timeout=60):
        """Also what the pods have to tell the centre has been told; an unfinished port waits a minute for its end."""
        wait_until(lambda: self.outboxes_are_empty() and self.is_at_rest(), timeout, "all at rest", every=0.2)

    def jobs(self):
        """How many by status. One that a pod has refused because a VM's port was gone there, a moment before the centre
        heard of it, is counted apart."""
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            return dict(store.execute(
                "SELECT CASE WHEN status = 'FAIL' AND kind = 'port' AND object_id NOT IN (SELECT id FROM ports) THEN "
                "'FAIL, its port is gone' ELSE status END AS ended, count(*) FROM jobs GROUP BY ended").fetchall())

    def assert_pods_equal_the_centre(self):
        """Each routing leads to what the centre wishes, and the pods have no policy or VM port besides."""
        policies = {policy.id: policy for policy in self.net.qos_policies()}
        pods = self.admin.pods()
        for region, pod in self.pods.items():
            rows = self.admin.routings(pod_id=pods[region]["pod_id"])
            local = {kind: {row["top_id"]: row["bottom_id"] for row in rows if row["resource_type"] == kind}
                     for kind in ("qos_policy", "network", "port")}
            assert set(local["qos_policy"]) <= set(policies), f"{region} has copies of deleted policies"
            for policy in local["qos_policy"]:
                self.assert_copy_is_true(policies[policy], region)
            for kind in ("network", "port"):
                for central_id, local_id in local[kind].items():
                    wish = getattr(self.net, "get_" + kind)(central_id).qos_policy_id
                    self.assert_bound(kind, None, policies[wish] if wish else None, region, local_id)
            projects = {row["project_id"] for row in rows}
            there = {policy.id: policy.tags for policy in pod.net.qos_policies() if policy.project_id in projects}
            assert there == {local_id: ["tricircle:" + central_id] for central_id, local_id in
                             local["qos_policy"].items()}, f"copies in {region} that nobody knows, or lacks"
            if region in self.embedded:
                assert {port.id for port in pod.net.ports()} == set(local["port"]), f"ports of {region}"
        assert {port.id for port in self.net.ports()} == {
            row["top_id"] for row in self.admin.routings(resource_type="port")}

