"""The Tricircle Admin API v1.0: pods, routings, jobs and schemas, with the original's codes and error shapes."""
import json
import re

import pytest
import requests

from cloud import Cloud, Server, wait_until
from harness.commands import rows, run

NOBODY = "11111111-1111-4111-8111-111111111111"
ALL = "not_specified_pod"
SHAPES = {400: "badRequest", 403: "forbidden", 404: "itemNotFound", 405: "badMethod", 409: "conflictingRequest"}
SCHEMAS = {"qos_create": ["pod_id", "policy_id", "res_type", "res_id"],
           "qos_update": ["pod_id", "policy_id"],
           "qos_delete": ["pod_id", "policy_id"],
           "sync_qos_rule": ["rule_id", "policy_id"],
           "update_network": ["pod_id", "network_id"],
           "update_port": ["pod_id", "port_id"],
           "port_delete": ["pod_id", "port_id"]}


class Api:
    """The Admin API as it is on the wire."""

    def __init__(self, url):
        self.url = url

    def ask(self, method, path, body=None, **headers):
        return requests.request(method, self.url + path, json=body, timeout=30,
                                headers={name.replace("_", "-"): value for name, value in headers.items()})

    def get(self, path, status=200):
        reply = self.ask("GET", path)
        assert reply.status_code == status, reply.text
        return reply.json()

    def refuses(self, status, method, path, body=None, **headers):
        """The words of a refusal of routings and jobs, whose shape is checked."""
        reply = self.ask(method, path, body, **headers)
        assert reply.status_code == status, reply.text
        assert list(reply.json()) == [SHAPES[status]], reply.text
        error = reply.json()[SHAPES[status]]
        assert set(error) == {"message", "code"} and error["code"] == status and error["message"]
        return error["message"]

    def refuses_plainly(self, status, method, path, body=None, **headers):
        """The words of a refusal of pods: plain text."""
        reply = self.ask(method, path, body, **headers)
        assert reply.status_code == status, reply.text
        assert reply.headers["Content-Type"].startswith("text/plain")
        assert reply.text and not reply.text.startswith("{")
        return reply.text

    def pod(self, region, az_name="az", neutron_url="http://127.0.0.1:1", **more):
        reply = self.ask("POST", "/v1.0/pods", {"pod": {"region_name": region, "az_name": az_name,
                                                        "neutron_url": neutron_url, **more}})
        assert reply.status_code == 200, reply.text
        return reply.json()["pod"]

    def routing(self, top_id, pod_id, kind="network", bottom_id="local", project="admin", query=""):
        reply = self.ask("POST", "/v1.0/routings" + query, {"routing": {
            "top_id": top_id, "bottom_id": bottom_id, "pod_id": pod_id, "project_id": project, "resource_type": kind}})
        assert reply.status_code == 200, reply.text
        return reply.json()["routing"]


@pytest.fixture(scope="module")
def central(tmp_path_factory):
    """A centre alone: nobody works on the jobs."""
    server = Server("central", tmp_path_factory.mktemp("admin") / "central", ["central", "--no-auth"])
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def api(central):
    return Api(central.url)


@pytest.fixture
def tied(central, api):
    """A network that is known in a pod of its own, and a policy."""
    network = central.net.create_network(name="tied")
    policy = central.net.create_qos_policy(name="tied")
    pod = api.pod("Region-" + network.id)
    routing = api.routing(network.id, pod["pod_id"])
    return {"network": network, "policy": policy, "pod": pod, "routing": routing}


# --- versions, paths and callers --------------------------------------------------------------------------------------


def test_version_document(api):
    assert api.get("/v1.0") == api.get("/v1.0/")
    document = api.get("/v1.0")
    assert document["version"] == "1.0"
    assert {link["rel"]: link["href"] for link in document["links"]} == {
        "self": "/v1.0", "jobs": "/v1.0/jobs", "pods": "/v1.0/pods", "routings": "/v1.0/routings"}
    for method in ("POST", "PUT", "DELETE"):
        api.refuses(405, method, "/v1.0")


def test_unknown_paths_and_methods(api, tied):
    assert "/v1.0/nothing" in api.refuses(404, "GET", "/v1.0/nothing")
    api.refuses(404, "GET", "/v1.0/jobs/a/b")
    api.refuses(404, "GET", "/v1.0/routings/1/2")
    api.refuses_plainly(404, "GET", "/v1.0/pods/a/b")
    api.refuses(405, "DELETE", "/v1.0/jobs")
    api.refuses(405, "PUT", "/v1.0/routings")
    api.refuses(405, "POST", f"/v1.0/routings/{tied['routing']['id']}")
    api.refuses_plainly(405, "DELETE", "/v1.0/pods")


