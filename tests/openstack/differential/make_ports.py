"""Requests for ports. Where Neutron would choose among several subnets by their ids, the request chooses."""
from .attributes import PORT, PORT_ADMIN
from .draw import UNKNOWN
from .make_networks import MOST
from .make_subnets import address
from .shape import create, if_match, maybe_spoil, some_of, update
from .world import Request

PER_NETWORK = 5
FORGOTTEN_IN_BULK = ("extra_dhcp_opts", "allowed_address_pairs")  # by Zed


def subnets_of(draw, network):
    return [part for part in draw.world.parts(network.symbol) if part.kind == "subnet"]


def slaac(subnet):
    return "slaac" in (subnet.shown["ipv6_address_mode"] or "") or \
        subnet.shown["ipv6_address_mode"] == "dhcpv6-stateless"


def has_choice(draw, network):
    """Whether a port that asks for nothing could be given addresses of one subnet as well as of another."""
    subnets = [one for one in subnets_of(draw, network) if not slaac(one)]
    versions = [one.shown["ip_version"] for one in subnets]
    return len(set(versions)) < len(versions)


def taken(draw, subnet):
    """The subnet's addresses that ports have, and whether any was left to the server to choose."""
    found = [entry["ip_address"] for port in draw.world.of("port") for entry in port.shown["fixed_ips"]
             if entry["subnet_id"] == subnet.symbol]
    return found, any(one.startswith("{") for one in found)


def fixed_ip(draw, subnet):
    """An entry that Neutron takes, of an address that it gave to nobody by itself."""
    found, chosen = taken(draw, subnet)
    cidr = subnet.shown["cidr"]
    if slaac(subnet) or not cidr.endswith(("/24", "/64")) or draw.chance(0.4):
        return {"subnet_id": subnet.symbol}
    pools = subnet.shown["allocation_pools"]
    if chosen and not (pools and pools[0]["start"] == address(cidr, 10)):
        return {"subnet_id": subnet.symbol}
    free = [one for one in (address(cidr, number) for number in range(100, 240)) if one not in found]
    one = draw.one(free)
    return draw.one([{"subnet_id": subnet.symbol, "ip_address": one}, {"ip_address": one}])


def wrong_fixed_ips(draw, network):
    subnets, other = subnets_of(draw, network), draw.thing("subnet")
    values = [[{"subnet_id": UNKNOWN}], [{"ip_address": "192.168.77.7"}], [{}], [{"ip_address": "nowhere"}], "x", [5],
              [{"subnet_id": "no-uuid"}], {"subnet_id": UNKNOWN}, [{"color": "red"}], [None]]
    if other:
        values.append([{"subnet_id": other.symbol}])
    for subnet in subnets:
        cidr, (found, _) = subnet.shown["cidr"], taken(draw, subnet)
        values += [[{"subnet_id": subnet.symbol, "ip_address": "192.168.77.7"}],
                   [{"subnet_id": subnet.symbol, "ip_address": address(cidr, 0)}],
                   [{"subnet_id": subnet.symbol, "ip_address": one} for one in found[:1]] * 2,
                   [{"ip_address": one} for one in found[:1]] or [{"ip_address": address(cidr, -1)}],
                   [{"subnet_id": subnet.symbol}] * 6]
        if ":" not in cidr and subnet.shown["gateway_ip"]:
            values.append([{"ip_address": subnet.shown["gateway_ip"]}])
    return draw.one(values)


def place(draw, network, given):
    """Sometimes says which addresses it wants; always where there is a choice."""
    subnets = subnets_of(draw, network)
    if subnets and (has_choice(draw, network) or draw.chance(0.4)):
        chosen = draw.some(subnets, 0.5) or [draw.one(subnets)]
        given["fixed_ips"] = [fixed_ip(draw, subnet) for subnet in chosen]
    elif draw.chance(0.08):
        given["fixed_ips"] = []


def make(draw):
    network = draw.thing("network")
    if network is None:
        return None
    if len([part for part in draw.world.parts(network.symbol) if part.kind == "port"]) >= PER_NETWORK or \
            len(draw.world.of("port")) >= 2 * MOST:
        return remove(draw)
    user = draw.user_of(network) if draw.chance(0.9) else draw.stranger(network)
    attributes = {**PORT, **(PORT_ADMIN if user == "admin" or draw.chance(0.05) else {})}
    given = {"network_id": network.symbol, **some_of(draw, attributes, 0.2)}
    if user == "admin":
        given["project_id"] = "{%s}" % draw.one([draw.owner(network) or "project_a", "project_a"])
    place(draw, network, given)
    if draw.chance(0.2):
        given["mac_address"] = f"02:aa:00:00:{draw.serial() // 250:02x}:{draw.count % 250:02x}"
    what = f"{user} makes a port"
    if draw.chance(0.12):
        given["fixed_ips"] = wrong_fixed_ips(draw, network)
        what += ", wrong addresses"
    elif draw.chance(0.05):
        given["mac_address"] = wrong_mac(draw, network)
        what += ", wrong mac"
    else:
        what = maybe_spoil(draw, what, given, attributes, ("network_id",), 0.15)
    return [create(what, user, "/v2.0/ports", "port", given, "port", network.symbol)]


def wrong_mac(draw, network):
    used = [port.shown["mac_address"] for port in draw.world.parts(network.symbol) if port.kind == "port"]
    return draw.one([*used, "nonsense", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", 5, "", None, "02-aa-00-00-00-01",
                     "02:AA:00:00:EE:01"])


def make_several(draw):
    network = draw.thing("network", "member")
    if network is None or has_choice(draw, network) or len(draw.world.of("port")) >= 2 * MOST:
        return None
    attributes = {name: values for name, values in PORT.items() if name not in FORGOTTEN_IN_BULK}
    several = [{"network_id": network.symbol, **some_of(draw, attributes, 0.15)} for _ in range(2)]
    what = "member makes ports in bulk"
    if draw.chance(0.2):
        several[1]["network_id"] = UNKNOWN
        what += ", one on an unknown network"
    return [Request(what, "member", "POST", "/v2.0/ports", body={"ports": several}, makes=["port"] * 2,
                    about=network.symbol)]


def change(draw):
    port = draw.thing("port")
    network = port and draw.world.get(port.parent)
    if network is None:
        return None
    user = draw.user_of(port) if draw.chance(0.9) else draw.stranger(port)
    attributes = {**PORT, **(PORT_ADMIN if user == "admin" or draw.chance(0.05) else {})}
    given = some_of(draw, attributes, 0.25)
    if draw.chance(0.15):
        place(draw, network, given)
    what = f"{user} changes a port"
    if draw.chance(0.08):
        given["fixed_ips"] = wrong_fixed_ips(draw, network)
        what += ", wrong addresses"
    else:
        what = maybe_spoil(draw, what, given, attributes, probability=0.2)
    path = f"/v2.0/ports/{port.symbol}"
    request = update(what, user, path, "port", given, port.symbol)
    return if_match(draw, port, path, "admin", request) if draw.chance(0.1) else [request]


def remove(draw):
    port = draw.thing("port")
    if port is None:
        return None
    user = draw.user_of(port) if draw.chance(0.9) else draw.stranger(port)
    return [Request(f"{user} deletes a port", user, "DELETE", f"/v2.0/ports/{port.symbol}", about=port.symbol)]
