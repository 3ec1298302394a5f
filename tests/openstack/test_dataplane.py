"""The end of the chain: what is asked for at the centre moves the traffic of real machines in two pods, within
seconds. Egress bandwidth is left out: the agent needs a kernel that has it.
"""
import math
import os

import pytest

from dataplane import Dataplane, Vm, Watch

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

# From the call at the centre to in force in both pods: the agents look at their ports every 2 s.
SECONDS = 10
# iperf3 counts what TCP carries, which is less than the limit.
LOW, HIGH = 0.85, 1.05
# 12,500 packets a second: a meter wants to be offered three times its limit and more.
MANY_PACKETS = ("--udp", "10", "--size", "100")


@pytest.fixture(scope="module")
def dataplane(lab):
    made = Dataplane(lab)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def machines(cloud, dataplane):
    """A network that is in two pods, with a machine in each: (network, ports at the centre, the watch over both)."""
    network = cloud.network()
    local = cloud.appear(network)
    ports, vms = [], []
    try:
        for region in cloud.pods:
            port, local_port = cloud.port(network, local, region)
            ports.append(port)
            vms.append(Vm(dataplane, region, local_port))
        cloud.settle()
        yield network, ports, Watch(vms, SECONDS)
    finally:
        for vm in vms:
            vm.remove()


def edit(cloud, policy, rule, kind, **values):
    reply = cloud.net.put(f"/qos/policies/{policy.id}/{kind}_rules/{rule['id']}", json={f"{kind}_rule": values})
    assert reply.status_code == 200, reply.text


def test_a_networks_bandwidth_is_what_the_centre_says(cloud, machines):
    network, _, watch = machines
    policy = cloud.policy(rules=())
    rule = cloud.rule(policy, "bandwidth_limit", max_kbps=5000, direction="ingress")

    def limit(vm):
        return vm.in_force("ingress_kbps")

    def is_limited(mbps):
        watch.measured(f"  TCP, Mbit/s of {mbps}", "mbps", LOW * mbps, HIGH * mbps)

    def is_free(words):
        watch.measured(words, "mbps", 100, math.inf)

    is_free("no policy: TCP, Mbit/s")
    watch.after("bound to the network, 5 Mbit/s",
                lambda: cloud.net.update_network(network, qos_policy_id=policy.id), limit, 5000)
    is_limited(5)
    watch.after("rule edited, 20 Mbit/s", lambda: edit(cloud, policy, rule, "bandwidth_limit", max_kbps=20000), limit,
                20000)
    is_limited(20)
    watch.after("unbound from the network", lambda: cloud.net.update_network(network, qos_policy_id=None), limit, None)
    is_free("  TCP, Mbit/s")


def test_a_ports_packet_rates_are_what_the_centre_says(cloud, machines):
    _, ports, watch = machines
    policy = cloud.policy(rules=())
    rule = cloud.rule(policy, "packet_rate_limit", max_kpps=1, direction="ingress")
    cloud.rule(policy, "packet_rate_limit", max_kpps=2, direction="egress")

    def bind(policy_id):
        for port in ports:
            cloud.net.update_port(port, qos_policy_id=policy_id)

    def limits(vm):
        return vm.in_force("ingress_kpps"), vm.in_force("egress_kpps")

    def are_limited(ingress, egress):
        for way, kpps in (("ingress", ingress), ("egress", egress)):
            watch.measured(f"  UDP {way}, kpps of {kpps}", "kpps", LOW * kpps, HIGH * kpps, *MANY_PACKETS, "--" + way)

    def is_free(words):
        watch.measured(words, "kpps", 6, math.inf, *MANY_PACKETS)

    is_free("no policy: UDP, kpps")
    watch.after("bound to the ports, 1 kpps in and 2 out", lambda: bind(policy.id), limits, (1, 2))
    are_limited(1, 2)
    watch.after("rule edited, 3 kpps in", lambda: edit(cloud, policy, rule, "packet_rate_limit", max_kpps=3), limits,
                (3, 2))
    are_limited(3, 2)
    watch.after("unbound from the ports", lambda: bind(None), limits, (None, None))
    is_free("  UDP, kpps")


def test_a_networks_packets_are_marked_as_the_centre_says(cloud, machines):
    network, _, watch = machines
    policy = cloud.policy(rules=())
    rule = cloud.rule(policy, "dscp_marking", dscp_mark=26)
    assert set(watch.each(Vm.dscp).values()) == {0}
    watch.after("bound to the network, DSCP 26",
                lambda: cloud.net.update_network(network, qos_policy_id=policy.id), Vm.dscp, 26)
    watch.after("rule edited, DSCP 46", lambda: edit(cloud, policy, rule, "dscp_marking", dscp_mark=46), Vm.dscp, 46)
    watch.after("unbound from the network, DSCP 0", lambda: cloud.net.update_network(network, qos_policy_id=None),
                Vm.dscp, 0)
