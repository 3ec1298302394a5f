"""Requests for QoS policies. Only administrators write them: who else may, Neutron's releases see differently."""
from .attributes import POLICY
from .make_networks import MOST
from .shape import create, if_match, maybe_spoil, some_of, update
from .values import PolicyId
from .world import Request


def make(draw):
    if len(draw.world.of("policy")) >= MOST:
        return remove(draw)
    user = draw.weighted({"admin": 12, "member": 1, "reader": 1})
    given = some_of(draw, POLICY)
    if draw.chance(0.8):
        given.pop("is_default", None)
    if user == "admin" and draw.chance(0.8):
        given[draw.one(["project_id", "tenant_id"])] = "{%s}" % draw.one(["project_a", "project_a", "project_b"])
    what = maybe_spoil(draw, f"{user} makes a policy", given, POLICY)
    return [create(what, user, "/v2.0/qos/policies", "policy", given, "policy")]


def in_bulk(draw):
    return [Request("policies in bulk", "admin", "POST", "/v2.0/qos/policies",
                    body={"policies": draw.one([[{}], [{"name": "a"}, {"name": "b"}], []])}, makes=["policy"])]


def change(draw):
    policy = draw.thing("policy")
    if policy is None:
        return None
    user = draw.weighted({"admin": 12, "member": 1, "other": 1})
    given = some_of(draw, POLICY)
    what = maybe_spoil(draw, f"{user} changes a policy", given, POLICY)
    if "minimum" in policy.notes:
        given.pop("is_default", None)  # else each new network of the project would be refused by the pod
    path = f"/v2.0/qos/policies/{policy.symbol}"
    request = update(what, user, path, "policy", given, policy.symbol)
    return if_match(draw, policy, path, "admin", request) if draw.chance(0.2) else [request]


def remove(draw):
    policy = draw.thing("policy")
    if policy is None:
        return None
    user = draw.weighted({"admin": 12, "member": 1, "other": 1})
    path = f"/v2.0/qos/policies/{policy.symbol}"
    request = Request(f"{user} deletes a policy", user, "DELETE", path, about=policy.symbol)
    return if_match(draw, policy, path, "admin", request) if draw.chance(0.15) else [request]


def put_on(draw):
    """A network or port gets a policy, another one, or none."""
    kind = draw.one(["network", "port"])
    thing = draw.thing(kind)
    if thing is None:
        return None
    user = draw.user_of(thing)
    given = {"qos_policy_id": PolicyId().good(draw) if draw.chance(0.85) else PolicyId().bad(draw)}
    network = thing if kind == "network" else draw.world.get(thing.parent)
    minimum = [one for one in draw.world.of("policy") if "minimum" in one.notes]
    if minimum and network and network.shown.get("provider:physical_network") and draw.chance(0.5):
        given["qos_policy_id"] = draw.one(minimum).symbol
    return [update(f"{user} puts a policy on a {kind}", user, f"/v2.0/{kind}s/{thing.symbol}", kind, given,
                   thing.symbol)]
