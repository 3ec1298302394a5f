"""What a pod tells of a port that it made by itself: only in the service role, and only what can be kept."""
import uuid

import pytest
import requests

from cloud import Cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    made = Cloud(tmp_path_factory.mktemp("reports") / "cloud", regions=("RegionOne",))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def network(cloud):
    return cloud.network()


def tell(cloud, network, roles="admin,service", port_id=None, profile=None, **more):
    profile = {"region": "RegionOne", "device": "compute:nova", "host": "host-1", "revision_number": 2,
               "created_at": "2026-11-22T15:11:08Z", "local_id": str(uuid.uuid4()),
               "local_network_id": str(uuid.uuid4()), **(profile or {})}
    port = {"id": port_id or str(uuid.uuid4()), "network_id": network.id, "project_id": "admin",
            "mac_address": "fa:16:3e:" + ":".join(uuid.uuid4().hex[i:i + 2] for i in (0, 2, 4)), "fixed_ips": [],
            "binding:profile": profile, **more}
    return requests.post(cloud.central.url + "/v2.0/ports", json={"port": port}, timeout=20,
                         headers={"X-Roles": roles, "X-Project-Id": "service"})


def test_it_is_written_down_as_it_is(cloud, network):
    port_id = str(uuid.uuid4())
    for _ in range(2):
        reply = tell(cloud, network, port_id=port_id)
        assert reply.status_code == 201, reply.text
    port = reply.json()["port"]
    assert (port["id"], port["binding:host_id"], port["fixed_ips"]) == (port_id, "host-1", [])
    assert len(cloud.admin.routings(top_id=port_id)) == 1


@pytest.mark.parametrize("roles", ["member", "admin", "reader"])
def test_nobody_else_may(cloud, network, roles):
    assert tell(cloud, network, roles=roles).status_code in (400, 403)


@pytest.mark.parametrize("profile", [
    {"revision_number": "2"}, {"revision_number": 2.5}, {"region": "Nowhere"}, {"host": "h" * 256},
    {"device": "d" * 256}, {"created_at": "2" * 41}, {"local_id": "l" * 37}, {"local_network_id": "n" * 37},
    {"host": 7}, {"device": ["compute"]}, {"local_network_id": {"id": "n"}}, {"local_id": 7},
])
def test_what_cannot_be_kept_is_refused_and_changes_nothing(cloud, network, profile):
    before = len(list(cloud.net.ports()))
    reply = tell(cloud, network, profile=profile)
    assert reply.status_code in (400, 404) and reply.json()["NeutronError"]["message"], reply.text
    assert len(list(cloud.net.ports())) == before


@pytest.mark.parametrize("more", [
    {"fixed_ips": "10.0.0.1"}, {"fixed_ips": [{"ip_address": "10.0.0"}]}, {"mac_address": "fa"}, {"network_id": "n"},
    {"network_id": str(uuid.uuid4())}, {"name": "n" * 256},
])
def test_what_is_no_port_is_refused(cloud, network, more):
    before = len(list(cloud.net.ports()))
    reply = tell(cloud, network, **more)
    assert reply.status_code in (400, 404) and reply.json()["NeutronError"]["message"], reply.text
    assert len(list(cloud.net.ports())) == before


def test_a_port_does_not_go_to_another_network(cloud, network):
    port_id = str(uuid.uuid4())
    assert tell(cloud, network, port_id=port_id).status_code == 201
    assert tell(cloud, cloud.network("other"), port_id=port_id).status_code == 409
    assert cloud.net.get_port(port_id).network_id == network.id


def test_two_ports_of_a_network_with_one_mac_address(cloud, network):
    assert tell(cloud, network, mac_address="fa:16:3e:00:00:07").status_code == 201
    reply = tell(cloud, network, mac_address="fa:16:3e:00:00:07")
    assert (reply.status_code, reply.json()["NeutronError"]["type"]) == (409, "MacAddressInUse")
