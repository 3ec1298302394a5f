"""Answers made comparable: ids, times and addresses that a server chose by itself become symbols, lists without an
order get one, and what only the other server's extensions bring is left out."""
import json
import re
import urllib.parse

TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TIMES = ("created_at", "updated_at")
EUI64 = re.compile(r"[0-9a-f:]+ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}")  # of a MAC that a server chose
LISTED = re.compile(r"\{\w+\}(?:,\{\w+\})+")  # ids in a message
ORDERED = ("dns_nameservers",)
# Addresses that are no port's, though a port may have come to have the same.
PLAIN = ("allocation_pools", "gateway_ip", "host_routes", "dns_nameservers")
# The key of an object or a list in a body -> the kind; rules are all of one kind.
KINDS = {"network": "network", "networks": "network", "subnet": "subnet", "subnets": "subnet", "port": "port",
         "ports": "port", "policy": "policy", "policies": "policy", "rbac_policy": "rbac", "rbac_policies": "rbac",
         "quota": "quota", "quotas": "quota", "extensions": "extension", "extension": "extension"}


def kind_of(key):
    return "rule" if key.endswith(("_rule", "_rules")) else KINDS.get(key)


class Cleaner:
    """One side's answers. Of a list only what the run knows is kept, without the objects named in `ignored`; of the
    extensions those in `aliases`; of an object no attribute in `hidden` (kind -> attributes)."""

    def __init__(self, side, ignored):
        self.side, self.ignored, self.hidden, self.aliases = side, ignored, {}, None

    def clean(self, answer, request):
        if isinstance(answer.body, str):
            return self.side.symbolic(re.sub(r"\s+", " ", answer.body).strip())
        if not isinstance(answer.body, dict):
            return self.value("", answer.body)
        ordered = any(name == "sort_key" for name, _ in request.query)
        return {key: self.part(key, value, ordered) for key, value in answer.body.items()}

    def part(self, key, value, ordered):
        """What stands under a key of the whole body."""
        kind = kind_of(key)
        if kind and isinstance(value, dict):
            return self.thing(kind, value)
        if kind and isinstance(value, list) and all(isinstance(item, dict) for item in value):
            things = [self.thing(kind, item) for item in value]
            things = [thing for thing in things if self.is_of_the_run(kind, thing)]
            return things if ordered else sorted(things, key=lambda thing: thing.get("id") or canonical(thing))
        if key.endswith("_links"):
            return sorted((self.link(link) for link in value), key=canonical)
        return self.value(key, value)

    def is_of_the_run(self, kind, thing):
        if kind == "extension":
            return self.aliases is None or thing.get("alias") in self.aliases
        one = thing.get("id")
        return one is None or (one.startswith("{") and one.strip("{}") not in self.ignored)

    def thing(self, kind, thing):
        dropped = self.hidden.get(kind, ())
        return {key: self.value(key, value) for key, value in thing.items() if key not in dropped}

    def value(self, key, value):
        if key in PLAIN:
            return sorted(value, key=canonical) if isinstance(value, list) and key not in ORDERED else value
        if isinstance(value, str):
            if key in TIMES and TIME.fullmatch(value):
                return "<time>"
            return LISTED.sub(in_order, EUI64.sub("<eui64>", self.side.symbolic(value)))
        if isinstance(value, dict):
            return {name: self.value(name, item) for name, item in value.items()}
        if isinstance(value, list):
            items = [self.value("", item) for item in value]
            items = [item for item in items if not self.is_ignored(item)]
            return items if key in ORDERED else sorted(items, key=canonical)
        return value

    def is_ignored(self, item):
        one = item.get("id") if isinstance(item, dict) else item
        return isinstance(one, str) and one.startswith("{") and one.strip("{}") in self.ignored

    def link(self, link):
        """A page's link; its parameters have no order."""
        parts = urllib.parse.urlsplit(self.side.symbolic(urllib.parse.unquote(link["href"])))
        return {**link, "href": parts.path, "query": sorted(parts.query.split("&"))}


def in_order(match):
    return ",".join(sorted(match[0].split(",")))


def canonical(value):
    return json.dumps(value, sort_keys=True)