def test_only_admins_are_served(api, tied):
    pod = tied["pod"]["pod_id"]
    for method, path in (("GET", "/v1.0/pods"), ("GET", f"/v1.0/pods/{pod}"), ("POST", "/v1.0/pods"),
                         ("DELETE", f"/v1.0/pods/{pod}")):
        api.refuses_plainly(401, method, path, {"pod": {"region_name": "x"}}, X_Roles="member")
    routing = f"/v1.0/routings/{tied['routing']['id']}"
    for method, path in (("GET", "/v1.0/routings"), ("GET", routing), ("POST", "/v1.0/routings"), ("PUT", routing),
                         ("DELETE", routing), ("GET", "/v1.0/jobs"), ("GET", "/v1.0/jobs/schemas"),
                         ("POST", "/v1.0/jobs"), ("PUT", f"/v1.0/jobs/{NOBODY}"), ("DELETE", f"/v1.0/jobs/{NOBODY}")):
        api.refuses(403, method, path, {}, X_Roles="member,reader")
    assert api.get(routing)["routing"] == tied["routing"]
    assert api.get(f"/v1.0/pods/{pod}")["pod"] == tied["pod"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}",
                                  b'{"routing": [], "job": 7, "pod": "x"}'],
                         ids=["empty", "half", "list", "null", "bad UTF-8", "deep", "nothing in it", "of wrong kinds"])
def test_bodies_that_are_none(central, api, body):
    for path, key in (("/v1.0/routings", "routing"), ("/v1.0/jobs", "job")):
        reply = requests.post(central.url + path, data=body, timeout=30)
        assert reply.status_code == 400 and list(reply.json()) == ["badRequest"], reply.text
    reply = requests.post(central.url + "/v1.0/pods", data=body, timeout=30)
    assert reply.status_code == 400 and reply.headers["Content-Type"].startswith("text/plain")


# --- pods -------------------------------------------------------------------------------------------------------------


def test_a_pods_life(api):
    given = {"az_name": "az7", "pod_az_name": "nova", "dc_name": "dc1", "neutron_url": "http://127.0.0.1:9/net"}
    pod = api.pod("RegionSeven", **given)
    assert {name: pod[name] for name in given} == given
    assert pod["region_name"] == "RegionSeven" and re.fullmatch(r"[0-9a-f-]{36}", pod["pod_id"])
    assert pod["circuit"] == {"open": False, "last_error": ""}
    assert (pod["interface"], pod["service_type"], pod["from_catalogue"]) == ("public", "network", False)
    assert api.get(f"/v1.0/pods/{pod['pod_id']}") == {"pod": pod}
    assert pod in api.get("/v1.0/pods")["pods"]
    reply = api.ask("PUT", f"/v1.0/pods/{pod['pod_id']}", {"pod": {"neutron_url": "https://127.0.0.1:8"}})
    assert reply.status_code == 200 and reply.json()["pod"] == {**pod, "neutron_url": "https://127.0.0.1:8"}
    reply = api.ask("DELETE", f"/v1.0/pods/{pod['pod_id']}")
    assert (reply.status_code, reply.json()) == (200, {})
    for method in ("GET", "PUT", "DELETE"):
        api.refuses_plainly(404, method, f"/v1.0/pods/{pod['pod_id']}", {"pod": {}})
    assert pod["pod_id"] not in {p["pod_id"] for p in api.get("/v1.0/pods")["pods"]}


