"""Who has no right to it changes nothing and learns nothing, whatever route he tries: in another project, without a role
that counts, without a token. The routes are those of /openapi.json and all that src/api/admin.cpp knows.
"""
import json
import pathlib
import re

import pytest
import requests

from cloud import Cloud, Server
from harness.keystone import Keystone

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOBODY = "11111111-1111-4111-8111-111111111111"
OWNER = "victim-project"
REFUSED = (401, 403, 404, 501)  # 501: what nobody may, as POST of quotas
RULES = {"bandwidth_limit": {"max_kbps": 1000}, "dscp_marking": {"dscp_mark": 26}, "minimum_bandwidth": {"min_kbps": 5},
         "packet_rate_limit": {"max_kpps": 70}, "minimum_packet_rate": {"min_kpps": 3, "direction": "any"}}
CHANGES = {"network": {"name": "taken"}, "subnet": {"name": "taken"}, "port": {"name": "taken"},
           "policy": {"name": "taken"}, "rbac_policy": {"target_tenant": "eve"}}

# Method, path, body. {pod}, {policy}, {port}, ... are ids that exist.
ADMIN = [
    ("GET", "/v1.0", None), ("GET", "/v1.0/whoami", None), ("GET", "/v1.0/board", None),
    ("GET", "/v1.0/events?version=1", None), ("GET", "/v1.0/changes", None), ("GET", "/v1.0/changes/{change}", None),
    ("GET", "/v1.0/pods", None), ("GET", "/v1.0/pods/{pod}", None), ("GET", "/v1.0/pods/{pod}/check", None),
    ("POST", "/v1.0/pods", {"pod": {"region_name": "Evil", "az_name": "az9"}}), ("POST", "/v1.0/pods/{pod}/check", {}),
    ("PUT", "/v1.0/pods/{pod}", {"pod": {"neutron_url": "http://127.0.0.1:1"}}), ("DELETE", "/v1.0/pods/{pod}", None),
    ("DELETE", "/v1.0/pods/{pod}?detach=true", None), ("DELETE", "/v1.0/pods/{pod}?purge=true", None),
    ("GET", "/v1.0/routings", None), ("GET", "/v1.0/routings?all_projects=true", None),
    ("GET", "/v1.0/routings/{routing}", None), ("DELETE", "/v1.0/routings/{routing}", None),
    ("PUT", "/v1.0/routings/{routing}", {"routing": {"bottom_id": NOBODY}}),
    ("POST", "/v1.0/routings", {"routing": {"top_id": "{network}", "bottom_id": NOBODY, "pod_id": "{pod}",
                                            "project_id": "eve", "resource_type": "network"}}),
    ("GET", "/v1.0/jobs", None), ("GET", "/v1.0/jobs?all_projects=true", None), ("GET", "/v1.0/jobs/{job}", None),
    ("POST", "/v1.0/jobs", {"job": {"type": "qos_update", "resource": {"pod_id": "{pod}", "qos_policy_id": "{policy}"},
                                    "project_id": "eve"}}),
    ("PUT", "/v1.0/jobs", None), ("PUT", "/v1.0/jobs?status=FAIL&all_projects=true", None),
    ("PUT", "/v1.0/jobs/{job}", None), ("PUT", "/v1.0/jobs/{job}/cancel", None), ("DELETE", "/v1.0/jobs/{job}", None),
    ("GET", "/v1.0/pauses", None), ("PUT", "/v1.0/pauses/pod/{pod}", None), ("DELETE", "/v1.0/pauses/pod/{pod}", None),
    ("PUT", "/v1.0/pauses/policy/{policy}", None), ("DELETE", "/v1.0/pauses/policy/{policy}", None),
    ("GET", "/v1.0/copies", None), ("GET", "/v1.0/copies?policy_id={policy}&detail=true", None),
    ("GET", "/v1.0/bindings", None), ("GET", "/v1.0/bindings?policy_id={policy}", None),
    ("GET", "/v1.0/drifts", None), ("GET", "/v1.0/audits", None), ("GET", "/v1.0/audits/{pod}", None),
    ("POST", "/v1.0/audits", {"audit": {"pod_id": "{pod}"}}),
    ("GET", "/v1.0/policies/{policy}", None), ("PUT", "/v1.0/policies/{policy}", {"policy": {"on_drift": "report"}}),
    ("GET", "/v1.0/policies/{policy}/versions", None),
    ("POST", "/v1.0/policies/{policy}/rollback", {"rollback": {"version": 1}}),
    ("GET", "/v1.0/explain?port={port}", None), ("GET", "/v1.0/explain?network={network}", None),
    ("GET", "/v1.0/status", None), ("GET", "/v1.0/resyncs", None), ("GET", "/v1.0/resyncs/1", None),
    ("POST", "/v1.0/resyncs", {"resync": {"pod_id": "{pod}", "apply": True, "yes_delete": 0}}),
    ("GET", "/v1.0/resyncs/1/items", None), ("DELETE", "/v1.0/resyncs/1", None),
    ("GET", "/v1.0/imports", None), ("POST", "/v1.0/imports", {"import": {"pods": ["{pod}"], "what": ["policies"]}}),
    ("GET", "/v1.0/imports/1", None), ("GET", "/v1.0/imports/1/items", None), ("POST", "/v1.0/imports/1/apply", None),
    ("DELETE", "/v1.0/imports/1", None), ("GET", "/v1.0/duplicates", None), ("GET", "/v1.0/placements", None),
    *(("POST", "/v1.0/plans", {"plan": {"request": request, **how}}) for how in ({}, {"apply": NOBODY}) for request in (
        {"method": "PUT", "path": "/v2.0/qos/policies/{policy}", "body": {"policy": {"name": "taken"}}},
        {"method": "DELETE", "path": "/v2.0/qos/policies/{policy}"},
        {"method": "PUT", "path": "/v2.0/networks/{network}", "body": {"network": {"qos_policy_id": None}}},
        {"method": "PUT", "path": "/v2.0/ports/{port}", "body": {"port": {"qos_policy_id": "{policy}"}}})),
    ("POST", "/v1.0/placements", {"placement": {"network_id": "{network}", "pod_id": "{pod}"}}),
]


