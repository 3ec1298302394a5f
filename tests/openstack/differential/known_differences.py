"""Where the centre need not answer as a Neutron of the release in the lab does. At most fifteen, each with its reason;
one that explains nothing in a long run is to be taken away."""
import dataclasses
import re
from typing import Callable

from .compare import ABSENT
from .side import NO_ANSWER


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
    return difference.path == "rule_type.drivers[].name" or difference.path == "status" and \
        error_type(exchange.pod) in ("QosRuleNotSupported", "QosRuleNotSupportedByNetwork")


def _later_releases(exchange, difference):
    if difference.path.endswith("parameter_values"):
        return set(difference.ours) - set(difference.pod) == {44}
    if last_name(difference) == "mac_address":
        return str(difference.pod).lower().replace("-", ":") == difference.ours
    if error_type(exchange.pod) == "QoSRuleParameterConflict":
        return exchange.ours.succeeded or error_type(exchange.ours) == "QoSRulesConflict"
    refused = r"rule:(\w+:tags|create_subnet) is disallowed|The number of tags exceed the per-resource limit"
    if difference.path == "status" and re.match(refused, str(message(exchange.ours))):
        return exchange.pod.status != 404 or error_type(exchange.pod) == "TagNotFound"
    return _device_id(difference) or _rules_of_shared(exchange, difference) or _network_unseen(exchange, difference)


def _device_id(difference):
    """The rights to set it are asked for; they stand in what a refusal says."""
    said = re.sub(r"\((.*) and rule:\w+_port:device_id\)", r"\1", str(difference.ours))
    return last_name(difference) == "message" and said != difference.ours and said == difference.pod


def _python(exchange, difference):
    if re.search(r"\bNaN\b|\\ud[89a-f]", str(exchange.request.raw)):
        return True
    text = r"[\[{(]u?'|<class |b'|\bNone\b|\bTrue\b|\bFalse\b|Callback neutron\.|not in valid_values|" \
        r"'.' is not a valid nameserver"
    return last_name(difference) in ("message", "type") and re.search(text, str(message(exchange.pod)))


def _extension_words(exchange, difference):
    return re.fullmatch(r"extensions?(\[\])?\.(name|description)", difference.path) or \
        last_name(difference) == "updated" and not re.match(r"20\d\d-\d\d-\d\dT", str(difference.pod))


def message(answer):
    inner = answer.body.get("NeutronError") if isinstance(answer.body, dict) else None
    return inner.get("message") if isinstance(inner, dict) else None


def _internal_error(exchange, difference):
    return difference.path == "status" and difference.pod in (500, NO_ANSWER)


def _one_of_several(exchange, difference):
    """The same error about another object of the same kind."""
    if last_name(difference) != "message" or \
            error_type(exchange.pod) not in ("QosPolicyInUse", "QoSRuleParameterConflict"):
        return False
    pod, ours = (re.sub(r"\{(\D+)\d+\}|(in|e)gress", r"\1", text) for text in (difference.pod, difference.ours))
    return pod == ours


def _outside(exchange, difference):
    """What is not below a version is answered by Neutron's outer server."""
    path = exchange.request.path
    return not path.startswith("/v2.0/") or path.strip("/") == "v2.0" or re.match(r"/v2.0/extensions/\w", path)


# What Neutron writes into other rows than the port's: alone it is counted after the answer, beside others once more.
BESIDE_THE_PORT = {"description", "allowed_address_pairs", "extra_dhcp_opts", "fixed_ips", "qos_policy_id",
                   "binding:profile", "binding:vnic_type", "binding:host_id"}


def _revisions(exchange, difference):
    if difference.path.startswith("port.resource_request"):
        return "binding:vnic_type" in str(exchange.request.body)
    if re.match(r"ports?(\[\])?\.binding:profile\b", difference.path) and exchange.request.method == "GET":
        return difference.pod == ABSENT  # emptied when the network got another policy
    if error_type(exchange.pod) == "RevisionNumberConstraintFailed":
        return last_name(difference) == "message" and difference.pod.split()[2] == difference.ours.split()[2]
    if last_name(difference) != "revision_number" or not re.match("port|network|polic", difference.path):
        return False
    more = difference.pod - difference.ours
    if exchange.request.method == "GET":
        return more == 1 and not difference.path.startswith("polic")  # counted since
    if exchange.request.method != "PUT":
        return False
    given = {name for inner in (exchange.request.body or {}).values() for name in inner}
    if difference.path.startswith("port"):
        return more == -1 and given <= BESIDE_THE_PORT or more in (1, -1) and given & BESIDE_THE_PORT
    if more == -1:
        return given <= {"shared", "router:external"}
    return more == 1 and "description" in given and not given & {"name", "admin_state_up", "mtu"}