def test_pods_that_are_refused(api, tied):
    before = api.get("/v1.0/pods")

    def refuses(status, **pod):
        wanted = {"region_name": "RegionNew", "az_name": "az", "neutron_url": "http://127.0.0.1:1", **pod}
        return api.refuses_plainly(status, "POST", "/v1.0/pods", {"pod": wanted})
    refuses(422, region_name="")
    refuses(422, region_name=None)
    refuses(422, neutron_url="ftp://127.0.0.1")
    refuses(400, region_name=7)
    refuses(400, az_name="a" * 256)
    refuses(400, dc_name="a\0b")
    refuses(400, embedded="yes")
    refuses(422, interface="private")
    refuses(400, interface=1)
    refuses(422, service_type="n" * 65)
    assert tied["pod"]["region_name"] in refuses(409, region_name=tied["pod"]["region_name"])
    pod = f"/v1.0/pods/{tied['pod']['pod_id']}"
    for change, status in (({"region_name": "x"}, 400), ({"pod_id": NOBODY}, 400), ({"neutron_url": "x"}, 422),
                           ({"dc_name": "a" * 256}, 400), ({"interface": "Public"}, 422)):
        api.refuses_plainly(status, "PUT", pod, {"pod": change})
    assert "Routings still point to pod" in api.refuses_plainly(409, "DELETE", pod)
    assert api.get("/v1.0/pods") == before


def test_there_is_one_central_region(api, tied):
    centre = api.pod("CentralRegion", az_name="", neutron_url="")
    try:
        refused = {"pod": {"region_name": "SecondCentre", "az_name": ""}}
        assert "central region" in api.refuses_plainly(409, "POST", "/v1.0/pods", refused)
        api.refuses_plainly(409, "PUT", f"/v1.0/pods/{tied['pod']['pod_id']}", {"pod": {"az_name": ""}})
        assert api.ask("PUT", f"/v1.0/pods/{centre['pod_id']}", {"pod": {"az_name": ""}}).status_code == 200
    finally:
        assert api.ask("DELETE", f"/v1.0/pods/{centre['pod_id']}").status_code == 200


# --- routings ---------------------------------------------------------------------------------------------------------


def test_a_routings_life(api, tied):
    routing = tied["routing"]
    assert set(routing) == {"id", "top_id", "bottom_id", "pod_id", "project_id", "resource_type", "created_at",
                            "updated_at"}
    assert isinstance(routing["id"], int)
    path = f"/v1.0/routings/{routing['id']}"
    assert api.get(path) == {"routing": routing}
    changed = api.ask("PUT", path, {"routing": {"bottom_id": "another"}})
    assert changed.status_code == 200, changed.text
    after = changed.json()["routing"]
    assert after["bottom_id"] == "another" and after["top_id"] == routing["top_id"]
    path = f"/v1.0/routings/{after['id']}"
    gone = api.ask("DELETE", path)
    assert (gone.status_code, gone.content) == (200, b"")
    for method in ("GET", "PUT", "DELETE"):
        api.refuses(404, method, path, {"routing": {"bottom_id": "x"}})


def test_routings_that_are_refused(api, tied):
    good = {"top_id": tied["network"].id, "bottom_id": "x", "pod_id": tied["pod"]["pod_id"], "project_id": "admin",
            "resource_type": "network"}
    before = api.get("/v1.0/routings?all_projects=true")
    path = f"/v1.0/routings/{tied['routing']['id']}"

    def refuses(status, **fields):
        return api.refuses(status, "POST", "/v1.0/routings", {"routing": {**good, **fields}})
    assert "exists already" in refuses(409)
    for name in good:
        refuses(400, **{name: ""})
        refuses(400, **{name: None})
        api.refuses(400, "PUT", path, {"routing": {name: ""}})
    refuses(400, top_id=7)
    refuses(400, top_id="x" * 128)
    refuses(400, bottom_id="x" * 37)
    refuses(400, bottom_id="a\0b")
    refuses(400, resource_type="magic")
    refuses(400, pod_id=NOBODY)
    refuses(404, top_id=NOBODY)
    api.refuses(400, "PUT", path, {"routing": {"pod_id": NOBODY}})
    api.refuses(400, "PUT", path, {"routing": {"resource_type": "magic"}})
    api.refuses(400, "PUT", path, {"routing": {"id": 5}})
    for odd in ("nobody", "1e3", "-1", "9" * 30):
        api.refuses(404, "GET", f"/v1.0/routings/{odd}")
    assert api.get("/v1.0/routings?all_projects=true") == before