class Scene:
    """A settled cloud with an object of each kind, all of one project."""

    def __init__(self, cloud):
        self.cloud, self.ids = cloud, {}
        self.make("policy", "/qos/policies", {"name": "gold"})
        for kind, values in RULES.items():
            self.make(kind + "_rule", f"/qos/policies/{self.ids['policy']}/{kind}_rules", values, owned=False)
        self.make("network", "/networks", {"name": "shop"})
        self.make("subnet", "/subnets", {"network_id": self.ids["network"], "ip_version": 4, "cidr": "10.0.0.0/24"})
        self.make("port", "/ports", {"network_id": self.ids["network"]})
        self.make("rbac_policy", "/rbac-policies", {"object_type": "network", "object_id": self.ids["network"],
                                                    "action": "access_as_shared", "target_tenant": "acme"})
        for path, key in (("networks", "network"), ("subnets", "subnet"), ("ports", "port"), ("qos/policies", "policy")):
            self.ask("PUT", f"/v2.0/{path}/{self.ids[key]}/tags", {"tags": ["a"]})
        network = cloud.net.get_network(self.ids["network"])
        cloud.appear(network)
        changed = self.ask("PUT", f"/v2.0/networks/{network.id}", {"network": {"qos_policy_id": self.ids["policy"]}})
        cloud.rest()
        self.ids.update(pod=cloud.pod_id("RegionOne"), job=cloud.admin.jobs()[0]["id"],
                        routing=str(cloud.admin.routings(top_id=network.id)[0]["id"]),
                        change=changed.headers["X-Tricircle-Change"])
        self.document = self.ask("GET", "/openapi.json").json()

    def ask(self, method, path, body=None, headers=None, url=None):
        return requests.request(method, (url or self.cloud.central.url) + path, json=body, headers=headers, timeout=30)

    def make(self, key, path, values, owned=True):
        reply = self.ask("POST", "/v2.0" + path, {key: {**values, **({"project_id": OWNER} if owned else {})}})
        assert reply.status_code == 201, reply.text
        self.ids[key] = reply.json()[key]["id"]

    def filled(self, text):
        """With ids that exist for {network} and the like."""
        return re.sub(r"\{(\w+)\}", lambda name: self.ids.get(name[1], name[0]), text)

    def neutron_calls(self, **whose):
        """Each operation of the document, with an object that exists and a body that an admin could send; what would be
        made gets `whose` project_id."""
        for template, operations in self.document["paths"].items():
            for method in {"get", "put", "post", "delete"} & set(operations):
                path = template
                kind = next((key for key in sorted(self.ids, key=len, reverse=True)
                             for plural in (key[:-1] + "ies" if key.endswith("policy") else key + "s",)
                             if re.search(rf"[/_-]{plural.replace('_', '[-_]')}(/|$)", template)), None)
                if kind:
                    path = path.replace("{id}", self.ids[kind])
                path = (path.replace("{policy_id}", self.ids["policy"]).replace("{tag}", "a").replace("{alias}", "qos")
                        .replace("{project_id}", OWNER).replace("{type}", "dscp_marking"))
                assert "{" not in path, template
                yield method.upper(), path, self.body(method, path, kind, whose)

    def body(self, method, path, kind, whose):
        if method in ("get", "delete"):
            return None
        if path.endswith("/tags"):
            return {"tags": ["taken"]}
        if "/tags/" in path:
            return None
        if "/quotas" in path:
            return {"quota": {"network": 7}}
        if kind.endswith("_rule"):
            return {("alias_" if "/alias" in path else "") + kind: RULES[kind[:-5]]}
        if method == "put":
            return {kind: CHANGES[kind]}
        made = {"subnet": {"network_id": self.ids["network"], "ip_version": 4, "cidr": "10.9.0.0/24"},
                "port": {"network_id": self.ids["network"]},
                "rbac_policy": {"object_type": "network", "object_id": self.ids["network"],
                                "action": "access_as_shared", "target_tenant": "eve"}}
        return {kind: {**made.get(kind, {"name": "taken"}), **whose}}

    def admin_calls(self):
        return [(method, self.filled(path), json.loads(self.filled(json.dumps(body))) if body else body)
                for method, path, body in ADMIN]

    def dump(self):
        """All that the API shows to an admin. (When pods were looked at last, and by whom, is no content.)"""
        shown = {path: self.ask("GET", path) for path in (
            "/v2.0/networks", "/v2.0/subnets", "/v2.0/ports", "/v2.0/qos/policies", "/v2.0/rbac-policies", "/v2.0/quotas",
            "/v1.0/routings?all_projects=true", "/v1.0/jobs?all_projects=true", "/v1.0/changes", "/v1.0/pauses",
            "/v1.0/copies?detail=true", "/v1.0/bindings", "/v1.0/drifts", "/v1.0/resyncs", "/v1.0/imports",
            "/v1.0/placements", f"/v1.0/policies/{self.ids['policy']}",
            f"/v1.0/policies/{self.ids['policy']}/versions")}
        assert {reply.status_code for reply in shown.values()} == {200}, shown
        shown = {path: reply.json() for path, reply in shown.items()}
        shown["pods"] = {region: (pod["pod_id"], pod["neutron_url"], pod.get("leaving"))
                         for region, pod in self.cloud.admin.pods().items()}
        return shown


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    made = Cloud(tmp_path_factory.mktemp("roles") / "cloud", regions=("RegionOne",))
    try:
        yield Scene(made.start())
    finally:
        made.stop()


