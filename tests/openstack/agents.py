"""An agent beside a pod of the lab, and what happens in that pod.

A VM boots here by the calls that Nova makes (nova/network/neutron.py): the port is created with device_id, device_owner
and, in one request or the next, binding:host_id; deleting the VM deletes the port that was made for it.
"""
import contextlib
import uuid

from harness.agent import Agent
from harness.api import wait_until
from harness.notifications import broker_of
from real_pods import RealCloud

REGION = "RegionOne"


def agent_options(lab, region, queue, **more):
    options = {"queue": queue, "link_networks": "name", "sweep_interval": 60, **more}
    return (f"[DEFAULT]\ntransport_url = {broker_of(lab, region).replace('amqp', 'rabbit', 1)}\n[agent]\n" +
            "".join(f"{name} = {value}\n" for name, value in options.items()) + lab.service_credentials())


class ToldCloud(RealCloud):
    """Nobody ties anything by hand: an agent beside each pod tells the centre what is there."""

    def __init__(self, folder, lab):
        super().__init__(folder, lab)
        self.lab, self.folder, self.agents = lab, folder, contextlib.ExitStack()

    def start(self):
        super().start()
        for region in self.pods:
            self.agents.enter_context(hearing_agent(self.lab, self, self.folder, region))
        return self

    def stop(self):
        self.agents.close()
        super().stop()

    def network(self, **attributes):
        return super().network(**{"name": "net-" + uuid.uuid4().hex[:8], **attributes})

    def appear(self, network, *regions, **attributes):
        local = {}
        for region in regions or self.pods:
            local[region] = self.local_network(region, **{"name": network.name, **attributes}).id
            self.pods[region].net.create_subnet(network_id=local[region], ip_version=4, cidr="10.1.0.0/24",
                                                project_id=self.project)
        wait_until(lambda: {row["bottom_id"] for row in self.admin.routings(top_id=network.id)} == set(local.values()),
                   what="the network is tied in each region")
        return local

    def port(self, network, local, region, **attributes):
        """A VM's port, which bears what the centre's users give it: (port, local id)."""
        vm = nova_boots(self, self.pods[region].net, local[region])
        port = told(self, vm)
        if attributes:
            port = self.net.update_port(port, **attributes)
        return port, vm.id


@contextlib.contextmanager
def hearing_agent(lab, cloud, folder, region=REGION):
    """An agent with a queue of its own, from when it hears."""
    queue = "tricircle.agent." + uuid.uuid4().hex
    made = Agent(folder, region, cloud.central.url, agent_options(lab, region, queue)).start()
    wait_until(lambda: "broker_connected" in made.log_text(), what="the agent hears")
    try:
        yield made
    finally:
        made.stop()


def nova_boots(cloud, pod, network_id, host="host-1"):
    """As Nova does it for a server on a network: its port is created, then bound to the host."""
    instance = str(uuid.uuid4())
    port = pod.create_port(network_id=network_id, device_id=instance, project_id=cloud.project, admin_state_up=True)
    return pod.update_port(port, device_owner="compute:nova", binding_host_id=host)


def linked(cloud, pod, **attributes):
    """A central network and the pod's of the same name and project, which the agent ties: (network, local)."""
    network = cloud.network("net-" + uuid.uuid4().hex[:8], **attributes)
    local = cloud.local_network(REGION, name=network.name)
    pod.create_subnet(network_id=local.id, ip_version=4, cidr="10.1.0.0/24", project_id=cloud.project)
    return network, local


def routing(cloud, local_port):
    rows = cloud.admin.routings(bottom_id=local_port.id, resource_type="port")
    return rows[0] if rows else None


def told(cloud, local_port):
    return cloud.net.get_port(wait_until(lambda: routing(cloud, local_port), what="the port's routing")["top_id"])


def bulk(cloud, pod, local, count):
    """Ports made in one call, which is one notification."""
    ports = [{"network_id": local.id, "project_id": cloud.project, "device_owner": "compute:nova",
              "device_id": str(uuid.uuid4()), "binding:host_id": "host-1"} for _ in range(count)]
    reply = pod.post("/ports", json={"ports": ports})
    assert reply.status_code == 201, reply.text
    return [pod.get_port(port["id"]) for port in reply.json()["ports"]]
