"""/openapi.json says what the server does: every operation in it is called, and each answer is held to its schema."""
import pytest
import requests
from jsonschema import Draft202012Validator

from harness.server import Server

NOBODY = "11111111-1111-4111-8111-111111111111"
RULES = {"bandwidth_limit": {"max_kbps": 1000}, "dscp_marking": {"dscp_mark": 26}, "minimum_bandwidth": {"min_kbps": 5},
         "packet_rate_limit": {"max_kpps": 70}, "minimum_packet_rate": {"min_kpps": 3, "direction": "any"}}


class Api:
    """A central, its own document, and an object of each kind to call the operations with."""

    def __init__(self, folder):
        self.server = Server("central", folder, ["central", "--no-auth"]).start()
        self.document = requests.get(self.server.url + "/openapi.json", timeout=30).json()
        self.ids = {}
        self.make("policy", "/qos/policies", {"name": "gold"})
        self.make("network", "/networks", {"name": "shop"})
        self.make("subnet", "/subnets", {"network_id": self.ids["network"], "ip_version": 4, "cidr": "10.0.0.0/24"})
        self.make("port", "/ports", {"network_id": self.ids["network"]})
        self.make("rbac_policy", "/rbac-policies", {"object_type": "network", "object_id": self.ids["network"],
                                                    "action": "access_as_shared", "target_tenant": "acme"})
        for kind, values in RULES.items():
            self.make(kind + "_rule", f"/qos/policies/{self.ids['policy']}/{kind}_rules", values)
        for path, key in (("networks", "network"), ("subnets", "subnet"), ("ports", "port"), ("qos/policies", "policy")):
            self.call("PUT", f"/v2.0/{path}/{self.ids[key]}/tags", {"tags": ["a"]})

    def call(self, method, path, body=None):
        return requests.request(method, self.server.url + path, json=body, timeout=30)

    def make(self, key, path, values):
        reply = self.call("POST", "/v2.0" + path, {key: values})
        assert reply.status_code == 201, reply.text
        self.ids[key] = reply.json()[key]["id"]

    def operations(self, method):
        return [path for path, item in self.document["paths"].items() if method.lower() in item]

    def actual(self, path):
        """A documented path with ids that exist."""
        for key, object_id in self.ids.items():
            collection = key.replace("policy", "policies") if key.endswith("policy") else key + "s"
            for spelled in (collection, collection.replace("_", "-")):
                for prefix in ("/", "/alias_", "/alias-"):
                    path = path.replace(f"{prefix}{spelled}/{{id}}", f"{prefix}{spelled}/{object_id}")
        return (path.replace("{policy_id}", self.ids["policy"]).replace("{tag}", "a").replace("{alias}", "qos")
                .replace("{project_id}", "acme").replace("{type}", "dscp_marking"))

    def schema(self, path, method, status):
        response = self.document["paths"][path][method.lower()]["responses"][str(status)]
        schema = response["content"]["application/json"]["schema"]
        return {**schema, "components": self.document["components"]}

    def hold_to(self, reply, path, method):
        validator = Draft202012Validator(self.schema(path, method, reply.status_code))
        problems = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(reply.json())]
        assert problems == [], f"{method} {path}"


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    made = Api(tmp_path_factory.mktemp("openapi") / "central")
    yield made
    made.server.stop()


def test_it_is_openapi_with_good_schemas(api):
    assert api.document["openapi"] == "3.1.0"
    for schema in api.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_each_get_answers_as_documented(api):
    paths = api.operations("GET")
    assert len(paths) > 40
    for path in paths:
        reply = api.call("GET", api.actual(path))
        assert "{" not in api.actual(path), path
        assert reply.status_code in (200, 204), f"{path}: {reply.text}"
        if reply.status_code == 200:
            api.hold_to(reply, path, "GET")


def test_each_object_is_shown_with_all_that_is_documented(api):
    for key, path in (("network", "/networks"), ("subnet", "/subnets"), ("port", "/ports"),
                      ("policy", "/qos/policies"), ("rbac_policy", "/rbac-policies")):
        shown = api.call("GET", f"/v2.0{path}/{api.ids[key]}").json()[key]
        assert set(shown) == set(api.document["components"]["schemas"][key]["properties"]), key


def test_what_is_required_is_and_what_is_unknown_is_refused(api):
    for key, path in (("network", "/networks"), ("subnet", "/subnets"), ("port", "/ports"),
                      ("policy", "/qos/policies"), ("rbac_policy", "/rbac-policies"),
                      *((kind + "_rule", f"/qos/policies/{api.ids['policy']}/{kind}_rules") for kind in RULES)):
        posted = api.document["components"]["schemas"][key + "_post"]
        for name in posted.get("required", []):
            reply = api.call("POST", "/v2.0" + path, {key: {other: "x" for other in posted["required"] if other != name}})
            assert reply.status_code == 400 and name in reply.text, f"{key} without {name}: {reply.text}"
        assert api.call("POST", "/v2.0" + path, {key: {"colour": "red"}}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_each_write_is_known_and_errors_are_as_documented(api, method):
    """Of what is not there, so that nothing changes: no path or method is unknown to the server."""
    for path in api.operations(method):
        asked = path.replace("{id}", NOBODY).replace("{policy_id}", NOBODY).replace("{tag}", "a")
        reply = api.call(method, asked.replace("{project_id}", "nobody"), {} if method != "DELETE" else None)
        assert reply.status_code in (400, 404, 501), f"{method} {path}: {reply.status_code} {reply.text}"
        assert reply.json()["NeutronError"]["type"] not in ("HTTPNotFound", "HTTPMethodNotAllowed"), path
        Draft202012Validator(api.document["components"]["schemas"]["NeutronError"]).validate(reply.json())