@pytest.fixture(scope="module")
def guarded(scene, tmp_path_factory):
    """Another central of the same store, whose callers bring tokens: (URL, Keystone)."""
    if scene.cloud.database:
        pytest.skip("two centrals on one SQLite file")
    folder = tmp_path_factory.mktemp("guarded")
    with Keystone() as keystone:
        config = folder / "tricircle.conf"
        config.write_text(keystone.config + f"[database]\nconnection = sqlite:///{scene.cloud.store}\n")
        server = Server("guarded central", folder / "central", ["central", "--config", str(config)])
        try:
            yield server.start().url, keystone
        finally:
            server.stop()


def test_all_parts_of_the_admin_api_are_tried():
    text = (ROOT / "src/api/admin.cpp").read_text()
    parts = set(re.findall(r'\{"(\w+)", handle_', text)) | set(re.findall(r'path\[0\] == "(\w+)"', text)) - {"pods"}
    assert len(parts) > 15
    assert parts - {part for _, path, _ in ADMIN for part in re.findall(r"^/v1\.0/(\w+)", path)} == set()


def has_shape_of_refusal(reply):
    """Neutron's, Keystone's middleware's, or the Admin API's own."""
    if reply.headers["Content-Type"].startswith("text/plain"):
        return "/v1.0/pods" in reply.url and len(reply.text) < 500
    body = reply.json()
    kind, inner = next(iter(body.items()))
    if kind == "NeutronError":
        return set(inner) == {"type", "message", "detail"}
    return len(body) == 1 and inner["code"] == reply.status_code and inner["message"]


