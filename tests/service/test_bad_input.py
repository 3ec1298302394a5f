"""Bad input gets Neutron's status and NeutronError body, and changes nothing.

The centre has a policy with a copy in a pod, so that a change that slipped through would also leave a job.
"""
import http.client
import json
import uuid

import pytest
import requests

from cloud import Cloud

POLICIES = "/v2.0/qos/policies"
LIMITS = POLICIES + "/{policy}/bandwidth_limit_rules"
NOBODY = "11111111-1111-4111-8111-111111111111"
BAD, INPUT, MALFORMED = "HTTPBadRequest", "InvalidInput", "MalformedRequestBody"
NO_JSON, NO_OBJECT = "Cannot understand JSON", "Body contains invalid data"
NO_BODY = "Resource body required"


class Centre:
    """A settled cloud of one pod, whose centre is given bad input over plain HTTP."""

    def __init__(self, cloud):
        self.cloud = cloud
        policy = cloud.policy(name="before")
        network = cloud.network(name="before")
        port = cloud.net.create_port(network_id=network.id, name="before")
        cloud.appear(network)
        cloud.net.update_network(network, qos_policy_id=policy.id)
        cloud.settle()
        rules = {rule["type"]: rule["id"] for rule in policy.rules}
        self.ids = {"policy": policy.id, "rule": rules["bandwidth_limit"], "network": network.id, "port": port.id,
                    "subnet": next(cloud.net.subnets()).id, "nobody": NOBODY}

    def path(self, template):
        for name, value in self.ids.items():
            template = template.replace("{" + name + "}", value)
        return template

    def send(self, method, path, body=None, headers=None):
        """(status, headers, body as JSON) of a request whose bytes are not put right on their way."""
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.central.port, timeout=30)
        try:
            connection.request(method, self.path(path), body, {"Content-Type": "application/json", **(headers or {})})
            reply = connection.getresponse()
            text = reply.read()
            return reply.status, reply.headers, json.loads(text) if text else None
        finally:
            connection.close()

    def dump(self):
        """Everything that a change could show in."""
        def get(path):
            reply = requests.get(self.cloud.central.url + path, timeout=30)
            assert reply.status_code == 200, reply.text
            return reply.json()
        kinds = {"networks": "/v2.0/networks", "subnets": "/v2.0/subnets", "ports": "/v2.0/ports",
                 "policies": POLICIES, "routings": "/v1.0/routings?all_projects=true",
                 "jobs": "/v1.0/jobs?all_projects=true", "pods": "/v1.0/pods"}
        return {kind: sorted(get(path)[kind], key=str) for kind, path in kinds.items()}

    def refuses(self, method, path, body, status, kind, words, headers=None):
        before = self.dump()
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        got, sent_headers, answer = self.send(method, path, body, headers)
        assert got == status, answer
        assert list(answer) == ["NeutronError"], answer
        error = answer["NeutronError"]
        assert set(error) == {"type", "message", "detail"}
        assert error["type"] == kind and words in error["message"], error
        assert len(error["message"]) < 4000
        assert sent_headers["Content-Type"].startswith("application/json")
        assert sent_headers["X-Openstack-Request-Id"].startswith("req-")
        assert self.dump() == before
        return sent_headers


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    made = Cloud(tmp_path_factory.mktemp("bad-input") / "cloud", regions=("RegionOne",))
    try:
        yield Centre(made.start())
    finally:
        made.stop()


@pytest.fixture(autouse=True)
def still_serves(centre):
    """After each refusal the server takes what is right, on a new connection."""
    yield
    name = "after " + uuid.uuid4().hex
    status, _, answer = centre.send("POST", POLICIES, json.dumps({"policy": {"name": name}}))
    assert status == 201 and answer["policy"]["name"] == name
    assert centre.send("DELETE", f"{POLICIES}/{answer['policy']['id']}")[0] == 204


def policy(**attributes):
    return {"policy": attributes}


def limit(**attributes):
    return {"bandwidth_limit_rule": attributes}


def network(**attributes):
    return {"network": attributes}


def port(**attributes):
    return {"port": attributes}


def subnet(**attributes):
    return {"subnet": {"network_id": "{network}", "ip_version": 4, "cidr": "10.9.0.0/24", **attributes}}


