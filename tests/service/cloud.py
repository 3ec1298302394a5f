"""A whole cloud of real processes for a test: central, XJob and embedded pods, each with its own folder and free port.

Everything is reached the way a user reaches it: openstacksdk for Neutron's API, plain HTTP for the Admin API.
"""
import contextlib

from harness.api import Admin, connect, rule_set, wait_until
from harness.centre import FAST, Centre
from harness.gate import Gate
from harness.server import Server

__all__ = ["FAST", "QUICK", "Admin", "Cloud", "Server", "connect", "gated_cloud", "rule_set", "wait_until"]

# For many rounds of kills and lost answers; ports let go by a job, so that XJob does all the work.
QUICK = """
[xjob]
lease = 1
settle = 0.2
call_deadline = 1
poll = 0.05
first_backoff = 0.05
longest_backoff = 0.5
probe_first = 0.1
probe_longest = 0.5
disassociate_port = async
"""


class Cloud(Centre):
    """central + xjob + pods, started with start(), stopped with stop()."""

    def __init__(self, folder, regions=("RegionOne", "RegionTwo"), options=FAST):
        super().__init__(folder, options)
        self.pods = {region: Server(region, folder / region,
                                    ["local", "--no-auth", "--region", region, "--central", self.central.url,
                                     "--config", str(self.config)])
                     for region in regions}

    def start(self):
        super().start()
        for pod in self.pods.values():
            pod.start()
        wait_until(lambda: set(self.pods) <= set(self.admin.pods()), what="all pods known at the centre")
        return self

    def bound_everywhere(self):
        """A policy, bound to a network that is in every pod, and all that follows from it is done."""
        policy, network = self.policy(), self.network()
        self.appear(network)
        self.net.update_network(network, qos_policy_id=policy.id)
        self.rest()
        return policy, network

    def stop(self):
        with contextlib.ExitStack() as ended:
            ended.callback(super().stop)
            for pod in self.pods.values():
                ended.callback(pod.stop)

    # --- what a test does -------------------------------------------------------------------------------------------

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

    def settle_in(self, pod, timeout=20):
        super().settle_in(pod.name, timeout)


@contextlib.contextmanager
def gated_cloud(folder, **options):
    """A cloud of one embedded pod that XJob reaches through a gate, with [xjob] options of its own: (cloud, gate). Calls
    may wait at the gate, and a busy machine takes nobody for dead."""
    options = {"call_deadline": 60, "lease": 20, **options}
    text = QUICK + "".join(f"{name} = {value}\n" for name, value in options.items())
    cloud = Cloud(folder / "cloud", regions=("RegionOne",), options=text)
    try:
        cloud.start()
        with Gate(cloud.pods["RegionOne"].url) as gate:
            cloud.admin.call("PUT", f"/pods/{cloud.pod_id('RegionOne')}", {"pod": {"neutron_url": gate.url}})
            yield cloud, gate
    finally:
        cloud.stop()
