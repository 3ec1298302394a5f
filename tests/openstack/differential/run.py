"""One run: each request to both sides, and the model kept true to what the pod did."""
import copy
import dataclasses

from .bindings import bind, objects_in
from .clean import Cleaner, kind_of
from .compare import Comparer
from .extension_attributes import hidden
from .generator import Generator
from .known_differences import KNOWN
from .side import Answer, Side
from .world import Request, World

OBJECT_PATHS = {"network": "networks", "subnet": "subnets", "port": "ports", "policy": "qos/policies",
                "rbac": "rbac-policies"}


@dataclasses.dataclass
class Exchange:
    """A request with both answers, and what differs: `known` are pairs with the entry that explains; `new` and
    `repeated` are not explained, the latter found on the same object before."""
    number: int
    request: Request
    pod: Answer
    ours: Answer
    new: list
    known: list
    repeated: list


class Run:
    """`history` has all exchanges. One thread."""

    def __init__(self, seed, pod_url, our_url, tokens, projects):
        self.world, self.comparer, self.history, self.ignored = World(), Comparer(), [], set()
        self.pod, self.ours = (Side(name, url, tokens, projects) for name, url in (("pod", pod_url), ("ours", our_url)))
        self.cleaners = {side: Cleaner(side, self.ignored) for side in (self.pod, self.ours)}
        self.generator = Generator(seed, self.world)
        self._compare_extensions()

    def _compare_extensions(self):
        """From now on, what only one of them has as an extension is left out."""
        asked = Request("extensions", "admin", "GET", "/v2.0/extensions")
        aliases = {side: {one["alias"] for one in side.send(asked).body["extensions"]} for side in self.cleaners}
        for side, other in ((self.pod, self.ours), (self.ours, self.pod)):
            self.cleaners[side].hidden = hidden(aliases[side] - aliases[other])
            self.cleaners[side].aliases = aliases[self.pod] & aliases[self.ours]
        self.aliases = {side.name: found for side, found in aliases.items()}

    def go(self, count):
        """`count` requests; yields each exchange."""
        for _ in range(count):
            yield self.step(self.generator.next())

    def step(self, request):
        pod, ours = self.pod.send(request), self.ours.send(request)
        if pod.succeeded and ours.succeeded:
            self._bind(request, pod, ours)
        for side, answer in ((self.pod, pod), (self.ours, ours)):
            answer.clean = self.cleaners[side].clean(answer, request)
        new, repeated = self.comparer.compare(pod, ours, request)
        exchange = Exchange(len(self.history) + 1, request, pod, ours, [], [], [])
        for differences, unexplained in ((new, exchange.new), (repeated, exchange.repeated)):
            for difference in differences:
                entry = next((one for one in KNOWN if one.applies(exchange, difference)), None)
                exchange.known.append((entry, difference)) if entry else unexplained.append(difference)
        self.history.append(exchange)
        if pod.succeeded and ours.succeeded:
            self._learn(request, pod)
            if request.method == "PUT":
                self._level(request.about)
                if "qos_policy_id" in str(request.body) and request.path.startswith("/v2.0/networks"):
                    for part in self.world.parts(request.about):  # the pod writes machines' ports anew
                        self._level(part.symbol)
        elif (pod.succeeded or ours.succeeded) and request.writes():
            self._undo(request, pod, ours)
        elif isinstance(request.body, dict) and any(key.endswith("_rules") for key in request.body):
            self._level(request.about)  # of several rules the pod had made some, and taken them back
        for _, difference in exchange.known:
            if difference.path.endswith("revision_number"):
                self._level(difference.subject)
        return exchange

    def _bind(self, request, pod, ours):
        """The objects in the answers get names on both sides, or are known by them."""
        new = [self.world.new_name(kind) for kind in request.makes]
        for side, answer in ((self.pod, pod), (self.ours, ours)):
            things = objects_in(answer.body)
            for name, thing in zip(new or [side.names.get(thing.get("id")) for thing in things], things):
                if name is not None:
                    bind(side, name, thing, request, self.world)

    def _learn(self, request, pod):
        """What the pod says that there is now."""
        if request.method == "DELETE" and request.about and request.path.endswith(request.about):
            self.world.forget(request.about.strip("{}"))
        if not isinstance(pod.clean, dict) or "fields" in dict(request.query):
            return
        key = next((key for key in pod.clean if not key.endswith("_links")), "")
        for thing in copy.deepcopy(objects_in(pod.clean)):
            name = str(thing.get("id")).strip("{}")
            if request.makes:
                parent = request.about if kind_of(key) in ("subnet", "port", "rule") else None
                if kind_of(key) == "rule":
                    thing["type"] = key.removesuffix("s").removesuffix("_rule")
                self.world.add(name, kind_of(key), thing, parent)
            elif name in self.world.things and kind_of(key) == self.world.things[name].kind:
                self.world.things[name].shown.update(thing)

    def _undo(self, request, pod, ours):
        """What only one side has done is taken back: a new object there, an old one on both, with its parts. So one
        difference does not become many."""
        if request.makes:
            side, answer = (self.pod, pod) if pod.succeeded else (self.ours, ours)
            for thing in objects_in(answer.body):
                side.send(Request("undo", "admin", "DELETE", f"{request.path}/{thing.get('id')}"))
            self._level(request.about)
        elif request.about:
            parent = self.world.things[request.about.strip("{}")].parent
            self._give_up(request.about.strip("{}"))
            self._level(parent)

    def _level(self, symbol):
        """A part that changed, or came and went, on one side alone counted there as changes of the whole; and some
        changes count twice at the pod, or after its answer. From now on both count the same."""
        name = (symbol or "").strip("{}")
        if name not in self.world.things or self.world.things[name].kind not in ("network", "port", "policy"):
            return
        kind, path = self.world.things[name].kind, self._path_of(name)
        for _ in range(4):
            shown = {side: side.send(Request("level", "admin", "GET", path)).body.get(kind, {})
                     for side in (self.pod, self.ours)}
            counts = {side: thing.get("revision_number", 0) for side, thing in shown.items()}
            behind = min(counts, key=counts.get)
            if len(set(counts.values())) == 1:
                self.comparer.forget(symbol, "revision_number")
                return
            behind.send(Request("level", "admin", "PUT", path, body={kind: {"name": shown[behind].get("name")}}))

    def _give_up(self, name):
        """The object goes on both sides where they let it; in any case it is not spoken of again."""
        paths = {part: self._path_of(part) for part in self.world.things}
        gone = self.world.forget(name)
        for part in reversed(gone):
            for side in (self.pod, self.ours):
                side.send(Request("give up", "admin", "DELETE", paths[part]))
        self.ignored.update(gone)

    def _path_of(self, name):
        thing = self.world.things[name]
        if thing.kind == "rule":
            return f"/v2.0/qos/policies/{thing.parent}/{thing.shown['type']}_rules/{thing.symbol}"
        return f"/v2.0/{OBJECT_PATHS[thing.kind]}/{thing.symbol}"
