"""Where the centre need not answer as a Neutron of the release in the lab does. At most fifteen, each with its reason;
one that explains nothing in a long run is to be taken away."""
import dataclasses
import re
from typing import Callable


@dataclasses.dataclass
class Known:
    """`applies(exchange, difference)`: is this difference one of the kind?"""
    name: str
    why: str
    applies: Callable


def message(difference):
    return difference.path == "NeutronError.message"


def attribute(*names):
    return lambda exchange, difference: difference.path.rsplit(".", 1)[-1] in names


def _segments(exchange, difference):
    name = difference.path.rsplit(".", 1)[-1]
    return difference.ours is None and name.startswith("provider:") or \
        name == "mtu" and (difference.pod, difference.ours) == (1450, 1500)


def _python_repr(exchange, difference):
    return message(difference) and re.search(r"[\[{(]u?'|<class |b'|\bNone\b|\bTrue\b|\bFalse\b", str(difference.pod))


KNOWN = [
    Known("segments", "The centre has no segments of its own: a pod chooses a network's type and number, and with them "
          "the MTU that is left inside a tunnel.", _segments),
    Known("python", "Neutron puts the text of Python values into the message; ours has JSON or leaves it out.",
          _python_repr),
]
