"""What exists, as the real Neutron told it: the generator draws from it, the run keeps it."""
import dataclasses
import re

SYMBOL = re.compile(r"\{([a-z_]+\d*(?:\.[a-z_0-9]+)*)\}")


@dataclasses.dataclass
class Request:
    """One request in symbols. `what` names the kind of case; `makes` the kinds of the objects in a 201's body, in their
    order; `about` is the symbol of the object that it writes, or writes a part of."""
    what: str
    user: str
    method: str
    path: str
    query: list = dataclasses.field(default_factory=list)
    headers: dict = dataclasses.field(default_factory=dict)
    body: object = None      # JSON
    raw: str = None          # text instead of JSON
    makes: list = dataclasses.field(default_factory=list)
    about: str = None

    def symbols(self):
        """The objects that it speaks of."""
        text = repr((self.path, self.query, self.headers, self.body, self.raw, self.about))
        return {name.split(".")[0] for name in SYMBOL.findall(text)}

    def writes(self):
        return self.method in ("POST", "PUT", "DELETE", "PATCH")


@dataclasses.dataclass
class Thing:
    """An object: its name without braces, its kind, and what the pod showed of it last, in symbols."""
    name: str
    kind: str
    shown: dict
    parent: str = None       # the symbol of a subnet's or port's network, of a rule's policy
    notes: set = dataclasses.field(default_factory=set)

    @property
    def symbol(self):
        return "{" + self.name + "}"

    @property
    def project(self):
        return self.shown.get("project_id", "").strip("{}")


class World:
    """The objects by name. Not thread-safe."""

    def __init__(self):
        self.things, self.counts = {}, {}
        self.cidrs = {}  # of all subnets that there ever were

    def new_name(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}{self.counts[kind]}"

    def add(self, name, kind, shown, parent=None):
        self.things[name] = Thing(name, kind, shown, parent)
        if kind == "subnet":
            self.cidrs[name] = shown["cidr"]
        return self.things[name]

    def of(self, kind, **shown):
        """All of a kind (or of several), whose shown attributes are as said."""
        kinds = (kind,) if isinstance(kind, str) else kind
        return [thing for thing in self.things.values()
                if thing.kind in kinds and all(thing.shown.get(key) == value for key, value in shown.items())]

    def get(self, symbol):
        return self.things.get(symbol.strip("{}")) if isinstance(symbol, str) else None

    def parts(self, symbol):
        return [thing for thing in self.things.values() if thing.parent == symbol]

    def forget(self, name):
        """The object and its parts; their names are returned."""
        if name not in self.things:
            return []
        gone = [name]
        for part in self.parts("{" + name + "}"):
            gone += self.forget(part.name)
        del self.things[name]
        return gone

    def rules(self, policy, rule_type=None):
        return [thing for thing in self.parts(policy.symbol)
                if thing.kind == "rule" and rule_type in (None, thing.shown.get("type"))]

    def users_of(self, policy):
        """Networks and ports that bear the policy."""
        return self.of(("network", "port"), qos_policy_id=policy.symbol)

    def may_see(self, user_project, thing):
        return (user_project == "project_c" or thing.project == user_project or bool(thing.shown.get("shared")))
