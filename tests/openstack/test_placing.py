"""Central networks and ports that XJob makes in a real region by itself."""
import ipaddress

import pytest

from harness import commands
from harness.api import wait_until
from agents import REGION, bulk, told

OTHER = "RegionTwo"


def placed(cloud, kind, thing, region=REGION):
    """The local id, once the region has it."""
    rows = wait_until(lambda: cloud.admin.routings(top_id=thing.id, resource_type=kind, pod_id=cloud.pod_id(region)),
                      what=f"the {kind} is in {region}")
    return rows[0]["bottom_id"]


def subnets(pod, local):
    return sorted(pod.subnets(network_id=local), key=lambda subnet: subnet.cidr)


def addresses(subnet):
    """What the region gives out by itself."""
    pools = [(int(ipaddress.ip_address(p["start"])), int(ipaddress.ip_address(p["end"])))
             for p in subnet.allocation_pools]
    return {number for first, last in pools for number in range(first, last + 1)}


def numbers(port):
    return {int(ipaddress.ip_address(entry["ip_address"])) for entry in port.fixed_ips}


def place(cloud, kind, thing, region=REGION, code=0):
    return commands.run(kind, "place", thing.id, "--pod", region, url=cloud.central.url, code=code)


def test_a_network_whose_hints_name_a_region_lives_there(cloud, agent, pod):
    gold = cloud.policy("gold")
    network = cloud.network("placed", availability_zone_hints=[REGION], qos_policy_id=gold.id)
    local = placed(cloud, "network", network)
    cloud.rest()
    there = pod.get_network(local)
    assert (there.name, there.project_id, there.description) == ("placed", cloud.project, f"tricircle:{network.id}")
    cloud.assert_bound("network", network, gold, REGION, local)
    assert list(cloud.pods[OTHER].net.networks(project_id=cloud.project)) == []
    (central,), (here,) = list(cloud.net.subnets(network_id=network.id)), subnets(pod, local)
    assert (here.cidr, here.gateway_ip, here.is_dhcp_enabled) == (central.cidr, central.gateway_ip, True)
    assert len(addresses(here)) == 31
    # A VM there, and a port of the centre's: each has an address that the other could not get.
    vms, ports = bulk(cloud, pod, pod.get_network(local), 2), [cloud.net.create_port(network_id=network.id) for _ in "ab"]
    assert all(numbers(told(cloud, vm)) == numbers(vm) <= addresses(here) for vm in vms)
    assert not any(numbers(port) & addresses(here) for port in ports)
    # What changes at the centre changes there.
    cloud.net.update_network(network, name="renamed")
    cloud.net.update_subnet(central, gateway_ip=None, dns_nameservers=["10.9.9.9"])
    second = cloud.net.create_subnet(network_id=network.id, ip_version=6, cidr="fd00::/64", ipv6_ra_mode="slaac",
                                     ipv6_address_mode="slaac")
    cloud.rest()
    assert pod.get_network(local).name == "renamed"
    v4, v6 = subnets(pod, local)
    assert (v4.gateway_ip, v4.dns_nameservers, v6.cidr, v6.ipv6_ra_mode) == (None, ["10.9.9.9"], "fd00::/64", "slaac")
    for thing in [*vms, *ports]:
        (pod if thing in vms else cloud.net).delete_port(thing)
    wait_until(lambda: not list(cloud.net.ports(network_id=network.id)), what="the VMs' ports are gone")
    cloud.net.delete_subnet(second)
    cloud.rest()
    assert [subnet.cidr for subnet in subnets(pod, local)] == ["10.1.0.0/24"]
    cloud.net.delete_network(network)
    wait_until(lambda: pod.find_network(local) is None, what="the network is gone from the region")
    cloud.rest()
    assert cloud.admin.routings() == [row for row in cloud.admin.routings() if row["resource_type"] == "qos_policy"]


def test_a_region_gets_more_addresses_before_it_has_given_out_all(cloud, agent, pod):
    network = cloud.network(cidr="10.2.0.0/25", availability_zone_hints=[REGION])
    local = pod.get_network(placed(cloud, "network", network))
    cloud.rest()
    first = addresses(*subnets(pod, local.id))
    assert len(first) == 15
    vms = bulk(cloud, pod, local, 12)
    wait_until(lambda: len(addresses(*subnets(pod, local.id))) == 30, what="another block")
    vms += bulk(cloud, pod, local, 10)
    ports = [cloud.net.create_port(network_id=network.id) for _ in range(10)]
    taken = [number for port in [*vms, *ports] for number in numbers(port)]
    assert len(set(taken)) == len(taken) == 32


def test_a_port_is_placed_ahead_of_the_boot(cloud, agent, pod):
    silver = cloud.policy("silver")
    network = cloud.network("by hand")
    port = cloud.net.create_port(network_id=network.id, qos_policy_id=silver.id, name="eth0")
    assert "place it first" in place(cloud, "port", port, code=1)
    assert "| local_id " in place(cloud, "network", network)
    table = place(cloud, "port", port)
    local = placed(cloud, "port", port)
    assert local in table and local != port.id
    there = pod.get_port(local)
    assert (there.mac_address, there.name, there.network_id) == (port.mac_address, "eth0", placed(cloud, "network", network))
    assert numbers(there) == numbers(port)
    cloud.rest()
    cloud.assert_bound("port", port, silver, REGION, local)
    # As Nova boots on a port that it is given.
    pod.update_port(local, device_id="vm", device_owner="compute:nova", binding_host_id="host-1")
    wait_until(lambda: cloud.net.get_port(port.id).binding_host_id == "host-1", what="the host is told")
    assert [one.id for one in cloud.net.ports(network_id=network.id)] == [port.id]
    assert f"as {local}" not in place(cloud, "port", port), "said again, it is there"
    cloud.net.delete_port(port)
    wait_until(lambda: pod.find_port(local) is None, what="the port is gone from the region")


@pytest.mark.parametrize("die_at", (1, 2, 3, 4))
def test_what_an_xjob_made_before_it_died_is_found_again(cloud, pod, die_at):
    cloud.xjob.stop()
    cloud.launch_xjob({"TRICIRCLE_DIE_AT": str(die_at)})
    network = cloud.network("once", availability_zone_hints=[REGION])
    wait_until(lambda: not cloud.xjob.running() or cloud.admin.routings(resource_type="subnet"), what="a death or an end")
    cloud.xjob.stop()
    cloud.start_xjob()
    local = placed(cloud, "network", network)
    cloud.rest()
    assert [one.id for one in pod.networks(project_id=cloud.project)] == [local]
    assert len(subnets(pod, local)) == 1


def test_a_networks_own_is_linked_by_a_word(cloud, pod):
    gold, network = cloud.policy("gold"), cloud.network("ours")
    cloud.net.update_network(network, qos_policy_id=gold.id)
    local = cloud.local_network(REGION)
    commands.run("network", "link", network.id, local.id, "--pod", REGION, url=cloud.central.url)
    cloud.rest()
    cloud.assert_bound("network", network, gold, REGION, local.id)
    assert f"already, as {local.id}" in place(cloud, "network", network, code=1)
    assert "exists already" in commands.run("network", "link", network.id, local.id, "--pod", REGION,
                                            url=cloud.central.url, code=1)