def test_a_routing_of_a_policy_is_xjobs_own(api, tied):
    fields = {"top_id": tied["policy"].id, "bottom_id": "x", "pod_id": tied["pod"]["pod_id"], "project_id": "admin",
              "resource_type": "qos_policy"}
    assert "force=true" in api.refuses(409, "POST", "/v1.0/routings", {"routing": fields})
    assert api.get(f"/v1.0/routings?top_id={tied['policy'].id}")["routings"] == []
    routing = api.routing(tied["policy"].id, tied["pod"]["pod_id"], "qos_policy", query="?force=true")
    path = f"/v1.0/routings/{routing['id']}"
    api.refuses(409, "DELETE", path)
    api.refuses(409, "PUT", path, {"routing": {"bottom_id": "y"}})
    api.refuses(409, "PUT", f"/v1.0/routings/{tied['routing']['id']}", {"routing": {"resource_type": "qos_policy"}})
    assert api.get(path) == {"routing": routing}
    assert api.ask("DELETE", path + "?force=true").status_code == 200


def test_routings_of_what_the_centre_does_not_keep_are_stored(api, tied):
    """The original's other types stand in the table for whoever reads it."""
    for kind in ("router", "security_group", "trunk"):
        routing = api.routing("top-" + kind, tied["pod"]["pod_id"], kind)
        assert api.get(f"/v1.0/routings?resource_type={kind}")["routings"] == [routing]
        assert api.ask("DELETE", f"/v1.0/routings/{routing['id']}").status_code == 200


def test_filters_of_routings(api, tied):
    routing, pod = tied["routing"], tied["pod"]["pod_id"]
    for name in ("id", "top_id", "pod_id", "created_at", "updated_at"):
        assert routing in api.get(f"/v1.0/routings?{name}={routing[name]}")["routings"], name
    assert api.get(f"/v1.0/routings?pod_id={pod}&bottom_id=local&resource_type=network")["routings"] == [routing]
    assert api.get(f"/v1.0/routings?pod_id={pod}&bottom_id=elsewhere")["routings"] == []
    assert api.get(f"/v1.0/routings?pod_id={pod}&created_at=2001-01-01T00:00:00Z")["routings"] == []
    for query in ("foo=1", "id=x", "limit=x", "limit=1.5", "marker=x", "marker=999999999", "created_at=yesterday"):
        api.refuses(400, "GET", "/v1.0/routings?" + query)


def test_an_admin_sees_his_own_project_unless_he_asks_for_all(central, api, tied):
    network = central.net.create_network(name="other", project_id="other")
    other = api.routing(network.id, tied["pod"]["pod_id"], project="other")
    mine = tied["routing"]
    assert other["project_id"] == "other", "a routing belongs to the project that owns the network"
    pod = f"pod_id={tied['pod']['pod_id']}"

    def seen(query="", **headers):
        reply = api.ask("GET", f"/v1.0/routings?{pod}{query}", **headers)
        return sorted(r["id"] for r in reply.json()["routings"])
    assert seen() == [mine["id"]]
    assert seen("&project_id=other") == [mine["id"]], "as the original: the caller's own project, whatever is asked"
    assert seen(X_Project_Id="other") == [other["id"]]
    assert seen("&all_projects=true") == sorted([mine["id"], other["id"]])
    assert seen("&all_projects=true&project_id=other") == [other["id"]]


def pages(api, path, key):
    """Follows the next links; returns the pages."""
    found = []
    while path:
        body = api.get(path)
        found.append(body[key])
        path = next((link["href"] for link in body.get(key + "_links", []) if link["rel"] == "next"), None)
    return found


def test_pages_of_routings_keep_the_filters(central, api, tied):
    pod = tied["pod"]["pod_id"]
    made = [tied["routing"]["id"]]
    for number in range(4):
        network = central.net.create_network(name=f"page {number}", project_id="other")
        made.append(api.routing(network.id, pod)["id"])
        api.routing(f"noise {number}", pod, "router")
    path = f"/v1.0/routings?limit=2&pod_id={pod}&resource_type=network&all_projects=true"
    found = pages(api, path, "routings")
    assert [[r["id"] for r in page] for page in found] == [made[:2:-1], made[2:0:-1], made[:1]]
    everything = [r["id"] for page in found for r in page]
    for limit in ("0", "-5", "2001", "9" * 30):
        whole = api.get(path.replace("limit=2", "limit=" + limit))
        assert [r["id"] for r in whole["routings"]] == everything and "routings_links" not in whole


# --- jobs -------------------------------------------------------------------------------------------------------------


def job(api, kind, status=200, project="admin", **resource):
    reply = api.ask("POST", "/v1.0/jobs", {"job": {"type": kind, "project_id": project, "resource": resource}})
    assert reply.status_code == status, reply.text
    return reply.json()["job"] if status == 200 else list(reply.json().values())[0]["message"]


