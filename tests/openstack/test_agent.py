"""The agent beside a real Neutron: it hears of ports by the pod's own notifications, and nothing is installed there."""
import contextlib
import os
import statistics
import time
import urllib.parse
import uuid

import pytest

from harness.agent import Agent
from harness.api import wait_until
from harness.notifications import Listener, broker_of, publish
from harness.tls import Authority, TlsRelay
from agents import REGION, agent_options, bulk, linked, nova_boots, routing, told
from real_pods import RealCloud

THREE = (("bandwidth_limit", {"max_kbps": 5000, "max_burst_kbps": 500, "direction": "egress"}),
         ("bandwidth_limit", {"max_kbps": 6000, "max_burst_kbps": 600, "direction": "ingress"}),
         ("dscp_marking", {"dscp_mark": 26}))
ROUNDS = int(os.environ.get("ROUNDS", "10"))


def test_case_4_the_first_vm_of_a_network_is_bound_within_a_second_and_the_pods_own_calls(cloud, agent, pod):
    """From the pod's answer to Nova to the policy being in force for the port; a new policy each round."""
    taken = []
    for _ in range(ROUNDS):
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
    print(f"\npod's answer to bound: median of {ROUNDS} {statistics.median(taken):.3f} s, worst {max(taken):.3f} s")
    # Six calls that change something (policy, three rules, name, network) cost a quiet pod about 0.4 s.
    assert statistics.median(taken) < 1.5


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


@pytest.mark.parametrize("away", [0, pytest.param(30, marks=pytest.mark.soak)])
def test_nothing_is_missed_when_the_agent_is_killed_or_the_centre_is_away(lab, cloud, agent, pod, away):
    """`away`: for at least so many seconds by the clock."""
    network, local = linked(cloud, pod)
    told(cloud, nova_boots(cloud, pod, local.id))
    with Listener(lab, REGION) as listener:
        cloud.central.process.kill9()
        since = time.monotonic()
        vms = bulk(cloud, pod, local, 40)
        agent.kill9()
        vms += bulk(cloud, pod, local, 30)
        wait_until(lambda: time.monotonic() - since >= away, timeout=60, what="the time that the centre is away")
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


def test_what_is_too_large_or_no_notification_holds_nobody_up(lab, cloud, agent, pod):
    _, local = linked(cloud, pod)
    told(cloud, nova_boots(cloud, pod, local.id))
    before = len(agent.sweeps())
    publish(lab, REGION, b"", b"{", b"\xff" * 1000, b'{"oslo.message": "' + b"x" * (20 << 20) + b'"}')
    assert told(cloud, nova_boots(cloud, pod, local.id))
    wait_until(lambda: len(agent.sweeps()) > before, what="a look for what the large one told")
    assert "notification_too_large" in agent.log_text() and "broker_lost" not in agent.log_text()


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


@contextlib.contextmanager
def stopped_at_the_end(agent):
    try:
        yield agent
    finally:
        agent.stop()


def test_a_broker_behind_tls_is_believed_by_its_authority_only(lab, cloud, pod, tmp_path):
    ours, strangers = Authority(tmp_path / "ours", "ours"), Authority(tmp_path / "strangers", "strangers")
    plain = broker_of(lab, REGION)
    port = str(urllib.parse.urlsplit(plain).port)
    with TlsRelay(int(port), ours.server("localhost")) as relay:
        def agent_that_believes(authority):
            options = agent_options(lab, REGION, "tricircle.agent." + uuid.uuid4().hex,
                                    broker=plain.replace(f"127.0.0.1:{port}", f"localhost:{relay.port}"))
            tls = f"[oslo_messaging_rabbit]\nssl = true\nssl_ca_file = {authority.file}\n"
            return stopped_at_the_end(Agent(tmp_path / authority.file.stem, REGION, cloud.central.url, options + tls))

        with agent_that_believes(strangers) as agent:
            agent.start()
            wait_until(lambda: "broker_lost" in agent.log_text(), what="a refusal")
            assert "broker_connected" not in agent.log_text()
        with agent_that_believes(ours) as agent:
            agent.start()
            wait_until(lambda: "broker_connected" in agent.log_text(), what="the agent hears")
            _, local = linked(cloud, pod)
            assert told(cloud, nova_boots(cloud, pod, local.id))


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
