"""What an answer gives names to: the ids of new objects, and the addresses that the server chose by itself."""
import ipaddress
import json

CHOSEN_MAC = "fa:16:3e:"  # how a MAC begins that Neutron made up


def objects_in(body):
    """The objects of an answer: one, or a list's."""
    if not isinstance(body, dict) or not body:
        return []
    inner = next(value for key, value in body.items() if len(body) == 1 or not key.endswith("_links"))
    found = inner if isinstance(inner, list) else [inner]
    return [thing for thing in found if isinstance(thing, dict)]


def bind(side, name, thing, request, world):
    """`name` stands for the object; `name.revision` for its revision; a port's own addresses have names, too."""
    if "id" in thing:
        side.bind(name, thing["id"])
    if isinstance(thing.get("revision_number"), int):
        side.bind(name + ".revision", thing["revision_number"])
    if "fixed_ips" in thing and "mac_address" in thing:
        said = json.dumps(side.concrete([request.body, request.raw]))
        _bind_addresses(side, name, thing, said, world)


def _bind_addresses(side, name, port, said, world):
    mac = port["mac_address"]
    if mac.startswith(CHOSEN_MAC) and mac not in said:
        side.bind(name + ".mac", mac)
    for entry in port["fixed_ips"]:
        address, subnet = entry["ip_address"], side.symbolic(entry["subnet_id"]).strip("{}")
        if f'"{address}"' in said or side.names.get(address, "").startswith(name + "."):
            continue
        cidr = world.cidrs.get(subnet)
        if cidr is None or ipaddress.ip_address(address) not in ipaddress.ip_network(cidr):
            continue  # stays as it is, and will be seen to differ
        way = "eui64" if address == eui64(cidr, mac) else "ip"
        side.bind(_free_name(side, f"{name}.{way}_{subnet}", port), address)


def _free_name(side, name, port):
    """`name`, or the next of that name that no address of the port has."""
    has = {side.names.get(entry["ip_address"]) for entry in port["fixed_ips"]}
    number, free = 1, name
    while free in has:
        number += 1
        free = f"{name}_{number}"
    return free


def eui64(cidr, mac):
    """The address that a host with this MAC gives itself in an IPv6 network; None where there is none."""
    network = ipaddress.ip_network(cidr)
    if network.version == 4 or network.prefixlen > 64:
        return None
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    return str(network[int.from_bytes(bytes(octets[:3] + [0xff, 0xfe] + octets[3:]), "big")])
