"""Reading requests: one object, lists with all that may be asked of them, what the server says of itself."""
from .attributes import SEARCHED
from .draw import UNKNOWN
from .world import Request

PATHS = {"network": "/v2.0/networks", "subnet": "/v2.0/subnets", "port": "/v2.0/ports",
         "policy": "/v2.0/qos/policies", "rbac": "/v2.0/rbac-policies"}
ASKERS = {"admin": 4, "member": 4, "reader": 1, "other": 2}
OURS = [("project_id", "{project_a}"), ("project_id", "{project_b}"), ("project_id", "{project_c}")]


def show(draw):
    kind = draw.one(PATHS)
    thing = draw.thing(kind)
    if thing is None:
        return None
    user = draw.user_of(thing) if draw.chance(0.5) else draw.weighted(ASKERS)
    query = []
    if draw.chance(0.25):
        query = [("fields", draw.one([*SEARCHED[kind], "nonsense", "name,id"])) for _ in range(draw.number(1, 3))]
    return [Request(f"{user} shows a {kind}", user, "GET", f"{PATHS[kind]}/{thing.symbol}", query)]


def sought(draw, kind, name):
    """A value to look for: mostly one that something has."""
    thing = draw.thing(kind)
    value = thing.shown.get(name) if thing else None
    if name == "fixed_ips":
        entries = value or [{"ip_address": "192.0.2.5", "subnet_id": UNKNOWN}]
        key = draw.one(["ip_address", "subnet_id"])
        return f"{key}={entries[0][key]}" if draw.chance(0.9) else draw.one(["nonsense", "color=red", "ip_address="])
    if isinstance(value, (list, dict)) or value is None or draw.chance(0.1):
        return draw.one(["", "nonsense", "5", "true", UNKNOWN])
    return str(value)


def filters(draw, kind):
    query = []
    for name in draw.some(SEARCHED[kind], 0.08):
        query += [(name, sought(draw, kind, name)) for _ in range(draw.weighted({1: 4, 2: 1}))]
    if kind != "rbac" and draw.chance(0.12):
        name = draw.one(["tags", "tags-any", "not-tags", "not-tags-any"])
        query.append((name, draw.one(["red", "blue", "red,blue", "green", "", "red,red"])))
    if draw.chance(0.06):
        query.append((draw.one(["color", "limits", "sort", "changed_since"]), "red"))
    return query


def search(draw):
    """A list, with filters, fields and an order. Always of our projects: others have things in the pod, too."""
    kind = draw.one(PATHS)
    user = draw.weighted(ASKERS)
    query = filters(draw, kind)
    if not any(name in ("project_id", "tenant_id") for name, _ in query):
        query += OURS
    if draw.chance(0.15):
        query += [("fields", draw.one([*SEARCHED[kind], "nonsense"])) for _ in range(draw.number(1, 3))]
        query.append(("fields", "id"))
    if draw.chance(0.2):
        sorted_by = [name for name in SEARCHED[kind] if not name.startswith("ipv6_")]  # an ENUM's order is MariaDB's
        keys = [draw.one([*sorted_by, "nonsense"]) for _ in range(draw.weighted({1: 4, 2: 1}))]
        query += [("sort_key", key) for key in keys]
        query += [("sort_dir", draw.weighted({"asc": 4, "desc": 4, "up": 0.3})) for _ in keys]
        if draw.chance(0.05):
            query.pop()
    return [Request(f"{user} lists {kind}s", user, "GET", PATHS[kind], query)]


def pages(draw):
    """Of objects with names of their own, in the order of these names: a page is the same everywhere."""
    kind = draw.one(["network", "port", "policy", "subnet"])
    counts = {}
    for thing in draw.world.of(kind):
        counts.setdefault(thing.shown.get("name"), []).append(thing)
    things = [found[0] for name, found in counts.items() if len(found) == 1 and name.isascii()]
    if len(things) < 2:
        return None
    query = [("id", thing.symbol) for thing in things]
    query += [("sort_key", "name"), ("sort_dir", draw.one(["asc", "desc"]))]
    query.append(("limit", draw.weighted({"1": 2, "2": 3, "3": 2, "100": 1, "0": 0.5, "-1": 0.3, "x": 0.3, "": 0.3})))
    if draw.chance(0.5):
        query.append(("marker", draw.one(things).symbol if draw.chance(0.9) else draw.one([UNKNOWN, "nonsense"])))
    if draw.chance(0.4):
        query.append(("page_reverse", draw.one(["true", "True", "false", "1", "maybe"])))
    if draw.chance(0.2):
        query += [("fields", "name"), ("fields", "id")]
    return [Request(f"pages of {kind}s", "admin", "GET", PATHS[kind], query)]


def rules_of(draw):
    policy = draw.thing("policy")
    if policy is None:
        return None
    kind = draw.one(["bandwidth_limit", "dscp_marking", "minimum_bandwidth", "packet_rate_limit",
                     "minimum_packet_rate"])
    query = []
    if draw.chance(0.4):
        query = draw.one([[("fields", "id")], [("max_kbps", "100")], [("direction", "egress")], [("color", "red")],
                          [("id", UNKNOWN)], [("sort_key", "id"), ("sort_dir", "asc")], [("dscp_mark", "10")]])
    symbol = policy.symbol if draw.chance(0.9) else UNKNOWN
    return [Request("lists rules", draw.weighted(ASKERS), "GET", f"/v2.0/qos/policies/{symbol}/{kind}_rules", query)]


def about_itself(draw):
    path = draw.weighted({"/": 1, "/v2.0/": 1, "/v2.0/extensions": 2, "/v2.0/extensions/qos": 1,
                          "/v2.0/extensions/nonsense": 1, "/v2.0/qos/rule-types": 2, "/v2.0": 1,
                          "/v2.0/qos/rule-types/bandwidth_limit": 1, "/v2.0/qos/rule-types/dscp_marking": 1,
                          "/v2.0/qos/rule-types/minimum_packet_rate": 1, "/v2.0/qos": 0.5})
    query = []
    if path.endswith("rule-types") and draw.chance(0.5):
        query = [(draw.one(["all_supported", "all_rules", "type", "fields"]), draw.one(["true", "false", "type"]))]
    return [Request("reads about the server", draw.one(["admin", "member", "reader"]), "GET", path, query)]