def _rules_of_shared(exchange, difference):
    if re.fullmatch(r"\w+_rules\[\]", difference.path) and exchange.request.method == "GET":
        return difference.pod == [] and exchange.request.user != "admin"
    return exchange.pod.status == 404 and "rules/" in exchange.request.path and \
        error_type(exchange.pod) in (None, "HTTPNotFound")


def _network_unseen(exchange, difference):
    return exchange.request.method != "GET" and exchange.request.path.startswith("/v2.0/ports/") and \
        difference.path == "status" and error_type(exchange.pod) == "NetworkNotFound"


def _if_match(exchange, difference):
    return "If-Match" in exchange.request.headers and difference.path == "status" and exchange.ours.status == 412


def _nothing_hinted(exchange, difference):
    if error_type(exchange.pod) == "RbacPolicyNotFound":
        return str(difference.pod).replace("of type network", "of type unknown") \
            .replace("of type qos_policy", "of type unknown") == difference.ours
    hidden = r"\['(provider:\w+|binding:host_id)'.*\] is invalid attribute for filtering"
    return difference.path == "status" and re.match(hidden, str(message(exchange.ours)))


def _default_policies(exchange, difference):
    if last_name(difference) == "is_default":
        return exchange.request.user != "admin" and (difference.pod, difference.ours) == (False, True)
    return difference.path.startswith("policies") and "is_default" in dict(exchange.request.query)


def _foreign_rules(exchange, difference):
    return "_rules/" in exchange.request.path and error_type(exchange.ours) == "QosRuleNotFound" and \
        error_type(exchange.pod) in (None, "PolicyNotAuthorized")


def _policy_first(exchange, difference):
    of_addresses = ("InvalidInput", "InvalidIpForSubnet", "InvalidIpForNetwork", "IpAddressAlreadyAllocated",
                    "IpAddressGenerationFailure", "SubnetNotFound")
    return exchange.request.path.startswith("/v2.0/ports") and error_type(exchange.pod) in of_addresses and \
        error_type(exchange.ours) == "QosPolicyNotFound"


def _any_accept(exchange, difference):
    return exchange.pod.status == 406


KNOWN = [
    Known("segments", "The centre has no segments of its own: a pod chooses a network's type and number, and with them "
          "the MTU that is left inside a tunnel.", _segments),
    Known("drivers", "What a network's segments or a port's kind of card cannot do, the pod's drivers know, and XJob "
          "tells; the centre has one of its own.", _drivers),
    Known("later releases", "As they do, and Zed does not yet: DSCP mark 44; at most 50 tags; minimum and maximum of "
          "other directions are not compared; MAC addresses in one spelling; rights on device_id; who sees a policy "
          "sees its rules; an owner may write a port whose network he no longer sees; to write tags, and to make "
          "subnets on another's network, takes rights.",
          _later_releases),
    Known("python", "Neutron puts the text of Python values and names into the message; ours has JSON or leaves it "
          "out.", _python),
    Known("extension words", "Names and descriptions of extensions are for people, and ours are our own.",
          _extension_words),
    Known("internal error", "Where Neutron answers 500, or for minutes nothing, we say what is wrong.",
          _internal_error),
    Known("one of several", "Which of several users, or rules, an error names is left to chance.", _one_of_several),
    Known("outside", "Above /v2.0, in its index and at unknown extensions Neutron answers in HTML, without a request "
          "id, or names less; we do as below it.", _outside),
    Known("revisions", "We count a PUT once, and answer with what is then. What stands in other rows than the object's "
          "Neutron counts, and shows, after its answer, or counts a second time, as its flushes fall; a network's new "
          "policy empties binding:profile of its machines' ports.", _revisions),
    Known("if-match", "We look at the condition before anything is done, since a pod may be asked in between; Neutron "
          "does when it writes a row, and not where it writes none.", _if_match),
    Known("nothing hinted", "Nobody can filter by what he may not see (Neutron lets him), and what he may not see has "
          "no type.", _nothing_hinted),
    Known("default policies", "Whoever sees a policy sees that it is a default one, and ?is_default= filters; Neutron "
          "tells its project alone, and takes the filter for nothing.", _default_policies),
    Known("foreign rules", "Below another policy than its own a rule is not there; Neutron shows it to whoever sees "
          "that policy.", _foreign_rules),
    Known("policy first", "A port's policy is looked for before its addresses: where both are wrong, we name the "
          "policy.", _policy_first),
    Known("any accept", "JSON is what there is: we give it to those who asked for something else, as Neutron does for "
          "all but networks, subnets and ports.", _any_accept),
]