def test_schemas(api):
    schemas = api.get("/v1.0/jobs/schemas")["schemas"]
    assert {schema["type"]: schema["resource"] for schema in schemas} == SCHEMAS


def resources(central, tied):
    """A resource that fits, for each type of job, with what must be gone at the centre gone."""
    pod, policy, network = tied["pod"]["pod_id"], tied["policy"].id, tied["network"].id
    return {"qos_create": {"pod_id": pod, "policy_id": policy, "res_type": "network", "res_id": network},
            "qos_update": {"pod_id": pod, "policy_id": policy},
            "qos_delete": {"pod_id": pod, "policy_id": NOBODY},
            "sync_qos_rule": {"rule_id": NOBODY, "policy_id": policy},
            "update_network": {"pod_id": pod, "network_id": network},
            "update_port": {"pod_id": ALL, "port_id": central.net.create_port(network_id=network).id},
            "port_delete": {"pod_id": ALL, "port_id": NOBODY}}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_job_of_each_type_is_taken(central, api, tied, kind):
    resource = resources(central, tied)[kind]
    made = job(api, kind, **resource)
    assert (made["type"], made["status"], made["project_id"], made["parent_id"]) == (kind, "NEW", "admin", None)
    assert set(made["resource"].items()) <= set(resource.items()) and made["resource"]
    assert made["attempts"] == 0 and made["last_error"] == "" and made["timestamp"] and made["finished_at"] is None
    assert api.get(f"/v1.0/jobs/{made['id']}") == {"job": made}
    # It can be done again while it waits, and taken away.
    redone = api.ask("PUT", f"/v1.0/jobs/{made['id']}")
    assert (redone.status_code, redone.json()) == (200, None)
    assert api.get(f"/v1.0/jobs/{made['id']}")["job"]["status"] == "NEW"
    gone = api.ask("DELETE", f"/v1.0/jobs/{made['id']}")
    assert (gone.status_code, gone.json()) == (200, {})
    for method in ("GET", "PUT", "DELETE"):
        api.refuses(404, method, f"/v1.0/jobs/{made['id']}")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_resource_must_hold_exactly_the_fields_of_the_schema(central, api, tied, kind):
    before = api.get("/v1.0/jobs?all_projects=true")
    resource = resources(central, tied)[kind]
    for name in resource:
        rest = {key: value for key, value in resource.items() if key != name}
        assert name in job(api, kind, 400, **rest)
        if name not in ("rule_id", "res_id", "res_type"):
            job(api, kind, 400, **{**resource, name: ""})
        if name != "rule_id":
            job(api, kind, 400, **{**resource, name: {"a": 1}})
    job(api, kind, 400, **resource, extra="x")
    if "pod_id" in resource:
        job(api, kind, 400, **{**resource, "pod_id": NOBODY})
    assert api.get("/v1.0/jobs?all_projects=true") == before


def test_jobs_that_are_refused(api, tied):
    pod, policy = tied["pod"]["pod_id"], tied["policy"].id
    before = api.get("/v1.0/jobs?all_projects=true")
    assert "magic" in job(api, "magic", 400, pod_id=pod)
    assert "still exists" in job(api, "qos_delete", 400, pod_id=pod, policy_id=policy)
    job(api, "qos_update", 400, pod_id=pod, policy_id=NOBODY)
    job(api, "qos_create", 400, pod_id=pod, policy_id=policy, res_type="router", res_id=tied["network"].id)
    job(api, "update_network", 400, pod_id=pod, network_id=NOBODY)
    job(api, "update_network", 400, project="p" * 256, pod_id=pod, network_id=tied["network"].id)
    for missing in ("type", "project_id", "resource"):
        given = {"type": "qos_update", "project_id": "admin", "resource": {"pod_id": pod, "policy_id": policy}}
        del given[missing]
        api.refuses(400, "POST", "/v1.0/jobs", {"job": given})
    for method in ("GET", "PUT", "DELETE"):
        api.refuses(404, method, f"/v1.0/jobs/{NOBODY}")
    assert api.get("/v1.0/jobs?all_projects=true") == before


