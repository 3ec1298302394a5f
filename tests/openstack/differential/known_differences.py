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


def last_name(difference):
    return difference.path.rsplit(".", 1)[-1]


def error_type(answer):
    inner = answer.body.get("NeutronError") if isinstance(answer.body, dict) else None
    return inner.get("type") if isinstance(inner, dict) else None


def _segments(exchange, difference):
    name = last_name(difference)
    if name in ("networks[]", "message"):  # found by its segment, or what a tunnel can carry
        return "MTU is too big" in str(difference.pod) or \
            any(asked.startswith("provider:") or asked == "mtu" for asked, _ in exchange.request.query)
    return difference.ours is None and name.startswith("provider:") or \
        name == "mtu" and (difference.pod, difference.ours) == (1450, 1500)


def _drivers(exchange, difference):
    return difference.path == "status" and \
        error_type(exchange.pod) in ("QosRuleNotSupported", "QosRuleNotSupportedByNetwork")


def _rule_type_details(exchange, difference):
    return difference.path == "rule_type.drivers[].name" or \
        difference.path.endswith("parameter_values") and set(difference.ours) - set(difference.pod) == {44}


def _python(exchange, difference):
    text = r"[\[{(]u?'|<class |b'|\bNone\b|\bTrue\b|\bFalse\b|Callback neutron\.|not in valid_values"
    return last_name(difference) == "message" and re.search(text, str(difference.pod))


def _extension_words(exchange, difference):
    return re.fullmatch(r"extensions?(\[\])?\.(name|description)", difference.path) or \
        last_name(difference) == "updated" and not re.match(r"20\d\d-\d\d-\d\dT", str(difference.pod))


def _internal_error(exchange, difference):
    return difference.path == "status" and difference.pod == 500


def _one_of_several(exchange, difference):
    """The same error about another object of the same kind."""
    if last_name(difference) != "message" or error_type(exchange.pod) != "QosPolicyInUse":
        return False
    pod, ours = (re.sub(r"\{(\D+)\d+\}", r"\1", text) for text in (difference.pod, difference.ours))
    return pod == ours


def _outside(exchange, difference):
    """What is not below a version is answered by Neutron's outer server."""
    return not exchange.request.path.startswith("/v2.0/")


def _stale_revision(exchange, difference):
    return exchange.request.method == "PUT" and difference.path == "port.revision_number" and \
        difference.pod == difference.ours - 1


def _rules_of_shared(exchange, difference):
    return difference.path == "status" and exchange.pod.status == 404 and "rules/" in exchange.request.path and \
        error_type(exchange.pod) in (None, "HTTPNotFound")


def _network_unseen(exchange, difference):
    return exchange.request.method != "GET" and exchange.request.path.startswith("/v2.0/ports/") and \
        difference.path == "status" and error_type(exchange.pod) == "NetworkNotFound"


KNOWN = [
    Known("segments", "The centre has no segments of its own: a pod chooses a network's type and number, and with them "
          "the MTU that is left inside a tunnel.", _segments),
    Known("drivers", "What a network's segments or a port's kind of card cannot do, the pod's drivers know, and XJob "
          "tells; the centre has none.", _drivers),
    Known("rule type details", "The driver is ours, and DSCP mark 44 came after Zed.", _rule_type_details),
    Known("python", "Neutron puts the text of Python values and names into the message; ours has JSON or leaves it "
          "out.", _python),
    Known("extension words", "Names and descriptions of extensions are for people, and ours are our own.",
          _extension_words),
    Known("internal error", "Where Neutron answers 500, we say what is wrong.", _internal_error),
    Known("one of several", "Which of several users an error names is left to chance.", _one_of_several),
    Known("outside", "Above /v2.0 Neutron answers in HTML, or without a request id; we do as below it.", _outside),
    Known("stale revision", "Where a port's own row is not written (pairs, options, nothing at all) Neutron counts the "
          "change after it has answered.", _stale_revision),
    Known("rules of shared policies", "Who sees a policy sees its rules, as in later releases; Zed answers 404 (with "
          "the rule in the body, sometimes).", _rules_of_shared),
    Known("network unseen", "Zed does not let an owner write a port whose network he no longer sees.",
          _network_unseen),
]
