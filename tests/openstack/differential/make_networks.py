"""Requests for networks."""
from .attributes import NETWORK, NETWORK_ADMIN, VLAN
from .draw import UNKNOWN
from .shape import create, if_match, maybe_spoil, some_of, spoil, update
from .values import Flag
from .world import Request

MOST = 14  # of each of the larger kinds: lists of a pod take time


def owner(draw, user, given):
    """Sometimes says whose it is to be; the administrator makes most things for others."""
    own = {"member": "project_a", "other": "project_b", "reader": "project_a"}.get(user)
    if user == "admin" and draw.chance(0.8):
        given[draw.one(["project_id", "tenant_id"])] = "{%s}" % draw.one(["project_a", "project_a", "project_b"])
    elif own and draw.chance(0.15):
        given["project_id"] = "{%s}" % own
    elif own and draw.chance(0.05):
        given["tenant_id"] = "{project_c}"


def make(draw):
    if len(draw.world.of("network")) >= MOST:
        return remove(draw)
    user = draw.weighted({"admin": 4, "member": 4, "other": 1})
    attributes = {**NETWORK, **(NETWORK_ADMIN if user == "admin" or draw.chance(0.1) else {})}
    given = some_of(draw, attributes)
    owner(draw, user, given)
    if user == "admin" and draw.chance(0.25):
        given.update({**VLAN, "provider:segmentation_id": 1000 + draw.serial()})
    what = maybe_spoil(draw, f"{user} makes a network", given, attributes)
    return [create(what, user, "/v2.0/networks", "network", given, "network")]


def make_several(draw):
    user = draw.one(["admin", "member"])
    several = [some_of(draw, NETWORK) for _ in range(draw.number(1, 3))]
    what = f"{user} makes networks in bulk"
    if draw.chance(0.3):
        what += ", " + spoil(draw, draw.one(several), NETWORK)
    if draw.chance(0.1):
        several = draw.one([[], None, {}, "x", [5], [None]])
        what += ", no list"
    makes = ["network"] * len(several) if isinstance(several, list) else []
    return [Request(what, user, "POST", "/v2.0/networks", body={"networks": several}, makes=makes)]


def change(draw):
    network = draw.thing("network")
    if network is None:
        return None
    user = draw.user_of(network) if draw.chance(0.85) else draw.stranger(network)
    attributes = {**NETWORK, **(NETWORK_ADMIN if user == "admin" or draw.chance(0.05) else {})}
    given = some_of(draw, attributes)
    if not given and user != "admin":
        given["name"] = "changed"  # of an empty update Zed asks the rights for all that the network has
    what = maybe_spoil(draw, f"{user} changes a network", given, attributes)
    path = f"/v2.0/networks/{network.symbol}"
    request = update(what, user, path, "network", given, network.symbol)
    return if_match(draw, network, path, "admin", request) if draw.chance(0.15) else [request]


def remove(draw):
    network = draw.thing("network")
    if network is None:
        return None
    user = draw.user_of(network) if draw.chance(0.9) else draw.stranger(network)
    path = f"/v2.0/networks/{network.symbol}"
    request = Request(f"{user} deletes a network", user, "DELETE", path, about=network.symbol)
    return if_match(draw, network, path, "admin", request) if draw.chance(0.1) else [request]


def share(draw):
    """The administrator shares a network, or takes that back: what others use of it is in the way."""
    network = draw.thing("network")
    if network is None:
        return None
    given = {draw.weighted({"shared": 3, "router:external": 1}): Flag().good(draw)}
    return [update("admin shares a network or not", "admin", f"/v2.0/networks/{network.symbol}", "network", given,
                   network.symbol)]


def unknown(draw):
    """An id that nobody has, or nobody could have."""
    what, path = draw.one([("network", "networks"), ("subnet", "subnets"), ("port", "ports"),
                           ("policy", "qos/policies"), ("rbac_policy", "rbac-policies")])
    one = draw.one([UNKNOWN, "nonsense", "5", "x" * 300, "a b", "%25"])
    method = draw.one(["GET", "PUT", "DELETE"])
    body = {what: {"name": "x"} if what != "rbac_policy" else {"target_tenant": "x"}} if method == "PUT" else None
    return [Request(f"unknown {what}", draw.one(["admin", "member"]), method, f"/v2.0/{path}/{one}", body=body)]
