"""One of the two servers: what its symbols stand for, how it is asked, and what it said."""
import dataclasses
import json
import re
import urllib.parse

import requests

from .world import SYMBOL

# What may be the value of a symbol: an id, a project, an IPv4 address, an IPv6 or a MAC address.
VALUE = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"
                   r"|\b\d+\.\d+\.\d+\.\d+\b|\b[0-9a-f]+:[0-9a-f:]*[0-9a-f]\b")
UUID_LENGTH = 36
LONGEST = 60        # seconds for an answer
NO_ANSWER = 599     # the status of an answer that did not come


@dataclasses.dataclass
class Answer:
    """What a server said; `body` is JSON, else text. `clean` is the body in symbols, once it has been compared."""
    status: int
    body: object
    headers: dict
    seconds: float
    clean: object = None

    @property
    def succeeded(self):
        return self.status < 300


class Side:
    """Values of symbols: "network3" -> an id. A symbol without a value stands for itself."""

    def __init__(self, name, url, tokens, symbols):
        self.name, self.url, self.tokens = name, url, tokens
        self.values, self.names = {}, {}
        self.session = requests.Session()
        for symbol, value in symbols.items():
            self.bind(symbol, value)

    def bind(self, name, value):
        self.values[name] = value
        if isinstance(value, str):
            self.names[value] = name

    def concrete(self, value):
        """`value` with this side's ids for its symbols."""
        if isinstance(value, str):
            whole = SYMBOL.fullmatch(value)
            if whole:
                return self.values.get(whole[1], value)
            return SYMBOL.sub(lambda match: str(self.values.get(match[1], match[0])), value)
        if isinstance(value, list):
            return [self.concrete(item) for item in value]
        if isinstance(value, dict):
            return {self.concrete(key): self.concrete(item) for key, item in value.items()}
        return value

    def symbolic(self, text):
        """`text` with symbols for this side's values; an id that nobody knows is <uuid>."""
        return VALUE.sub(self._symbol_of, text).replace(self.url, "<url>")

    def _symbol_of(self, match):
        if match[0] in self.names:
            return "{" + self.names[match[0]] + "}"
        return "<uuid>" if len(match[0]) == UUID_LENGTH else match[0]

    def send(self, request):
        headers = {key: str(self.concrete(value)) for key, value in request.headers.items()}
        if request.user in self.tokens:
            headers.setdefault("X-Auth-Token", self.tokens[request.user])
        data = request.raw
        if request.raw is not None:
            data = self.concrete(request.raw).encode()
        elif request.body is not None:
            data = json.dumps(self.concrete(request.body)).encode()
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        query = urllib.parse.urlencode([(key, self.concrete(value)) for key, value in request.query])
        path = urllib.parse.quote(self.concrete(request.path), safe="/%:.-_~")
        try:
            reply = self.session.request(request.method, self.url + path + ("?" + query if query else ""), data=data,
                                         headers=headers, timeout=LONGEST, allow_redirects=False)
        except requests.RequestException as error:
            return Answer(NO_ANSWER, f"{type(error).__name__} from {self.name}", {}, LONGEST)
        return Answer(reply.status_code, _body(reply), {key.lower(): value for key, value in reply.headers.items()},
                      reply.elapsed.total_seconds())


def _body(reply):
    try:
        return reply.json()
    except ValueError:
        return reply.text
