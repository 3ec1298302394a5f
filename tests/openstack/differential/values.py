"""Good and bad values for the attributes that Neutron takes, by what they are."""
from .draw import UNKNOWN


class Text:
    def __init__(self, most=255):
        self.most = most

    def good(self, draw):
        return draw.one([f"text {draw.serial()}", f"name{draw.number(1, 4)}", "", "größe ☃ \"quoted\" <b>&amp;",
                         "x" * self.most])

    def bad(self, draw):
        return draw.one(["x" * (self.most + 1), "☃" * (self.most + 1), 5, None, True, ["a"], {"a": 1}])


class Flag:
    def good(self, draw):
        return draw.one([True, False, True, False, "true", "False", "1", 0, 1, "yes", "no", "on", "TRUE"])

    def bad(self, draw):
        return draw.one(["maybe", 2, -1, None, "", [], {}, "tru"])


class Number:
    def __init__(self, low, high, good=None):
        self.low, self.high, self.values = low, high, good

    def good(self, draw):
        if self.values:
            return draw.one(self.values)
        return draw.one([self.low, self.high, draw.number(self.low, min(self.high, 10000)),
                         str(draw.number(self.low, min(self.high, 10000)))])

    def bad(self, draw):
        return draw.one([self.low - 1, self.high + 1, str(self.low - 1), str(self.high + 1), "ten", "", None, [1],
                         {"a": 1}, "1.5", "0x10", 2 ** 63, -(2 ** 40), " "])


class Choice:
    def __init__(self, *values):
        self.values = values

    def good(self, draw):
        return draw.one(self.values)

    def bad(self, draw):
        return draw.one(["sideways", "", None, 5, True, ["egress"], str(self.values[0]).upper()])


class PolicyId:
    """A QoS policy without minimum bandwidth, which may be bound to every network."""

    def good(self, draw):
        policies = [one for one in draw.world.of("policy") if "minimum" not in one.notes]
        return draw.one(policies).symbol if policies and draw.chance(0.9) else None

    def bad(self, draw):
        network = draw.thing("network")
        return draw.one([UNKNOWN, "no-uuid", "", 5, True, [], {"id": UNKNOWN}, network.symbol if network else UNKNOWN])


class Addresses:
    """A list of name servers."""

    def good(self, draw):
        return draw.one([[], ["8.8.8.8"], ["9.9.9.9", "8.8.8.8"], ["2001:db8::53"]])

    def bad(self, draw):
        return draw.one([["8.8.8"], ["8.8.8.8", "8.8.8.8"], "8.8.8.8", ["name.example"], [5], {"a": 1}, ["8.8.8.8/32"],
                         [None], ["256.1.1.1"], ["8.8.8.8", "9.9.9.9", "8.8.4.4", "1.1.1.1", "1.0.0.1", "7.7.7.7"]])


class Routes:
    def good(self, draw):
        return draw.one([[], [{"destination": "192.168.9.0/24", "nexthop": "10.250.0.9"}],
                         [{"destination": "0.0.0.0/0", "nexthop": "10.250.0.1"},
                          {"destination": "192.168.8.0/24", "nexthop": "10.250.0.9"}]])

    def bad(self, draw):
        route = {"destination": "192.168.9.0/24", "nexthop": "10.250.0.9"}
        return draw.one([[route, route], [{"destination": "192.168.9.0/24"}], [{**route, "metric": 1}], [route] * 2,
                         [{"destination": "192.168.9.7/24", "nexthop": "10.250.0.9"}], "192.168.9.0/24", [5],
                         [{"destination": "nowhere", "nexthop": "10.250.0.9"}], {"a": 1},
                         [{"destination": "192.168.9.0/24", "nexthop": "nowhere"}]])


class Raw:
    """Values that need no more saying."""

    def __init__(self, good, bad):
        self.values, self.wrong = good, bad

    def good(self, draw):
        return draw.one(self.values)

    def bad(self, draw):
        return draw.one(self.wrong)


KBPS = Number(0, 2147483647)
DIRECTION = Choice("egress", "ingress")
DSCP = Number(0, 56, good=[0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 46, 48, 56, "46"])
PAIRS = Raw([[], [{"ip_address": "10.251.0.7"}], [{"ip_address": "10.251.0.0/24"}],
             [{"ip_address": "10.251.0.8", "mac_address": "02:aa:00:00:00:08"}, {"ip_address": "2001:db8:fb::7"}]],
            [[{"mac_address": "02:aa:00:00:00:08"}], [{"ip_address": "nowhere"}], "10.251.0.7", [5], {"a": 1},
             [{"ip_address": "10.251.0.7"}, {"ip_address": "10.251.0.7"}], [{"ip_address": "10.251.0.7", "more": 1}],
             [{"ip_address": "10.251.0.7", "mac_address": "no-mac"}]])
DHCP_OPTIONS = Raw([[], [{"opt_name": "mtu", "opt_value": "1400"}],
                    [{"opt_name": "bootfile-name", "opt_value": "pxelinux.0", "ip_version": 4},
                     {"opt_name": "tftp-server", "opt_value": "10.251.0.1", "ip_version": "4"}]],
                   [[{"opt_value": "1400"}], [{"opt_name": "mtu"}], "mtu", [5], {"a": 1},
                    [{"opt_name": "mtu", "opt_value": "1", "ip_version": 5}], [{"opt_name": "", "opt_value": "1"}],
                    [{"opt_name": "mtu", "opt_value": 1400}]])
# Not the same type twice: of that Neutron tries the transaction again for minutes.
SERVICE_TYPES = Raw([[], [], [], ["compute:nova"], ["network:dhcp", "compute:nova"]],
                    [["nonsense"], "compute:nova", [5], [""], {"a": 1}, None])
