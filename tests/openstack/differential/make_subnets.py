"""Requests for subnets. Each has addresses of its own, so that an address says whose it is."""
import ipaddress

from .attributes import SUBNET
from .draw import PROJECT_OF, UNKNOWN
from .shape import create, if_match, maybe_spoil, some_of, update
from .world import Request

MOST_OF_A_NETWORK = 4
IPV6_MODES = ["slaac", "dhcpv6-stateful", "dhcpv6-stateless"]


def fresh_cidr(draw, version):
    number = draw.serial()
    if version == 6:
        return f"2001:db8:{number:x}::/64"
    return f"10.{number // 250}.{number % 250}.0/{draw.weighted({24: 6, 29: 1, 30: 1})}"


def address(cidr, number):
    """The address of that number in the network, or its last."""
    network = ipaddress.ip_network(cidr)
    return str(network[min(number, network.num_addresses - 1)])


def addresses_of_v4(draw, given):
    """Sometimes a gateway and pools."""
    cidr = given["cidr"]
    if not cidr.endswith("/24"):
        return
    gateway = draw.weighted({"absent": 4, "null": 1, "last": 1, "outside": 0.3, "network": 0.2})
    if gateway != "absent":
        given["gateway_ip"] = {"null": None, "last": address(cidr, 254), "outside": "192.168.77.1",
                               "network": address(cidr, 0)}[gateway]
    low, high = address(cidr, 10), address(cidr, 99)
    pools = draw.weighted({"good": 10, "absent": 3, "two": 2, "turned": 0.3, "outside": 0.3, "overlap": 0.3,
                           "gateway": 0.3, "half": 0.2, "more": 0.2})
    values = {"good": [{"start": low, "end": high}],
              "two": [{"start": low, "end": address(cidr, 50)}, {"start": address(cidr, 60), "end": high}],
              "turned": [{"start": high, "end": low}], "outside": [{"start": low, "end": "192.168.77.9"}],
              "overlap": [{"start": low, "end": high}, {"start": address(cidr, 50), "end": address(cidr, 120)}],
              "gateway": [{"start": address(cidr, 1), "end": high}], "half": [{"start": low}],
              "more": [{"start": low, "end": high, "more": 1}]}
    if pools in values:
        given["allocation_pools"] = values[pools]


def addresses_of_v6(draw, given):
    modes = draw.weighted({"none": 3, "both": 6, "ra": 1, "address": 1, "unlike": 0.5, "bad": 0.3})
    mode = draw.one(IPV6_MODES)
    if modes in ("both", "ra"):
        given["ipv6_ra_mode"] = mode
    if modes in ("both", "address"):
        given["ipv6_address_mode"] = mode
    if modes == "unlike":
        given.update(ipv6_ra_mode="slaac", ipv6_address_mode="dhcpv6-stateful")
    if modes == "bad":
        given.update(ipv6_ra_mode=draw.one(["dhcp", "", 5, None]))
    if draw.chance(0.1):
        given["cidr"] = given["cidr"].replace("/64", draw.one(["/48", "/80", "/126"]))
    if draw.chance(0.15):
        given["gateway_ip"] = draw.one([None, "fe80::1", address(given["cidr"], 5), address(given["cidr"], 0)])


def suit(draw, given, version):
    """Name servers and routes are mostly of the subnet's own version."""
    if draw.chance(0.1):
        return
    servers = {4: ["9.9.9.9", "8.8.8.8"], 6: ["2001:db8::53", "2001:db8::35"]}[version]
    hop, destination = {4: ("10.250.0.9", "192.168.9.0/24"), 6: ("2001:db8:fa::9", "2001:db8:fb::/64")}[version]
    if given.get("dns_nameservers"):
        given["dns_nameservers"] = servers[:draw.number(1, 2)]
    if given.get("host_routes"):
        given["host_routes"] = [{"destination": destination, "nexthop": hop}]


def body(draw, network, user):
    version = draw.weighted({4: 6, 6: 4})
    given = {"network_id": network.symbol, "ip_version": version, "cidr": fresh_cidr(draw, version)}
    if user == "admin":  # Zed hides from an owner what is another's on his network
        given["project_id"] = "{%s}" % draw.owner(network)
    (addresses_of_v4 if version == 4 else addresses_of_v6)(draw, given)
    given.update(some_of(draw, attributes_for(user), 0.2))
    suit(draw, given, version)
    return given