def test_filters_and_pages_of_jobs(central, api, tied):
    pod, network = tied["pod"]["pod_id"], tied["network"].id
    made = [job(api, "update_network", project="one", pod_id=pod, network_id=network)["id"] for _ in range(5)]
    update = job(api, "qos_update", project="two", pod_id=pod, policy_id=tied["policy"].id)["id"]

    def seen(query, **headers):
        reply = api.ask("GET", "/v1.0/jobs?" + query, **headers)
        assert reply.status_code == 200, reply.text
        return {j["id"] for j in reply.json()["jobs"]}
    mine = f"pod_id={pod}"
    assert seen(mine + "&all_projects=true") == {*made, update}
    assert seen(mine) == set() and seen(mine, X_Project_Id="one") == set(made)
    assert seen(mine + "&project_id=two", X_Project_Id="one") == set(made)
    assert seen(mine + "&all_projects=true&project_id=two") == {update}
    assert seen(mine + "&all_projects=true&type=qos_update") == {update}
    for status in ("new", "NEW"):
        assert seen(mine + "&all_projects=true&status=" + status) == {*made, update}
    assert seen(mine + "&all_projects=true&status=FAIL") == set()
    found = pages(api, f"/v1.0/jobs?limit=2&{mine}&type=update_network&all_projects=true", "jobs")
    assert [len(page) for page in found] == [2, 2, 1]
    ids = [j["id"] for page in found for j in page]
    assert len(set(ids)) == 5 and set(ids) == set(made)
    ordered = [(j["created_at"], j["id"]) for page in found for j in page]
    assert [time for time, _ in ordered] == sorted((time for time, _ in ordered), reverse=True)
    assert api.get(f"/v1.0/jobs/detail?{mine}&all_projects=true") == api.get(f"/v1.0/jobs?{mine}&all_projects=true")
    for query in ("foo=1", "limit=x", f"marker={NOBODY}", "marker=x"):
        api.refuses(400, "GET", "/v1.0/jobs?" + query)


# --- jobs at work -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A cloud whose jobs are done."""
    made = Cloud(tmp_path_factory.mktemp("admin-busy") / "cloud")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def bound(busy):
    """A policy bound to a network in both pods."""
    policy, network = busy.policy(), busy.network()
    busy.appear(network)
    busy.net.update_network(network, qos_policy_id=policy.id)
    busy.settle()
    return policy, network


def test_D27_each_type_of_job_runs_to_success_under_its_id(busy, bound):
    policy, network = bound
    api = Api(busy.central.url)
    pod = busy.admin.pods()["RegionOne"]["pod_id"]
    port = busy.boot("RegionOne", network)
    busy.settle()
    asked = [("qos_create", {"pod_id": pod, "policy_id": policy.id, "res_type": "network", "res_id": network.id}),
             ("qos_create", {"pod_id": ALL, "policy_id": policy.id, "res_type": "network", "res_id": network.id}),
             ("qos_create", {"pod_id": pod, "policy_id": policy.id, "res_type": None, "res_id": None}),
             ("qos_update", {"pod_id": pod, "policy_id": policy.id}),
             ("qos_update", {"pod_id": ALL, "policy_id": policy.id}),
             ("qos_delete", {"pod_id": ALL, "policy_id": NOBODY}),
             ("sync_qos_rule", {"rule_id": policy.rules[0]["id"], "policy_id": policy.id}),
             ("update_network", {"pod_id": ALL, "network_id": network.id}),
             ("update_port", {"pod_id": pod, "port_id": port.id}),
             ("port_delete", {"pod_id": ALL, "port_id": NOBODY})]
    ids = [job(api, kind, **resource)["id"] for kind, resource in asked]
    busy.settle()
    for (kind, _), job_id in zip(asked, ids):
        done = api.get(f"/v1.0/jobs/{job_id}")["job"]
        assert (done["id"], done["type"], done["status"], done["last_error"]) == (job_id, kind, "SUCCESS", "")
        assert done["finished_at"] and done["microseconds"] > 0
        for method in ("PUT", "DELETE"):
            assert "SUCCESS" in api.refuses(400, method, f"/v1.0/jobs/{job_id}")
    for region in busy.pods:
        busy.assert_copy_is_true(policy, region)
        busy.assert_bound("network", network, policy, region)


def test_a_parents_children_are_found_by_it(busy, bound):
    policy, _ = bound
    api = Api(busy.central.url)
    parent = job(api, "qos_update", pod_id=ALL, policy_id=policy.id)
    busy.settle()
    children = api.get(f"/v1.0/jobs?parent_id={parent['id']}")["jobs"]
    assert {child["pod_id"] for child in children} == {pod["pod_id"] for pod in busy.admin.pods().values()}
    assert {child["status"] for child in children} == {"SUCCESS"}
    assert api.get(f"/v1.0/jobs/{parent['id']}")["job"]["status"] == "SUCCESS"