BODIES = {
    "no body": (None, BAD, NO_BODY),
    "nothing in it": (b"{}", BAD, NO_BODY),
    "half of it": (b'{"policy": {"name": "x"', MALFORMED, NO_JSON),
    "something after it": (b'{"policy": {"name": "x"}} {}', MALFORMED, NO_JSON),
    "a comma too many": (b'{"policy": {"name": "x",}}', MALFORMED, NO_JSON),
    "a form": (b"name=x&shared=true", MALFORMED, NO_JSON),
    "a list": (b"[]", BAD, NO_BODY),
    "a text": (b'"policy"', BAD, NO_OBJECT),
    "null": (b"null", BAD, NO_BODY),
    "NUL bytes": (b"\0\0\0\0", MALFORMED, NO_JSON),
    "bad UTF-8": (b'{"policy": {"name": "\xff\xfe"}}', MALFORMED, NO_JSON),
    "half a surrogate pair": (b'{"policy": {"name": "\\ud800"}}', MALFORMED, NO_JSON),
    "an overlong UTF-8 form": (b'{"policy": {"name": "\xc0\xaf"}}', MALFORMED, NO_JSON),
    "lists nested absurdly deep": (b"[" * 500_000, MALFORMED, NO_JSON),
    "objects nested absurdly deep": (b'{"policy":' * 90_000 + b"1" + b"}" * 90_000, MALFORMED, NO_JSON),
    "another object": ({"network": {}}, BAD, "Unable to find 'policy' in request body"),
    "policies in bulk": ({"policies": [{"name": "x"}]}, BAD, "Unable to find 'policy' in request body"),
    "a list as policy": ({"policy": []}, BAD, "Object 'policy' contains invalid data"),
    "a text as policy": ({"policy": "gold"}, BAD, "Object 'policy' contains invalid data"),
    "null as policy": ({"policy": None}, BAD, "Unable to find 'policy' in request body"),
}


