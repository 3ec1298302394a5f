"""What is wanted in regions by hand: who may ask, what is refused, and that hints reach regions only that are not
embedded (those have every network under its central id)."""
import pytest
import requests

from harness import commands
from harness.api import wait_until

NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def far(cloud):
    """A region of OpenStack's own Neutron that nobody answers for: (cloud, its pod's id)."""
    pod = {"region_name": "Far", "az_name": "far-az", "neutron_url": "http://127.0.0.1:1"}
    made = cloud.admin.call("POST", "/pods", {"pod": pod})["pod"]
    return cloud, made["pod_id"]


def wanted(cloud, status, **fields):
    reply = requests.post(cloud.central.url + "/v1.0/placements", json={"placement": fields}, timeout=30)
    assert reply.status_code == status, reply.text
    return reply.json()


def listed(cloud, **query):
    return cloud.admin.call("GET", "/placements", **query)["placements"]


def test_what_cannot_be_is_refused_in_words(far):
    cloud, pod = far
    network = cloud.network()
    port = cloud.net.create_port(network_id=network.id)
    this = {"resource_type": "network", "central_id": network.id, "pod_id": pod}
    for status, words, changes in [
            (400, "network or port", {"resource_type": "subnet"}), (400, "network or port", {"resource_type": ""}),
            (400, "must be text", {"central_id": 5}), (400, "Unknown attribute", {"region": "Far"}),
            (404, "Pod", {"pod_id": NOBODY}), (404, NOBODY, {"central_id": NOBODY}),
            (409, "under its central id", {"pod_id": cloud.pod_id("RegionOne")}),
            (409, "place it first", {"resource_type": "port", "central_id": port.id})]:
        assert words in str(wanted(cloud, status, **{**this, **changes})), changes
    for method, path, status in [("GET", "/placements?color=red", 400), ("PUT", "/placements", 405),
                                 ("DELETE", "/placements", 405), ("GET", "/placements/x", 404)]:
        assert requests.request(method, cloud.central.url + "/v1.0" + path, timeout=30).status_code == status
    for method in ("GET", "POST"):
        reply = requests.request(method, cloud.central.url + "/v1.0/placements", json={"placement": this}, timeout=30,
                                 headers={"X-Roles": "member", "X-Project-Id": "acme"})
        assert reply.status_code == 403
    assert listed(cloud) == []


def test_hints_name_regions_and_zones_and_embedded_ones_have_it_anyway(far):
    cloud, pod = far
    names = ["Far", "far-az", "RegionOne"]
    networks = [cloud.net.create_network(name=name, availability_zone_hints=[name]) for name in names]
    cloud.net.create_network(name="everywhere")
    assert {row["central_id"] for row in listed(cloud)} == {network.id for network in networks[:2]}
    assert {(row["pod_id"], row["region_name"], row["state"], row["local_id"]) for row in listed(cloud)} == \
        {(pod, "Far", "pending", "")}
    wait_until(lambda: any(row["last_error"] for row in listed(cloud)), what="what the first waits for")
    cloud.net.delete_network(networks[0])
    cloud.net.delete_network(networks[1])


def test_a_list_is_read_page_by_page(far):
    cloud, _ = far
    networks = {cloud.net.create_network(availability_zone_hints=["Far"]).id for _ in range(5)}
    page = cloud.admin.call("GET", "/placements", limit=2)
    seen = [row["central_id"] for row in page["placements"]]
    while "placements_links" in page:
        reply = requests.get(cloud.central.url + page["placements_links"][0]["href"], timeout=30)
        page = reply.json()
        seen += [row["central_id"] for row in page["placements"]]
    assert len(seen) == 5 and set(seen) == networks
    table = commands.run("network", "placements", url=cloud.central.url)
    assert {row["central_id"] for row in commands.rows(table)} == networks


def test_the_command_says_that_it_is_not_there_in_time(far):
    cloud, pod = far
    network = cloud.network()
    words = commands.run("network", "place", network.id, "--pod", "Far", "--timeout", "0", url=cloud.central.url, code=5)
    assert "XJob goes on" in words
    assert [row["central_id"] for row in listed(cloud, pod_id=pod)] == [network.id]
    commands.run("pod", "delete", "Far", url=cloud.central.url)
    assert listed(cloud) == []


def test_a_network_is_linked_without_a_word_of_its_project(cloud):
    network, local = cloud.network(), cloud.pods["RegionOne"].net.create_network(name="theirs")
    commands.run("network", "link", network.id, local.id, "--pod", "RegionOne", url=cloud.central.url)
    (row,) = cloud.admin.routings(top_id=network.id)
    assert (row["bottom_id"], row["project_id"]) == (local.id, network.project_id)
    assert "not found" in commands.run("network", "link", NOBODY, local.id, "--pod", "RegionOne",
                                                url=cloud.central.url, code=1)
