"""The agent by polling, beside a Neutron that knows nothing of the centre: an embedded pod whose networks its own users
made. With a real Neutron and its notifications: tests/openstack/test_agent.py."""
import uuid

import pytest
from openstack.exceptions import ConflictException

from cloud import Cloud, wait_until
from harness.agent import Agent, recorded
from harness.commands import run
from harness.gate import Gate


@pytest.fixture
def cloud(tmp_path):
    made = Cloud(tmp_path / "cloud", regions=("RegionOne",))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture
def agent(cloud, tmp_path):
    made = Agent(tmp_path, "RegionOne", cloud.central.url).start()
    try:
        yield made
    finally:
        made.stop()


def local_network(cloud, central=None, cidr="10.1.0.0/24"):
    """A network of the pod's own users, tied to the central one: (network, subnet)."""
    net = cloud.pods["RegionOne"].net
    network = net.create_network(name="made here")
    subnet = net.create_subnet(network_id=network.id, ip_version=4, cidr=cidr)
    if central:
        cloud.admin.tie("network", central.id, network.id, "RegionOne")
    return network, subnet


def boot(cloud, network, **attributes):
    net = cloud.pods["RegionOne"].net
    port = net.create_port(network_id=network.id, device_id="vm-1", device_owner="compute:nova", **attributes)
    return net.update_port(port, binding_host_id="host-1")


def tie(cloud, port):
    return next((r for r in cloud.admin.routings(bottom_id=port.id, resource_type="port")), None)


def at_centre(cloud, local):
    """The central port that the pod's port is, once the centre has been told of it as it is now."""
    def told():
        row = tie(cloud, local)
        now = cloud.pods["RegionOne"].net.get_port(local.id)
        return row if row and row["reported_revision"] == now.revision_number else None
    return cloud.net.get_port(wait_until(told, what="the centre has been told of the port")["top_id"])


def test_a_port_that_turns_up_is_the_centres_and_gets_its_policy(cloud, agent):
    gold, network = cloud.policy(), cloud.network()
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local)
    port = at_centre(cloud, vm)
    assert port.id == vm.id and port.network_id == network.id
    assert (port.binding_host_id, port.device_owner, port.device_id) == ("host-1", "compute:nova", "vm-1")
    assert recorded(port) == recorded(vm) and port.mac_address == vm.mac_address
    cloud.net.update_port(port, qos_policy_id=gold.id)
    cloud.rest()
    cloud.assert_bound("port", port, gold, "RegionOne", vm.id)


def test_a_networks_policy_is_bound_when_it_is_tied(cloud, agent):
    gold = cloud.policy()
    network = cloud.network(qos_policy_id=gold.id)
    local, _ = local_network(cloud, network)
    cloud.rest()
    cloud.assert_bound("network", network, gold, "RegionOne", local.id)


def test_ports_that_were_there_before_the_tie_are_told(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud)
    vms = [boot(cloud, local) for _ in range(3)]
    assert all(tie(cloud, vm) is None for vm in vms)
    cloud.admin.tie("network", network.id, local.id, "RegionOne")
    assert {at_centre(cloud, vm).id for vm in vms} == {vm.id for vm in vms}


def test_addresses_are_recorded_and_never_given_out(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local)
    port = at_centre(cloud, vm)
    central_subnet = next(iter(cloud.net.subnets(network_id=network.id)))
    assert [ip["subnet_id"] for ip in port.fixed_ips] == [central_subnet.id]
    first = [{"ip_address": vm.fixed_ips[0]["ip_address"]}]
    with pytest.raises(ConflictException, match="already allocated"):
        cloud.net.create_port(network_id=network.id, fixed_ips=first)
    cloud.pods["RegionOne"].net.update_port(vm.id, fixed_ips=[{"ip_address": "10.1.0.77"}])
    wait_until(lambda: recorded(cloud.net.get_port(port.id)) == ["10.1.0.77"], what="the new address is recorded")
    assert cloud.net.create_port(network_id=network.id, fixed_ips=first)


def test_an_address_that_the_centre_has_given_away_is_shown_on_both(cloud, agent):
    network = cloud.network()
    own = cloud.net.create_port(network_id=network.id, fixed_ips=[{"ip_address": "10.1.0.50"}])
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local, fixed_ips=[{"ip_address": "10.1.0.50"}])
    assert recorded(at_centre(cloud, vm)) == recorded(cloud.net.get_port(own.id)) == ["10.1.0.50"]


def test_quotas_refuse_nothing_that_is_there(cloud, agent):
    network = cloud.network()
    cloud.net.put("/quotas/admin", json={"quota": {"port": 0}})
    local, _ = local_network(cloud, network)
    assert at_centre(cloud, boot(cloud, local))


