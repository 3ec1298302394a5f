"""The agent beside a real Neutron: it hears of ports by the pod's own notifications, and nothing is installed there.

A VM boots here by the calls that Nova makes (nova/network/neutron.py): the port is created with device_id, device_owner
and, in one request or the next, binding:host_id; deleting the VM deletes the port that was made for it.
"""
import statistics
import time
import uuid

import pytest

from harness.agent import Agent
from harness.api import wait_until
from harness.notifications import Listener
from real_pods import RealCloud

THREE = (("bandwidth_limit", {"max_kbps": 5000, "max_burst_kbps": 500, "direction": "egress"}),
         ("bandwidth_limit", {"max_kbps": 6000, "max_burst_kbps": 600, "direction": "ingress"}),
         ("dscp_marking", {"dscp_mark": 26}))
REGION = "RegionOne"


@pytest.fixture
def pod(cloud):
    return cloud.pods[REGION].net


def agent_options(lab, region, queue, **more):
    number = list(lab.pods).index(region) + 1
    options = {"queue": queue, "link_networks": "name", "sweep_interval": 60, **more}
    return (f"[DEFAULT]\ntransport_url = {lab.values[f'POD{number}_AMQP_URL'].replace('amqp', 'rabbit', 1)}\n[agent]\n" +
            "".join(f"{name} = {value}\n" for name, value in options.items()) + lab.service_credentials())


@pytest.fixture
def agent(lab, cloud, tmp_path):
    queue = "tricircle.agent." + uuid.uuid4().hex
    made = Agent(tmp_path, REGION, cloud.central.url, agent_options(lab, REGION, queue)).start()
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


def test_case_4_the_first_vm_of_a_network_is_bound_within_a_second_and_the_pods_own_calls(cloud, agent, pod):
    """From the pod's answer to Nova to the policy being in force for the port; 10 rounds, a new policy each."""
    taken = []
    for _ in range(10):
        gold = cloud.policy("gold-" + uuid.uuid4().hex[:8], rules=THREE)
        network = cloud.network("net-" + uuid.uuid4().hex[:8], qos_policy_id=gold.id)
        local = cloud.local_network(REGION, name=network.name)
        pod.create_subnet(network_id=local.id, ip_version=4, cidr="10.1.0.0/24", project_id=cloud.project)
        vm = nova_boots(cloud, pod, local.id)
        answered = time.monotonic()
        wait_until(lambda: pod.get_port(vm.id).qos_network_policy_id, what="the policy is bound")
        taken.append(time.monotonic() - answered)
        cloud.rest()
        cloud.assert_copy_is_true(gold, REGION)
        cloud.assert_bound("network", network, gold, REGION, local.id)
        assert told(cloud, vm).binding_host_id == "host-1"
    print(f"\npod's answer to bound: median {statistics.median(taken):.3f} s, worst {max(taken):.3f} s")
    # Six calls that change something (policy, three rules, name, network) cost a quiet pod about 0.4 s.
    assert statistics.median(taken) < 2.5


def test_a_ports_own_policy_and_the_end_of_a_vm(cloud, agent, pod):
    silver = cloud.policy("silver", rules=(("dscp_marking", {"dscp_mark": 10}),))
    network, local = linked(cloud, pod)
    vm = nova_boots(cloud, pod, local.id)
    port = told(cloud, vm)
    assert (port.device_owner, port.device_id) == ("compute:nova", vm.device_id)
    assert [ip["ip_address"] for ip in port.fixed_ips] == [ip["ip_address"] for ip in vm.fixed_ips]
    cloud.net.update_port(port, qos_policy_id=silver.id)
    cloud.rest()
    cloud.assert_bound("port", port, silver, REGION, vm.id)
    cloud.net.update_port(port, qos_policy_id=None)
    assert pod.get_port(vm.id).qos_policy_id is None
    pod.delete_port(vm)
    wait_until(lambda: routing(cloud, vm) is None, what="the routing is gone")
    assert cloud.net.find_port(port.id) is None
    cloud.net.update_network(network, qos_policy_id=silver.id)
    cloud.rest()
    cloud.assert_bound("network", network, silver, REGION, local.id)


def test_a_tenants_own_port_is_told_with_its_host(cloud, agent, pod):
    """A tenant's notification lacks the host: the agent asks the pod."""
    _, local = linked(cloud, pod)
    vm = nova_boots(cloud, pod, local.id, host="host-7")
    port = told(cloud, vm)
    wait_until(lambda: cloud.net.get_port(port.id).binding_host_id == "host-7", what="the host is told")


def test_nothing_is_missed_when_the_agent_is_killed_or_the_centre_is_away(lab, cloud, agent, pod):
    network, local = linked(cloud, pod)
    told(cloud, nova_boots(cloud, pod, local.id))
    with Listener(lab, REGION) as listener:
        cloud.central.process.kill9()
        vms = bulk(cloud, pod, local, 40)
        agent.kill9()
        vms += bulk(cloud, pod, local, 30)
        cloud.central.start()
        agent.start()
        vms += bulk(cloud, pod, local, 30)
        ports = {told(cloud, vm).id for vm in vms}
        assert len(ports) == len(vms) == 100
        central = [port for port in cloud.net.ports(network_id=network.id)]
        assert len(central) == 101
        heard = listener.heard("port.create.end")
    wanted = {vm.id for vm in vms}
    assert wanted <= heard, "the other consumer of the exchange has heard of every port"


def bulk(cloud, pod, local, count):
    """Ports made in one call, which is one notification."""
    ports = [{"network_id": local.id, "project_id": cloud.project, "device_owner": "compute:nova",
              "device_id": str(uuid.uuid4()), "binding:host_id": "host-1"} for _ in range(count)]
    reply = pod.post("/ports", json={"ports": ports})
    assert reply.status_code == 201, reply.text
    return [pod.get_port(port["id"]) for port in reply.json()["ports"]]


def test_an_agent_that_has_told_all_tells_nothing_twice(lab, cloud, agent, pod):
    network, local = linked(cloud, pod)
    vms = bulk(cloud, pod, local, 10)
    for vm in vms:
        told(cloud, vm)
    # (A pod counts a port's binding as a change that it notifies nobody of: the first look tells of that.)
    begin_anew(agent)
    revisions = {port.id: port.revision_number for port in cloud.net.ports(network_id=network.id)}
    begin_anew(agent)
    assert agent.sweeps()[-1][1:] == (10, 0)
    assert {port.id: port.revision_number for port in cloud.net.ports(network_id=network.id)} == revisions


def begin_anew(agent):
    agent.kill9()
    before = len(agent.sweeps())
    agent.start()
    wait_until(lambda: len(agent.sweeps()) > before, what="a sweep of the new agent")


def test_without_a_broker_the_pod_is_looked_at(lab, tmp_path):
    cloud = RealCloud(tmp_path / "cloud", lab)
    options = "[agent]\npoll_interval = 0.5\nlink_networks = name\n" + lab.service_credentials()
    try:
        cloud.start()
        agent = Agent(tmp_path, REGION, cloud.central.url, options).start()
        try:
            pod = cloud.pods[REGION].net
            network, local = linked(cloud, pod)
            vm = nova_boots(cloud, pod, local.id)
            assert told(cloud, vm).network_id == network.id
            pod.delete_port(vm)
            wait_until(lambda: routing(cloud, vm) is None, what="the routing is gone")
        finally:
            agent.stop()
    finally:
        cloud.stop()
