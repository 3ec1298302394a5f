"""Requests that are wrong below Neutron's objects: bodies, methods, paths, tokens, content types."""
from .world import Request

COLLECTIONS = {"networks": "network", "subnets": "subnet", "ports": "port", "qos/policies": "policy",
               "rbac-policies": "rbac_policy"}


def broken_body(draw):
    path, key = draw.one(list(COLLECTIONS.items()))
    raw = draw.one(["", "{", "[]", "5", "null", '"text"', '{"%s":}' % key, '{"%s":[]}' % key, '{"%s":null}' % key,
                    '{"%s":"x"}' % key, '{"%s":5}' % key, "{}", '{"nonsense":{}}', '{"%s":{}}' % path, "<a/>",
                    "\ufeff{}",
                    '{"%s":{"name":"a","name":"b"},"%s":5}' % (key, key), '{"%s":{"name":"\\ud800"}}' % key,
                    "[" * 200 + "]" * 200, "{'a': 1}", '{"%s":{"name":NaN}}' % key])
    return [Request("broken body", "admin", "POST", f"/v2.0/{path}", raw=raw, makes=[])]


def broken_update(draw):
    kind, path = draw.one([("network", "networks"), ("subnet", "subnets"), ("port", "ports"),
                           ("policy", "qos/policies")])
    thing = draw.thing(kind)
    if thing is None:
        return None
    raw = draw.one(["", "{", "[]", "5", "null", '{"%s":[]}' % kind, '{"%s":null}' % kind, '{"%s":{}}' % kind, "{}",
                    '{"nonsense":{}}', '{"%s":5}' % kind])
    return [Request("broken update", "admin", "PUT", f"/v2.0/{path}/{thing.symbol}", raw=raw, about=thing.symbol)]


def wrong_method(draw):
    """Not OPTIONS and TRACE: Zed takes them for GET."""
    kind, path = draw.one([("network", "networks"), ("subnet", "subnets"), ("port", "ports"),
                           ("policy", "qos/policies")])
    thing = draw.thing(kind)
    one = thing.symbol if thing else "nonsense"
    method, target = draw.one([("PATCH", f"/{one}"), ("HEAD", f"/{one}"), ("POST", f"/{one}"),
                               ("HEAD", ""), ("PATCH", "")])
    return [Request("wrong method", "admin", method, f"/v2.0/{path}{target}")]


def wrong_path(draw):
    path = draw.one(["/v2.0/nonsense", "/v2.0/networks/", "/v2.0/networks.json", "/v2.0/qos", "/v2.0/qos/nonsense",
                     "/v3/networks", "/v2.0/network", "/v2.0//networks", "/v2.0/Networks", "/nonsense",
                     "/v2.0/qos/policies.json", "/v2.0/routers", "/v2.0/qos/rule-types/"])
    # Names nothing that others have.
    return [Request("unusual path", draw.one(["admin", "member"]), "GET", path, [("name", "nobody's")])]


def no_token(draw):
    path = draw.one(["/v2.0/networks", "/v2.0/qos/policies", "/v2.0/extensions", "/v2.0/nonsense", "/"])
    headers = draw.one([{}, {"X-Auth-Token": "nonsense"}, {"X-Auth-Token": ""}, {"X-Roles": "admin"}])
    return [Request("without a good token", "nobody", draw.one(["GET", "GET", "POST", "DELETE"]), path,
                    headers=headers)]


def body_in_delete(draw):
    return [Request("DELETE with a body", "admin", "DELETE", "/v2.0/networks/" + draw.one(["nonsense", "5"]),
                    raw=draw.one(['{"network":{}}', "x", " "]))]


def content_type(draw):
    headers = draw.one([{"Content-Type": "text/plain"}, {"Content-Type": "application/xml"},
                        {"Content-Type": "application/x-www-form-urlencoded"}, {"Accept": "text/html"},
                        {"Content-Type": "application/json; charset=utf-8"}, {"Accept": "application/xml"}])
    return [Request(f"unusual type {headers}", "member", "POST", "/v2.0/networks", headers=headers,
                    body={"network": {"name": f"typed {draw.serial()}"}}, makes=["network"])]