@pytest.mark.parametrize("body, kind, words", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_policy(centre, body, kind, words):
    centre.refuses("POST", POLICIES, body, 400, kind, words)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_the_content_type_is_not_what_decides(centre, content_type):
    """Neutron reads every body as JSON, whatever it is said to be."""
    centre.refuses("POST", POLICIES, "<policy/>", 400, MALFORMED, NO_JSON, {"Content-Type": content_type})
    status, _, answer = centre.send("POST", POLICIES, json.dumps(policy()), {"Content-Type": content_type})
    assert status == 201
    assert centre.send("DELETE", f"{POLICIES}/{answer['policy']['id']}")[0] == 204


VALUES = [
    ("POST", POLICIES, policy(foo=1), BAD, "Unrecognized attribute(s) 'foo'"),
    ("POST", POLICIES, policy(intent=5), BAD, "Unrecognized attribute(s) 'intent'"),
    ("POST", POLICIES, policy(id=NOBODY), BAD, "Attribute 'id' not allowed in POST"),
    ("POST", POLICIES, policy(rules=[]), BAD, "Attribute 'rules' not allowed in POST"),
    ("POST", POLICIES, policy(tags=["x"]), BAD, "Attribute 'tags' not allowed in POST"),
    ("POST", POLICIES, policy(revision_number=7), BAD, "Attribute 'revision_number' not allowed in POST"),
    ("POST", POLICIES, policy(name=7), BAD, "Invalid input for name. Reason: '7' is not a valid string"),
    ("POST", POLICIES, policy(name=None), BAD, "Invalid input for name"),
    ("POST", POLICIES, policy(name={"a": 1}), BAD, "is not a valid string"),
    ("POST", POLICIES, policy(name="x" * 256), BAD, "exceeds maximum length of 255"),
    ("POST", POLICIES, policy(name="x" * 900_000), BAD, "exceeds maximum length of 255"),
    ("POST", POLICIES, policy(name="a\0b"), BAD, "Invalid input for name"),
    ("POST", POLICIES, policy(description="é" * 256), BAD, "Invalid input for description"),
    ("POST", POLICIES, policy(project_id="p" * 256), BAD, "Invalid input for project_id"),
    ("POST", POLICIES, policy(project_id="a", tenant_id="b"), BAD, "'project_id' and 'tenant_id' do not match"),
    ("POST", POLICIES, policy(shared="perhaps"), INPUT, "'perhaps' cannot be converted to boolean"),
    ("POST", POLICIES, policy(shared=[]), INPUT, "cannot be converted to boolean"),
    ("POST", POLICIES, policy(shared=None), INPUT, "'None' cannot be converted to boolean"),
    ("POST", POLICIES, policy(is_default=2), INPUT, "'2' cannot be converted to boolean"),
    ("PUT", POLICIES + "/{policy}", policy(project_id="b"), BAD, "Cannot update read-only attribute tenant_id"),
    ("PUT", POLICIES + "/{policy}", policy(id=NOBODY), BAD, "Cannot update read-only attribute id"),
    ("PUT", POLICIES + "/{policy}", policy(rules=[]), BAD, "Cannot update read-only attribute rules"),
    ("PUT", POLICIES + "/{policy}", policy(name="after", foo=1), BAD, "Unrecognized attribute(s) 'foo'"),
    ("PUT", POLICIES + "/{policy}", policy(name="after", shared="perhaps"), INPUT, "cannot be converted to boolean"),
    ("PUT", POLICIES + "/{policy}", None, BAD, "Resource body required"),
    ("POST", LIMITS, limit(), BAD, "Failed to parse request. Required attribute 'max_kbps' not specified"),
    ("POST", LIMITS, limit(max_kbps=-1), BAD, "is too small - must be at least '0'"),
    ("POST", LIMITS, limit(max_kbps=2**31), BAD, "is too large - must be no larger than '2147483647'"),
    ("POST", LIMITS, limit(max_kbps=10**30), BAD, "is too large"),
    ("POST", LIMITS, limit(max_kbps="much"), INPUT, "'much' is not an integer"),
    ("POST", LIMITS, limit(max_kbps=None), INPUT, "is not an integer"),
    ("POST", LIMITS, limit(max_kbps={}), INPUT, "is not an integer"),
    ("POST", LIMITS, limit(max_kbps=1, direction="up"), BAD, "up is not in valid_values"),
    ("POST", LIMITS, limit(max_kbps=1, direction="any"), BAD, "any is not in valid_values"),
    ("POST", LIMITS, limit(max_kbps=1, type="bandwidth_limit"), BAD, "Unrecognized attribute(s) 'type'"),
    ("POST", LIMITS, limit(max_kbps=1, id=NOBODY), BAD, "Attribute 'id' not allowed in POST"),
    ("PUT", LIMITS + "/{rule}", limit(max_burst_kbps=None), INPUT, "is not an integer"),
    ("PUT", LIMITS + "/{rule}", limit(max_kbps=-1), BAD, "is too small"),
    ("PUT", LIMITS + "/{rule}", limit(dscp_mark=26), BAD, "Unrecognized attribute(s) 'dscp_mark'"),
    ("PUT", LIMITS + "/{rule}", limit(id=NOBODY), BAD, "Cannot update read-only attribute id"),
    ("POST", POLICIES + "/{policy}/dscp_marking_rules", {"dscp_marking_rule": {"dscp_mark": 1}}, BAD,
     "1 is not in valid_values"),
    ("POST", POLICIES + "/{policy}/minimum_bandwidth_rules", {"minimum_bandwidth_rule": {}}, BAD,
     "Required attribute 'min_kbps' not specified"),
    ("POST", POLICIES + "/{policy}/packet_rate_limit_rules", {"packet_rate_limit_rule": {"max_kpps": -1}}, BAD,
     "is too small"),
    ("POST", POLICIES + "/{policy}/minimum_packet_rate_rules",
     {"minimum_packet_rate_rule": {"min_kpps": 1, "direction": "both"}}, BAD, "both is not in valid_values"),
    ("POST", "/v2.0/networks", network(mtu=-1), BAD, "'-1' should be non-negative"),
    ("POST", "/v2.0/networks", network(mtu="big"), INPUT, "'big' is not an integer"),
    ("POST", "/v2.0/networks", network(subnets=[]), BAD, "Attribute 'subnets' not allowed in POST"),
    ("POST", "/v2.0/networks", network(from_centre=True), BAD, "Unrecognized attribute(s) 'from_centre'"),
    ("POST", "/v2.0/networks", {"networks": []}, BAD, "Resources required"),
    ("POST", "/v2.0/networks", {"networks": [{"name": "one"}, {"name": 2}]}, BAD, "Invalid input for name"),
    ("PUT", "/v2.0/networks/{network}", network(qos_policy_id="gold"), BAD, "'gold' is not a valid UUID"),
    ("PUT", "/v2.0/networks/{network}", network(status="DOWN"), BAD, "Cannot update read-only attribute status"),
    ("POST", "/v2.0/ports", port(), BAD, "Required attribute 'network_id' not specified"),
    ("POST", "/v2.0/ports", port(network_id="x"), BAD, "'x' is not a valid UUID"),
    ("POST", "/v2.0/ports", port(network_id="{network}", id=NOBODY), BAD, "Attribute 'id' not allowed in POST"),
    ("POST", "/v2.0/ports", port(network_id="{network}", mac_address="fa:16:3e"), BAD, "is not a valid MAC address"),
    ("POST", "/v2.0/ports", port(network_id="{network}", fixed_ips=7), BAD, "Invalid input for fixed_ips"),
    ("POST", "/v2.0/ports", port(network_id="{network}", fixed_ips=[{"ip_address": "10.1.0.999"}]), BAD,
     "'10.1.0.999' is not a valid IP address"),
    ("POST", "/v2.0/ports", port(network_id="{network}", fixed_ips=[{"ip_address": "192.168.0.1"}]),
     "InvalidIpForNetwork", "IP address 192.168.0.1 is not a valid IP for any of the subnets"),
    ("PUT", "/v2.0/ports/{port}", port(network_id="{network}"), BAD, "Cannot update read-only attribute network_id"),
    ("PUT", "/v2.0/ports/{port}", port(**{"binding:vnic_type": "magic"}), BAD, "magic is not in valid_values"),
    ("PUT", "/v2.0/ports/{port}", port(**{"binding:profile": "x"}), BAD, "is not a dictionary"),
    ("POST", "/v2.0/subnets", {"subnet": {"network_id": "{network}", "ip_version": 4}}, "BadRequest",
     "a subnetpool must be specified in the absence of a cidr"),
    ("POST", "/v2.0/subnets", subnet(cidr="10.9.0.0/33"), INPUT, "is not in a CIDR format"),
    ("POST", "/v2.0/subnets", subnet(ip_version=5), BAD, "5 is not in valid_values"),
    ("POST", "/v2.0/subnets", subnet(ip_version=6), INPUT, "does not match the ip_version"),
    ("POST", "/v2.0/subnets", subnet(cidr="fd00::/80", ip_version=6, ipv6_ra_mode="slaac"), INPUT,
     "requires the prefix to be /64"),
    ("POST", "/v2.0/subnets", subnet(gateway_ip="10.9.0.0", cidr="10.9.0.0/24"), INPUT, "Gateway is not valid on subnet"),
    ("POST", "/v2.0/subnets", subnet(cidr="10.1.0.0/25"), INPUT, "overlaps with another subnet"),
    ("PUT", "/v2.0/subnets/{subnet}", {"subnet": {"cidr": "10.2.0.0/24"}}, BAD,
     "Cannot update read-only attribute cidr"),
    ("PUT", POLICIES + "/{policy}/tags", {"tags": "x"}, "InvalidInput", "'x' is not a list"),
]


@pytest.mark.parametrize("method, path, body, kind, words", VALUES,
                         ids=[f"{c[0]} {c[1].split('/')[-1]} {c[4][:40]}" for c in VALUES])
def test_a_wrong_value(centre, method, path, body, kind, words):
    text = None if body is None else centre.path(json.dumps(body))
    centre.refuses(method, path, text, 400, kind, words)


MISSING = [
    ("GET", "/v2.0/networks/{nobody}", None, "NetworkNotFound"),
    ("PUT", "/v2.0/networks/{nobody}", network(name="x"), "NetworkNotFound"),
    ("DELETE", "/v2.0/networks/{nobody}", None, "NetworkNotFound"),
    ("GET", "/v2.0/networks/" + "x" * 3000, None, "NetworkNotFound"),
    ("GET", "/v2.0/networks/'%20OR%201=1--", None, "NetworkNotFound"),
    ("GET", "/v2.0/ports/{nobody}", None, "PortNotFound"),
    ("DELETE", "/v2.0/ports/{network}", None, "PortNotFound"),
    ("POST", "/v2.0/ports", port(network_id=NOBODY), "NetworkNotFound"),
    ("GET", "/v2.0/subnets/{nobody}", None, "SubnetNotFound"),
    ("POST", "/v2.0/subnets", subnet(network_id=NOBODY), "NetworkNotFound"),
    ("GET", POLICIES + "/{nobody}", None, "QosPolicyNotFound"),
    ("PUT", POLICIES + "/{nobody}", policy(name="x"), "QosPolicyNotFound"),
    ("DELETE", POLICIES + "/{nobody}", None, "QosPolicyNotFound"),
    ("PUT", "/v2.0/networks/{network}", network(name="after", qos_policy_id=NOBODY), "QosPolicyNotFound"),
    ("PUT", "/v2.0/ports/{port}", port(name="after", qos_policy_id=NOBODY), "QosPolicyNotFound"),
    ("POST", "/v2.0/networks", network(qos_policy_id=NOBODY), "QosPolicyNotFound"),
    ("POST", POLICIES + "/{nobody}/bandwidth_limit_rules", limit(max_kbps=1), "QosPolicyNotFound"),
    ("GET", LIMITS + "/{nobody}", None, "QosRuleNotFound"),
    ("PUT", LIMITS + "/{nobody}", limit(max_kbps=1), "QosRuleNotFound"),
    ("DELETE", LIMITS + "/{nobody}", None, "QosRuleNotFound"),
    ("DELETE", POLICIES + "/{policy}/dscp_marking_rules/{rule}", None, "QosRuleNotFound"),
    ("GET", "/v2.0/qos/alias-bandwidth-limit-rules/{nobody}", None, "QosRuleNotFound"),
    ("DELETE", POLICIES + "/{policy}/tags/none", None, "TagNotFound"),
    ("GET", "/v2.0/floatingips", None, "HTTPNotFound"),
    ("POST", POLICIES + "/{policy}/magic_rules", {"magic_rule": {}}, "HTTPNotFound"),
    ("GET", "/v3", None, "HTTPNotFound"),
    ("GET", "/v2.0/networks/{network}/x/y", None, "HTTPNotFound"),
    ("GET", "/v2.0/../etc/passwd", None, "HTTPNotFound"),
]


@pytest.mark.parametrize("method, path, body, kind", MISSING, ids=[f"{c[0]} {c[1][:60]} {c[3]}" for c in MISSING])
def test_what_is_not_there(centre, method, path, body, kind):
    text = None if body is None else centre.path(json.dumps(body))
    centre.refuses(method, path, text, 404, kind, "could not be found")


CONFLICTS = [
    ("POST", LIMITS, limit(max_kbps=5), "QoSRulesConflict"),
    ("POST", POLICIES + "/{policy}/minimum_bandwidth_rules", {"minimum_bandwidth_rule": {"min_kbps": 1001}},
     "QoSRuleParameterConflict"),
    ("DELETE", POLICIES + "/{policy}", None, "QosPolicyInUse"),
    ("DELETE", "/v2.0/networks/{network}", None, "NetworkInUse"),
    ("DELETE", "/v2.0/subnets/{subnet}", None, "SubnetInUse"),
]


@pytest.mark.parametrize("method, path, body, kind", CONFLICTS, ids=[c[3] for c in CONFLICTS])
def test_what_does_not_go_together(centre, method, path, body, kind):
    centre.refuses(method, path, body, 409, kind, "")


QUERIES = {
    "foo=1": (BAD, "['foo'] is invalid attribute for filtering"),
    "name=x&foo=1&bar=2": (BAD, "['foo', 'bar'] is invalid attribute for filtering"),
    "changed_since=2020-01-01T00:00:00Z": (BAD, "['changed_since'] is invalid attribute for filtering"),
    "updated_at=2020": (BAD, "['updated_at'] is invalid attribute for filtering"),
    "shared=perhaps": (INPUT, "'perhaps' cannot be converted to boolean"),
    "limit=-1": ("BadRequest", "Bad limit request: Limit must be an integer 0 or greater and not '-1'."),
    "limit=many": ("BadRequest", "Bad limit request: Limit must be an integer 0 or greater and not 'many'."),
    "sort_key=name": (BAD, "The number of sort_keys and sort_dirs must be same"),
    "sort_key=bogus&sort_dir=asc": (BAD, "['bogus'] is invalid attribute for sort_keys"),
    "sort_key=name&sort_dir=up": (BAD, "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"),
    "name=%zz": (BAD, "bad percent escape"),
    "name=%f": (BAD, "bad percent escape"),
    "name=%ff%fe": (BAD, "The URL is no text in UTF-8."),
    "%ff=1": (BAD, "The URL is no text in UTF-8."),
    "name=a%00b": (BAD, "The URL is no text in UTF-8."),
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/v2.0/networks", POLICIES])
def test_a_bad_question(centre, path, query):
    kind, words = QUERIES[query]
    centre.refuses("GET", f"{path}?{query}", None, 400, kind, words)


@pytest.mark.parametrize("query", ["name=%f0%9f%90%99", "id=%27%20OR%201=1", "limit=999999999999999999",
                                   "marker=nobody", "fields=nothing"])
def test_an_odd_question_is_answered(centre, query):
    before = centre.dump()
    status, _, answer = centre.send("GET", "/v2.0/networks?" + query)
    assert status == 200 and isinstance(answer["networks"], list)
    if query.startswith(("name", "id")):
        assert answer["networks"] == []
    assert centre.dump() == before


@pytest.mark.parametrize("method, path, allowed", [
    ("PATCH", "/v2.0/networks/{network}", {"GET", "PUT", "DELETE"}),
    ("POST", "/v2.0/networks/{network}", {"GET", "PUT", "DELETE"}),
    ("PUT", "/v2.0/networks", {"GET", "POST"}),
    ("DELETE", POLICIES, {"GET", "POST"}),
    ("POST", "/v2.0/qos/rule-types", {"GET"}),
    ("OPTIONS", "/v2.0/ports", {"GET", "POST"}),
    ("BREW", "/v2.0/ports", {"GET", "POST"})])
def test_a_method_that_is_not_allowed(centre, method, path, allowed):
    headers = centre.refuses(method, path, "{}", 405, "HTTPMethodNotAllowed", "could not comply")
    assert set(headers["Allow"].split(", ")) == allowed


def test_head_of_a_list_is_not_allowed(centre):
    before = centre.dump()
    status, _, nothing = centre.send("HEAD", "/v2.0/networks")
    assert (status, nothing) == (405, None)
    assert centre.dump() == before


def test_a_body_of_ten_megabytes(centre):
    body = b'{"policy": {"name": "' + b"x" * 10_000_000 + b'"}}'
    centre.refuses("POST", POLICIES, body, 413, "RequestEntityTooLarge", "larger than 1048576 bytes")
    centre.refuses("PUT", "/v2.0/networks/{network}", body, 413, "RequestEntityTooLarge", "larger than")


def test_a_chunked_body_of_ten_megabytes(centre):
    """Its size is not known before it has come."""
    centre.refuses("POST", POLICIES, iter([b"[" * 1_000_000] * 10), 413, "RequestEntityTooLarge", "larger than")


def test_a_body_in_a_delete(centre):
    centre.refuses("DELETE", "/v2.0/ports/{port}", "{}", 400, BAD, "Request body is not supported in DELETE.")


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 70_000}, {f"X-{n}": "x" * 1000 for n in range(80)}],
                         ids=["one", "many"])