def test_D07_a_failed_job_can_be_done_again_under_its_id(busy):
    """The routing names a network that the pod lacks; once that is put right the same job succeeds."""
    api = Api(busy.central.url)
    policy, network = busy.policy(name="again"), busy.network(name="again", cidr="10.7.0.0/24")
    busy.net.update_network(network, qos_policy_id=policy.id)
    busy.admin.tie("network", network.id, NOBODY, "RegionOne")
    failed = next(j for j in busy.settle() if j["resource"].get("res_id") == network.id)
    assert failed["status"] == "FAIL" and "could not be found" in failed["last_error"], failed
    redone = api.ask("PUT", f"/v1.0/jobs/{failed['id']}")
    assert redone.status_code == 200
    busy.settle()
    after = api.get(f"/v1.0/jobs/{failed['id']}")["job"]
    assert after["status"] == "FAIL" and after["attempts"] > failed["attempts"], "nothing was put right"
    assert api.ask("DELETE", f"/v1.0/jobs/{failed['id']}").status_code == 200
    api.refuses(404, "GET", f"/v1.0/jobs/{failed['id']}")


def test_D28_a_waiting_parent_ends_with_its_last_child(busy, bound):
    """A pod is down: its child waits, so the parent runs and can be neither redone nor deleted; the child can."""
    policy, _ = bound
    api = Api(busy.central.url)
    busy.pods["RegionTwo"].stop()
    try:
        # A job that asks for no more than the pod has would be done without a call.
        busy.net.update_qos_policy(policy.id, description="while one is down")
        parent = job(api, "qos_update", pod_id=ALL, policy_id=policy.id)["id"]
        path = f"/v1.0/jobs/{parent}"
        wait_until(lambda: api.get(path)["job"]["status"] == "RUNNING", what="the parent is expanded")

        def open_children():
            return [j for j in api.get(f"/v1.0/jobs?parent_id={parent}")["jobs"] if j["status"] in ("NEW", "RUNNING")]
        wait_until(lambda: [j["status"] for j in open_children()] == ["NEW"] and open_children()[0]["last_error"],
                   what="the child of the pod that is down waits")
        for method in ("PUT", "DELETE"):
            assert "RUNNING" in api.refuses(400, method, path)
        assert api.get(path)["job"]["pod_id"] == ALL
        child = wait_until(lambda: next((j["id"] for j in open_children() if j["status"] == "NEW"), None))
        wait_until(lambda: api.ask("DELETE", f"/v1.0/jobs/{child}").status_code == 200)
        assert api.get(path)["job"]["status"] == "SUCCESS"
    finally:
        busy.pods["RegionTwo"].start()
    busy.settle()
    busy.assert_copy_is_true(policy, "RegionTwo")


# --- the commands -----------------------------------------------------------------------------------------------------


def test_pod_commands(api, central):
    made = json.loads(run("pod", "create", "RegionCli", "--no-check", "--az-name", "az1",
                          "--neutron-url", "http://127.0.0.1:1",
                          "--pod-az-name", "nova", "--dc-name", "dc", "-f", "json", url=central.url))
    assert api.get(f"/v1.0/pods/{made['pod_id']}")["pod"] == made
    assert (made["az_name"], made["pod_az_name"], made["dc_name"]) == ("az1", "nova", "dc")
    shown = {row["Field"]: row["Value"] for row in rows(run("pod", "show", "RegionCli", url=central.url))}
    assert shown["pod_id"] == made["pod_id"] and shown["neutron_url"] == "http://127.0.0.1:1"
    listed = rows(run("pod", "list", url=central.url))
    assert next(row for row in listed if row["region_name"] == "RegionCli")["pod_id"] == made["pod_id"]
    assert made in json.loads(run("pod", "list", "-f", "json", url=central.url))
    run("pod", "set", made["pod_id"], "--no-check", "--neutron-url", "http://127.0.0.1:2", url=central.url)
    assert api.get(f"/v1.0/pods/{made['pod_id']}")["pod"]["neutron_url"] == "http://127.0.0.1:2"
    place = ["--interface", "admin", "--service-type", "net"]
    run("pod", "set", made["pod_id"], "--no-check", *place, url=central.url)
    moved = api.get(f"/v1.0/pods/{made['pod_id']}")["pod"]
    assert (moved["interface"], moved["service_type"], moved["from_catalogue"]) == ("admin", "net", True)
    assert moved["neutron_url"] == "http://127.0.0.1:2", "the one that is known, until another is found"
    assert "public, internal or admin" in run("pod", "set", made["pod_id"], "--interface", "x", url=central.url, code=1)
    assert "--from-catalogue" in run("pod", "set", made["pod_id"], url=central.url, code=2)
    assert "excludes" in run("pod", "set", "x", "--neutron-url", "http://a", *place, url=central.url, code=2)
    again = ["pod", "create", "RegionCli", "--az-name", "a", "--neutron-url", "http://127.0.0.1:1"]
    assert "exists already" in run(*again, url=central.url, code=1)
    assert run("pod", "delete", "RegionCli", url=central.url) == ""
    assert "There is no pod RegionCli" in run("pod", "show", "RegionCli", url=central.url, code=1)