def test_a_port_that_is_deleted_in_the_pod_goes_from_the_centre(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    vm, other = boot(cloud, local), boot(cloud, local)
    at_centre(cloud, vm), at_centre(cloud, other)
    cloud.pods["RegionOne"].net.delete_port(vm)
    wait_until(lambda: tie(cloud, vm) is None, what="the routing is gone")
    assert cloud.net.find_port(vm.id) is None and cloud.net.get_port(other.id)


def test_a_network_that_is_deleted_in_the_pod_is_tied_no_more_and_stays_at_the_centre(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    cloud.pods["RegionOne"].net.delete_network(local)
    wait_until(lambda: not cloud.admin.routings(top_id=network.id), what="the routing is gone")
    assert cloud.net.get_network(network.id)


def test_a_network_tagged_for_a_central_one_is_tied_by_itself(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud)
    pod = cloud.pods["RegionOne"].net
    pod.set_tags(local, ["tricircle:" + network.id])
    vm = boot(cloud, local)
    assert at_centre(cloud, vm).network_id == network.id


def test_a_network_tagged_for_one_that_is_not_there_is_told_and_left(cloud, agent):
    local, _ = local_network(cloud)
    cloud.pods["RegionOne"].net.set_tags(local, ["tricircle:" + str(uuid.uuid4())])
    wait_until(lambda: "report_refused type=network" in agent.log_text(), what="a warning")
    assert cloud.admin.routings(bottom_id=local.id) == []


def test_by_name_only_where_it_is_asked_for_and_only_where_there_is_one(cloud, tmp_path):
    pod = cloud.pods["RegionOne"].net
    blue, red, _ = cloud.network("blue"), cloud.network("red"), cloud.network("red")
    locals_ = {name: pod.create_network(name=name) for name in ("blue", "red")}
    options = "[agent]\npoll_interval = 0.2\nlink_networks = name\n"
    agent = Agent(tmp_path, "RegionOne", cloud.central.url, options).start()
    try:
        wait_until(lambda: cloud.admin.routings(top_id=blue.id), what="blue is tied")
        wait_until(lambda: len(agent.sweeps()) > 3, what="some sweeps")
        assert cloud.admin.routings(bottom_id=locals_["red"].id) == cloud.admin.routings(top_id=red.id) == []
    finally:
        agent.stop()


def test_an_equal_look_tells_nothing(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    at_centre(cloud, boot(cloud, local))
    before = len(agent.sweeps())
    with cloud.central.counting("tricircle-agent") as calls:
        wait_until(lambda: len(agent.sweeps()) >= before + 3, what="three more sweeps")
    assert {told for _, _, told in agent.sweeps()[before + 1:]} == {0}
    assert {method for method, _ in calls} == {"GET"}


def test_a_tie_taken_away_by_hand_stays_away(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local)
    at_centre(cloud, vm)
    for row in cloud.admin.routings(top_id=network.id):
        cloud.admin.call("DELETE", f"/routings/{row['id']}")
    before = len(agent.sweeps())
    cloud.pods["RegionOne"].net.update_port(vm, name="changed")
    boot(cloud, local)
    wait_until(lambda: len(agent.sweeps()) >= before + 8, what="sweeps, and what the agent knew is old")
    assert cloud.admin.routings(top_id=network.id) == []


def test_a_centre_that_is_away_is_told_when_it_is_back(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    cloud.central.stop()
    vms = [boot(cloud, local) for _ in range(5)]
    cloud.central.start()
    assert {at_centre(cloud, vm).id for vm in vms} == {vm.id for vm in vms}


def test_a_pod_that_is_away_is_no_reason_to_forget(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local)
    at_centre(cloud, vm)
    cloud.pods["RegionOne"].stop()
    wait_until(lambda: "sweep_ended_early" in agent.log_text(), what="a sweep that could not")
    cloud.pods["RegionOne"].start()
    before = len(agent.sweeps())
    wait_until(lambda: len(agent.sweeps()) > before + 1, what="sweeps again")
    assert tie(cloud, vm) and cloud.net.get_port(vm.id)


def test_the_agent_waits_for_a_region_that_is_not_known_yet(cloud, tmp_path):
    agent = Agent(tmp_path, "RegionNine", cloud.central.url).start()
    try:
        wait_until(lambda: "the centre has no pod of this region yet" in agent.log_text(), what="what it waits for")
    finally:
        agent.stop()


def test_a_region_that_left_and_came_back_elsewhere_is_told_of_again(cloud, agent):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    vm = boot(cloud, local)
    at_centre(cloud, vm)
    pod = cloud.pods["RegionOne"]
    run("pod", "delete", "RegionOne", "--detach", url=cloud.central.url)
    pod.stop()
    pod.move()
    pod.start()
    wait_until(lambda: "RegionOne" in cloud.admin.pods(), what="the region is known again")
    cloud.admin.tie("network", network.id, local.id, "RegionOne")
    assert at_centre(cloud, vm).network_id == network.id


def test_a_success_that_is_not_the_centres_word_is_no_answer(cloud, tmp_path):
    network = cloud.network()
    local, _ = local_network(cloud, network)
    strange = []

    def a_proxys_once(method, path):
        if method == "POST" and path.startswith("/v2.0/ports") and not strange:
            strange.append(path)
            return Gate.Refusal(201, "", "created, says a proxy")
        return None

    with Gate(cloud.central.url) as gate:
        gate.rule = a_proxys_once
        agent = Agent(tmp_path, "RegionOne", gate.url).start()
        try:
            assert at_centre(cloud, boot(cloud, local)).network_id == network.id
            assert strange
        finally:
            agent.stop()
