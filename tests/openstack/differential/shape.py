"""Bodies of requests, good ones and such as are wrong in one place."""
from .draw import UNKNOWN
from .world import Request

FOREIGN = {"id": UNKNOWN, "status": "ACTIVE", "created_at": "2020-01-01T00:00:00Z", "revision_number": 7,
           "subnets": [], "rules": [], "color": "red", "": 1, "tenant_id": "{project_c}", "project_id": "{project_c}",
           "qos_network_policy_id": None, "network_id": UNKNOWN}


def some_of(draw, attributes, probability=0.3):
    """Good values for some of the attributes."""
    return {name: values.good(draw) for name, values in attributes.items() if draw.chance(probability)}


def spoil(draw, given, attributes, required=(), foreign=tuple(FOREIGN)):
    """One thing of `given` made wrong; what it was is returned."""
    way = draw.weighted({"value": 6, "foreign": 1, "missing": 1 if required else 0})
    if way == "missing":
        name = draw.one(required)
        given.pop(name, None)
    elif way == "foreign":
        name = draw.one(foreign)
        given[name] = FOREIGN[name]
    else:
        name = draw.one(attributes)
        given[name] = attributes[name].bad(draw)
    return f"{way} {name}"


def maybe_spoil(draw, what, given, attributes, required=(), probability=0.25):
    """The case's name."""
    if not draw.chance(probability):
        return what
    return f"{what}, {spoil(draw, given, attributes, required)}"


def create(what, user, path, key, given, makes, about=None):
    return Request(what, user, "POST", path, body={key: given}, makes=[makes], about=about)


def update(what, user, path, key, given, about):
    return Request(what, user, "PUT", path, body={key: given}, about=about)


def if_match(draw, thing, path, user, request):
    """The request on the condition that the object has a certain revision; read before, for the model to know it."""
    way = draw.weighted({"current": 3, "stale": 2, "junk": 1})
    value = {"current": f"revision_number={{{thing.name}.revision}}", "stale": "revision_number=9999",
             "junk": draw.one(["nonsense", "revision_number=", "revision_number=x", "*", '"abc"',
                               "revision_number=-1"])}
    request.headers["If-Match"] = value[way]
    request.what += f", if-match {way}"
    return [Request("read before if-match", user, "GET", path, about=thing.symbol), request]
