"""Which policy applies to a port or network, from where, and what each pod has of it."""
import pytest
import requests

from cloud import wait_until
from harness.gate import Gate


def explain(cloud, project="admin", status=200, roles="admin", **query):
    reply = requests.get(cloud.central.url + "/v1.0/explain", params=query, timeout=30,
                         headers={"X-Project-Id": project, "X-Roles": roles})
    assert reply.status_code == status, reply.text
    return reply.json()["explain"] if status == 200 else reply.json()


def in_region(explained, region):
    return next(pod for pod in explained["pods"] if pod["region_name"] == region)


def test_a_port_without_a_policy_of_its_own_has_its_networks(cloud):
    policy, network = cloud.bound_everywhere()
    port = cloud.boot("RegionOne", network)
    cloud.rest()
    told = explain(cloud, port=port.id)
    assert (told["policy"]["id"], told["policy"]["from"], told["policy"]["name"]) == (policy.id, "network", "gold")
    assert [pod["region_name"] for pod in told["pods"]] == ["RegionOne"], "it is nowhere else"
    here = in_region(told, "RegionOne")
    assert here["state"] == "in_sync" and here["binding"]["central_id"] == network.id and not here["jobs"]
    assert here["copy"]["local_id"] == cloud.copy_id(policy, "RegionOne")
    own = cloud.policy("silver")
    cloud.net.update_port(port, qos_policy_id=own.id)
    cloud.rest()
    told = explain(cloud, port=port.id)
    assert (told["policy"]["id"], told["policy"]["from"]) == (own.id, "port")
    assert in_region(told, "RegionOne")["binding"]["central_id"] == port.id


def test_nothing_wanted_and_nothing_there_is_in_sync(cloud):
    network = cloud.network()
    cloud.appear(network)
    cloud.rest()
    told = explain(cloud, network=network.id)
    assert told["policy"] is None and {pod["state"] for pod in told["pods"]} == {"in_sync"}


def test_what_is_on_its_way_says_why_it_is_not_there(gated):
    cloud, gate = gated
    policy, network = cloud.bound_everywhere()
    gate.rule = lambda method, path: Gate.Refusal(500, "InternalServerError", "not today") if method == "PUT" else None
    cloud.net.update_qos_policy(policy.id, name="silver")
    job = wait_until(lambda: [job for job in in_region(explain(cloud, network=network.id), "RegionOne")["jobs"]
                              if job["last_error"]], what="a job that says why")[0]
    assert job["type"] == "qos_update" and "not today" in job["last_error"]
    here = in_region(explain(cloud, network=network.id), "RegionOne")
    assert here["state"] == "retrying" and here["binding"]["state"] == "in_sync"
    told = explain(cloud, project="admin", roles="member", network=network.id)
    assert "not today" not in str(told), "words of pods are for admins"
    gate.rule = lambda method, path: None
    cloud.rest()
    assert in_region(explain(cloud, network=network.id), "RegionOne")["state"] == "in_sync"


@pytest.mark.parametrize("query", [{}, {"port": "x", "network": "y"}, {"policy": "x"}])
def test_one_port_or_network_must_be_named(cloud, query):
    assert "badRequest" in explain(cloud, status=400, **query)


def test_nobody_elses_is_explained(cloud):
    network = cloud.network()
    assert explain(cloud, network=network.id)["id"] == network.id
    assert "itemNotFound" in explain(cloud, status=404, project="other", roles="member", network=network.id)
    assert "itemNotFound" in explain(cloud, status=404, port=network.id)
