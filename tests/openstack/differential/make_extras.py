"""Requests for tags, shares and quotas."""
from .attributes import QUOTAS
from .draw import UNKNOWN
from .shape import create, maybe_spoil, some_of, update
from .world import Request

COLLECTIONS = {"network": "networks", "subnet": "subnets", "port": "ports", "policy": "policies"}
TAGS = ["red", "blue", "green", "grün", "a b", "x" * 255, "A", "1"]
WRONG_TAGS = [["x" * 256], [5], "red", None, ["red", "red"], {"a": 1}, [["red"]], [""], ["a/b"],
              [f"tag {number}" for number in range(51)]]


def tagged(draw):
    """An object with tags, and who asks."""
    thing = draw.thing(draw.one(COLLECTIONS))
    if thing is None:
        return None, None, None
    user = "admin" if thing.kind == "policy" and draw.chance(0.9) else draw.user_of(thing)
    # No strangers: Zed lets all tag that see the object.
    symbol = thing.symbol if draw.chance(0.97) else UNKNOWN
    return thing, user, f"/v2.0/{COLLECTIONS[thing.kind]}/{symbol}/tags"


def tag_all(draw):
    thing, user, path = tagged(draw)
    if thing is None:
        return None
    body, what = {"tags": draw.some(TAGS)}, f"{user} sets all tags"
    if draw.chance(0.2):
        body, what = {"tags": draw.one(WRONG_TAGS)}, f"{user} sets wrong tags"
        if draw.chance(0.2):
            body = draw.one([{}, {"tag": ["red"]}, {"tags": ["red"], "more": 1}])
    return [Request(what, user, "PUT", path, body=body, about=thing.symbol)]


def tag_one(draw):
    thing, user, path = tagged(draw)
    if thing is None:
        return None
    # Of the two forms that policies have, Zed knows the newer one for single tags only.
    method = draw.weighted({"PUT": 4, "DELETE": 2, "GET": 2})
    if thing.kind == "policy" and method != "GET" and draw.chance(0.4):
        path = path.replace("/v2.0/", "/v2.0/qos/")
    has = thing.shown.get("tags") or ["red"]
    tag = draw.one(has if method != "PUT" and draw.chance(0.7) else [*TAGS, "x" * 256])
    if not tag.isascii():  # Zed reads paths as Latin-1
        return None
    return [Request(f"{user} {method} a tag", user, method, f"{path}/{tag}", about=thing.symbol)]


def tags_seen(draw):
    thing, user, path = tagged(draw)
    if thing is None:
        return None
    method = draw.weighted({"GET": 3, "DELETE": 1})
    return [Request(f"{user} {method} all tags", user, method, path, about=thing.symbol)]


def share(draw):
    kind = draw.one(["policy", "network"])
    thing = draw.thing(kind)
    if thing is None:
        return None
    user = draw.user_of(thing) if draw.chance(0.9) else draw.stranger(thing)
    given = {"object_type": {"policy": "qos_policy", "network": "network"}[kind], "object_id": thing.symbol,
             "action": "access_as_shared", "target_tenant": draw.one(["{project_a}", "{project_b}", "{project_c}"])}
    wrong = draw.weighted({"": 12, "star": 2, "external": 1, "action": 1, "type": 1, "id": 1, "missing": 1, "more": 1})
    if wrong == "star":
        given["target_tenant"] = "*"
    elif wrong == "external":
        given["action"] = "access_as_external"
    elif wrong == "action":
        given["action"] = draw.one(["access_as_owner", "", 5, None])
    elif wrong == "type":
        given["object_type"] = draw.one(["network", "qos_policy", "router", "", 5, None])
    elif wrong == "id":
        given["object_id"] = draw.one([UNKNOWN, "no-uuid", None])
    elif wrong == "missing":
        given.pop(draw.one(list(given)))
    elif wrong == "more":
        given[draw.one(["target_project", "id", "color"])] = "x"
    return [create(f"{user} shares a {kind}" + (f", {wrong}" if wrong else ""), user, "/v2.0/rbac-policies",
                   "rbac_policy", given, "rbac", thing.symbol)]


def change_share(draw):
    rbac = draw.thing("rbac")
    if rbac is None:
        return None
    user = draw.user_of(rbac) if draw.chance(0.9) else draw.stranger(rbac)
    given = {"target_tenant": draw.one(["{project_a}", "{project_b}", "*", "elsewhere", "", 5, None])}
    if draw.chance(0.1):
        given = {draw.one(["action", "object_id", "color"]): "access_as_shared"}
    return [update(f"{user} changes a share", user, f"/v2.0/rbac-policies/{rbac.symbol}", "rbac_policy", given,
                   rbac.symbol)]


def look_at_share(draw):
    rbac = draw.thing("rbac")
    if rbac is None:
        return None
    method = draw.weighted({"GET": 2, "DELETE": 1})
    user = draw.user_of(rbac) if draw.chance(0.9) else draw.stranger(rbac)
    about = rbac.symbol if method == "DELETE" else None
    return [Request(f"{user} {method} a share", user, method, f"/v2.0/rbac-policies/{rbac.symbol}", about=about)]


def quotas(draw):
    project = draw.one(["{project_a}", "{project_b}", "nobody"])
    path = draw.weighted({f"/v2.0/quotas/{project}": 5, f"/v2.0/quotas/{project}/default": 1, "/v2.0/quotas/tenant": 1,
                          f"/v2.0/quotas/{project}/nonsense": 0.5, "/v2.0/quotas/default": 0.5,
                          f"/v2.0/quotas/{project}/details.json": 2, "/v2.0/quotas/project": 1})
    return [Request("reads quotas", draw.one(["admin", "admin", "member", "other"]), "GET", path)]


def set_quotas(draw):
    """Of the project that has least, so that the run is not held up."""
    user = draw.weighted({"admin": 8, "member": 1, "other": 1})
    method = draw.weighted({"PUT": 3, "DELETE": 1})
    path = "/v2.0/quotas/" + draw.one(["{project_b}", "{project_b}", "{project_c}"])
    if method == "DELETE":
        return [Request(f"{user} resets quotas", user, method, path)]
    given = some_of(draw, QUOTAS, 0.5)
    what = maybe_spoil(draw, f"{user} sets quotas", given, QUOTAS)
    return [update(what, user, path, "quota", given, None)]