def test_headers_of_seventy_kilobytes(centre, headers):
    centre.refuses("GET", "/v2.0/networks", None, 431, BAD, "headers are too large", headers)


def test_a_path_of_seventy_kilobytes(centre):
    centre.refuses("GET", "/v2.0/networks/" + "x" * 70_000, None, 431, BAD, "headers are too large")


@pytest.mark.parametrize("path", ["/v2.0/networks/%zz", "/v2.0/networks/%", "/v2.0/networks/%a", "/%g0"])
def test_a_bad_percent_escape(centre, path):
    centre.refuses("GET", path, None, 400, BAD, "bad percent escape")


@pytest.mark.parametrize("path", ["/v2.0/networks/%ff%fe", "/v2.0/networks/%c0%af", "/v2.0/networks/%ed%a0%80",
                                  "/v2.0/networks/a%00b", "/%ff", "/v1.0/jobs/%80"])
def test_a_path_that_is_no_text(centre, path):
    """What an error quotes must be text, or its body is no JSON."""
    centre.refuses("GET", path, None, 400, BAD, "The URL is no text in UTF-8.")


def test_a_stale_revision(centre):
    stale = {"If-Match": "revision_number=99"}
    for path in (POLICIES + "/{policy}", "/v2.0/networks/{network}"):
        centre.refuses("DELETE", path, None, 412, "RevisionNumberConstraintFailed", "", stale)


def test_what_a_member_may_not_do(centre):
    member = {"X-Project-Id": "other", "X-Roles": "member"}
    centre.refuses("POST", POLICIES, policy(), 403, "PolicyNotAuthorized", "create_policy", member)
    centre.refuses("POST", "/v2.0/networks", network(shared=True), 403, "PolicyNotAuthorized", "shared", member)
    centre.refuses("PUT", POLICIES + "/{policy}", policy(name="x"), 404, "QosPolicyNotFound", "", member)
    centre.refuses("DELETE", "/v2.0/networks/{network}", None, 404, "NetworkNotFound", "", member)
    centre.refuses("GET", "/v2.0/qos/rule-types/bandwidth_limit", None, 403, "NotAuthorized", "", member)
