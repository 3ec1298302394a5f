"""Two central processes on one store: what one has answered the other shows at once, and neither takes from the other
what can be had only once.
"""
import concurrent.futures

import pytest

from cloud import FAST, Centre, Server, rule_set


@pytest.fixture
def both(tmp_path):
    """A centre, and the same centre by another door."""
    centre = Centre(tmp_path, FAST)
    other = Server("central-2", centre.central.folder, ["central", "--no-auth", "--config", str(centre.config)])
    try:
        centre.start()
        yield centre, other.start()
    finally:
        other.stop()
        centre.stop()


def test_each_reads_at_once_what_the_other_has_answered(both):
    centre, other = both
    doors = (centre.net, other.net)
    for turn in range(20):
        here, there = doors if turn % 2 else reversed(doors)
        policy = here.create_qos_policy(name=f"gold-{turn}")
        here.create_qos_bandwidth_limit_rule(policy, max_kbps=1000 + turn)
        seen = there.get_qos_policy(policy.id)
        assert (seen.name, rule_set(seen)) == (f"gold-{turn}", rule_set(here.get_qos_policy(policy.id)))
        there.update_qos_policy(policy, name=f"silver-{turn}")
        assert here.get_qos_policy(policy.id).name == f"silver-{turn}"
        assert [found.id for found in here.qos_policies(name=f"silver-{turn}")] == [policy.id]
        here.delete_qos_policy(policy)
        assert there.find_qos_policy(policy.id) is None


def test_a_change_by_one_is_refused_for_what_the_other_has_made(both):
    centre, other = both
    policy = centre.net.create_qos_policy(name="gold")
    other.net.create_network(name="net", qos_policy_id=policy.id)
    reply = centre.net.delete(f"/qos/policies/{policy.id}")
    assert (reply.status_code, reply.json()["NeutronError"]["type"]) == (409, "QosPolicyInUse")


def test_both_write_at_the_same_time_and_lose_nothing(both):
    centre, other = both
    policy = centre.net.create_qos_policy(name="gold")
    network = centre.network(name="net", cidr="10.7.0.0/24")

    def work(number):
        door = (centre.net, other.net)[number % 2]
        port = door.post("/ports", json={"port": {"network_id": network.id, "name": f"port-{number}"}})
        door.put(f"/qos/policies/{policy.id}", json={"policy": {"description": f"by {number}"}})
        return port.json()["port"]["fixed_ips"][0]["ip_address"]

    before = centre.net.get_qos_policy(policy.id).revision_number
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        addresses = list(pool.map(work, range(40)))
    assert len(set(addresses)) == 40
    assert {port.name for port in other.net.ports(network_id=network.id)} == {f"port-{n}" for n in range(40)}
    assert other.net.get_qos_policy(policy.id).revision_number == before + 40