def test_routing_commands(api, central, tied):
    network = central.net.create_network(name="by command", project_id="other")
    made = json.loads(run("routing", "create", "--type", "network", "--top", network.id, "--bottom", "local-7", "--pod",
                          tied["pod"]["region_name"], "-f", "json", url=central.url))
    assert api.get(f"/v1.0/routings/{made['id']}")["routing"] == made
    listed = rows(run("routing", "list", "--type", "network", "--all-projects", url=central.url))
    assert next(row for row in listed if row["id"] == str(made["id"]))["bottom_id"] == "local-7"
    assert str(made["id"]) not in {row["id"] for row in rows(run("routing", "list", url=central.url))}
    again = ["routing", "create", "--type", "network", "--top", network.id, "--bottom", "x", "--pod"]
    assert "exists already" in run(*again, tied["pod"]["pod_id"], url=central.url, code=1)
    run("routing", "delete", str(made["id"]), url=central.url)
    assert "not found" in run("routing", "delete", str(made["id"]), url=central.url, code=1)


def test_job_commands(api, central, tied):
    made = job(api, "update_network", pod_id=tied["pod"]["pod_id"], network_id=tied["network"].id)
    region = tied["pod"]["region_name"]
    listed = rows(run("job", "list", "--status", "NEW", "--type", "update_network", "--pod", region, url=central.url))
    assert [row["id"] for row in listed] == [made["id"]]
    assert json.loads(run("job", "list", "--pod", region, "-f", "json", url=central.url)) == [made]
    assert json.loads(run("job", "show", made["id"], "-f", "json", url=central.url)) == made
    run("job", "redo", made["id"], url=central.url)
    assert "not found" in run("job", "redo", NOBODY, url=central.url, code=1)


def test_text_of_others_does_not_steer_the_terminal(api, central):
    pod = api.pod("Region\x1b[31mRed\n", az_name="\x9b31maz")
    try:
        table = run("pod", "list", url=central.url)
        assert "\x1b" not in table and "\x9b" not in table
        assert len({len(line) for line in table.splitlines()}) == 1
    finally:
        api.ask("DELETE", f"/v1.0/pods/{pod['pod_id']}")


def test_exit_codes_of_commands(central, tmp_path):
    assert "does not answer" in run("pod", "list", url="http://127.0.0.1:1", code=3)
    for wrong in (["pod"], ["pod", "create"], ["pod", "list", "-f", "yaml"], ["job", "show"], ["magic"], [],
                  ["pod", "list", "--magic"]):
        assert run(*wrong, code=2)


def test_help_and_version():
    text = run("--help")
    for word in ("up", "central", "xjob", "local", "db", "pod", "routing", "job"):
        assert re.search(rf"^  {word} ", text, re.M), word
    assert "Example:" in run("pod", "create", "--help")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version"))


def test_db_commands(tmp_path):
    store = f"sqlite:///{tmp_path}/new.db"
    first = run("db", "upgrade", "--connection", store)
    known = re.fullmatch(r"schema (\d+) of \1\n", first)
    assert known and int(known[1]) >= 1
    assert run("db", "upgrade", "--connection", store) == first == run("db", "version", "--connection", store)
    assert run("db", "version", "--connection", "oracle://x", code=1)
    run("db", "upgrade", code=2)