def wrong_address(draw, given, network):
    """Sometimes a cidr or a version that cannot be."""
    others = [one.shown["cidr"] for one in draw.world.parts(network.symbol) if one.kind == "subnet"]
    way = draw.weighted({"overlap": 2 if others else 0, "no cidr": 1, "version": 1, "junk": 1, "host bits": 1,
                         "mode on 4": 1, "unknown network": 1, "type": 1, "all": 0.3, "one address": 0.5})
    given.pop("gateway_ip", None)
    given.pop("allocation_pools", None)
    if way == "overlap":
        given.update(cidr=draw.one(others), ip_version=6 if ":" in others[0] else 4)
    elif way == "no cidr":
        del given["cidr"]
    elif way == "version":
        given["ip_version"] = draw.one([5, "4", None, "x", 10 - given["ip_version"]])
    elif way == "unknown network":
        given["network_id"] = draw.one([UNKNOWN, "no-uuid", None])
    elif way == "mode on 4":
        given.update(ip_version=4, cidr=fresh_cidr(draw, 4), ipv6_ra_mode="slaac")
    else:
        given["cidr"] = {"junk": draw.one(["10.0.0.0", "10.0.0.0/33", "nowhere", "10.0.0/24", ""]), "all": "0.0.0.0/0",
                         "host bits": "10.249.0.7/24", "type": draw.one([5, None, [], True]),
                         "one address": draw.one(["10.249.1.1/32", "10.249.2.0/31", "2001:db8:ffff::1/128"])}[way]
    return way


def attributes_for(user):
    """Service types are the administrator's by the rules, which Zed forgets to ask."""
    return {name: values for name, values in SUBNET.items() if user == "admin" or name != "service_types"}


def make(draw):
    network = draw.thing("network")
    if network is None or len(draw.world.parts(network.symbol)) >= MOST_OF_A_NETWORK:
        return None
    user = draw.user_of(network) if draw.chance(0.95) else draw.stranger(network)
    given = body(draw, network, user)
    if draw.chance(0.15):
        what = f"{user} makes a subnet, wrong: {wrong_address(draw, given, network)}"
    else:
        what = maybe_spoil(draw, f"{user} makes a subnet", given, attributes_for(user),
                           ("network_id", "ip_version"), 0.15)
    return [create(what, user, "/v2.0/subnets", "subnet", given, "subnet", network.symbol)]


def make_several(draw):
    network = draw.thing("network", "member")
    if network is None or len(draw.world.parts(network.symbol)) >= MOST_OF_A_NETWORK:
        return None
    several = [body(draw, network, "member") for _ in range(2)]
    return [Request("member makes subnets in bulk", "member", "POST", "/v2.0/subnets", body={"subnets": several},
                    makes=["subnet"] * 2, about=network.symbol)]


def change(draw):
    subnet = draw.thing("subnet")
    if subnet is None:
        return None
    user = draw.user_of(subnet) if draw.chance(0.9) else draw.stranger(subnet)
    given, cidr = some_of(draw, attributes_for(user)), subnet.shown["cidr"]
    suit(draw, given, subnet.shown["ip_version"])
    if draw.chance(0.15):
        given["gateway_ip"] = draw.one([None, address(cidr, 1), address(cidr, 2), "192.168.77.1", "fe80::9"])
    if draw.chance(0.1) and cidr.endswith("/24"):
        given["allocation_pools"] = draw.one([[{"start": address(cidr, 20), "end": address(cidr, 99)}],
                                              [{"start": address(cidr, 99), "end": address(cidr, 20)}], [], None])
    if draw.chance(0.05):
        given[draw.one(["cidr", "ip_version", "network_id", "ipv6_ra_mode"])] = "10.9.9.0/24"
    if draw.owner(subnet) != PROJECT_OF[user]:
        given.setdefault("name", "changed")  # in nothing Zed sees a change of `shared`
    what = maybe_spoil(draw, f"{user} changes a subnet", given, attributes_for(user))
    path = f"/v2.0/subnets/{subnet.symbol}"
    request = update(what, user, path, "subnet", given, subnet.symbol)
    return if_match(draw, subnet, path, "admin", request) if draw.chance(0.1) else [request]


def remove(draw):
    subnet = draw.thing("subnet")
    if subnet is None:
        return None
    user = draw.user_of(subnet) if draw.chance(0.9) else draw.stranger(subnet)
    return [Request(f"{user} deletes a subnet", user, "DELETE", f"/v2.0/subnets/{subnet.symbol}", about=subnet.symbol)]