def tell_nothing(scene, call, reply):
    """What was shown has no object of the owner in it, beyond what was asked with."""
    method, path, _ = call
    assert method == "GET", f"{call}: {reply.status_code} {reply.text}"
    if reply.headers.get("Content-Type") == "text/event-stream":
        seen = next(reply.iter_lines(chunk_size=1)).decode()  # which is what he is told first
        reply.close()
    else:
        seen = reply.text
    # (Numbers may be anybody's. Which regions there are, and whether they answer, the board tells everybody.)
    told = {"job", "routing"} | ({"pod"} if path in ("/v1.0/board", "/v1.0/events?version=1") else set())
    for key, object_id in scene.ids.items():
        if key not in told:
            assert object_id not in seen, f"{call} shows the {key}: {seen}"
    assert OWNER not in seen or OWNER in path, f"{call}: {seen}"


def tries(scene, headers, calls, url=None, only=None, refused=REFUSED):
    before, count = scene.dump(), 0
    for call in calls:
        method, path, body = call
        reply = requests.request(method, (url or scene.cloud.central.url) + path, json=body, headers=headers, timeout=30,
                                 stream="events" in path)
        count += 1
        if reply.status_code in (only or refused):
            assert has_shape_of_refusal(reply), f"{call}: {reply.text}"
        else:
            assert only is None and reply.status_code == 200, f"{call}: {reply.status_code} {reply.text}"
            tell_nothing(scene, call, reply)
    assert scene.dump() == before
    return count


@pytest.mark.parametrize("roles", ["reader", "guest", "not-admin,administrator"])
def test_who_is_of_another_project_without_a_role_for_it(scene, roles):
    headers = {"X-Project-Id": "eve", "X-User-Id": "eve", "X-Roles": roles}
    assert tries(scene, headers, [*scene.neutron_calls(), *scene.admin_calls()]) > 150


def test_who_is_a_member_of_another_project(scene):
    """He may make things of his own; what is tried is to make them in the owner's name (which Neutron takes for a bad
    request), and what is the owner's."""
    headers = {"X-Project-Id": "eve", "X-User-Id": "eve", "X-Roles": "member"}
    calls = [*scene.neutron_calls(project_id=OWNER), *scene.admin_calls()]
    tries(scene, headers, calls, refused=(400, *REFUSED))


def test_who_may_only_read_in_the_owners_project(scene):
    headers = {"X-Project-Id": OWNER, "X-User-Id": "ann", "X-Roles": "reader"}
    calls = [call for call in (*scene.neutron_calls(), *scene.admin_calls()) if call[0] != "GET"]
    assert tries(scene, headers, calls, only=REFUSED) > 80


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": ""}, {"X-Auth-Token": "x" * 20_000}, {"X-Auth-Token": "gAAAAAforged"},
                                     {"X-Project-Id": "admin", "X-Roles": "admin", "X-User-Id": "admin"},
                                     {"X-Identity-Status": "Confirmed", "X-Roles": "admin"}],
                         ids=["none", "empty", "too long", "forged", "headers", "middleware's headers"])
def test_who_has_no_good_token_gets_401_everywhere(scene, guarded, headers):
    url, _ = guarded
    tries(scene, headers, [*scene.neutron_calls(), *scene.admin_calls()], url=url, only=(401,))


def test_who_has_a_readers_token_of_another_project_gets_no_further_by_headers(scene, guarded):
    url, keystone = guarded
    headers = {"X-Auth-Token": keystone.token("eve", "reader"), "X-Roles": "admin", "X-Project-Id": OWNER}
    tries(scene, headers, [*scene.neutron_calls(), *scene.admin_calls()], url=url)
