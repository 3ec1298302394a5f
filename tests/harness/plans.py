"""Plans at the centre, and edits at random to hold them against."""
import collections
import re

import requests

UUID = re.compile(r"/[0-9a-f]{8}-[0-9a-f-]{27}(?=/|$)")
TAG = re.compile(r"/tags/.*$")


def plan(url, method, path, body=None, apply=None, expect=200, **headers):
    """The answer to POST /v1.0/plans, or the whole reply when it is not the one expected."""
    asked = {"request": {"method": method, "path": path}}
    if body is not None:
        asked["request"]["body"] = body
    if apply:
        asked["apply"] = apply
    reply = requests.post(url + "/v1.0/plans", json={"plan": asked}, headers=headers, timeout=30)
    assert reply.status_code == expect, reply.text
    return reply.json()["plan"] if reply.status_code == 200 else reply.json()


def planned_calls(planned):
    """region -> Counter of (method, route), as the pods count them."""
    return {pod["region_name"]: collections.Counter((call["method"], route(call["path"])) for call in pod["calls"])
            for pod in planned["pods"] if pod["calls"]}


def route(path):
    path = path.split("?")[0]
    path = re.sub(r"/<new [^>]*>", "/{id}", UUID.sub("/{id}", path))
    return TAG.sub("/tags/{tag}", path)


RULES = {
    "bandwidth_limit": lambda r: {"max_kbps": r.choice([1000, 2000, 3000]), "max_burst_kbps": r.choice([0, 100, 300]),
                                  "direction": r.choice(["egress", "ingress"])},
    "dscp_marking": lambda r: {"dscp_mark": r.choice([8, 10, 26, 46])},
    "minimum_bandwidth": lambda r: {"min_kbps": r.choice([100, 200, 900]),
                                    "direction": r.choice(["egress", "ingress"])},
    "packet_rate_limit": lambda r: {"max_kpps": r.choice([1000, 2000]), "max_burst_kpps": r.choice([0, 100]),
                                    "direction": r.choice(["egress", "ingress"])},
    "minimum_packet_rate": lambda r: {"min_kpps": r.choice([100, 200, 900]),
                                      "direction": r.choice(["egress", "ingress", "any"])},
}


class Editor:
    """Edits at random, each (method, path, body): of policies, their rules, and of what bears them. Some are refused."""

    def __init__(self, random, net, networks, ports):
        self.random, self.net = random, net
        self.objects = [("network", id) for id in networks] + [("port", id) for id in ports]

    def next(self):
        kinds = [self.create_policy] + 2 * [self.change_policy] + [self.delete_policy] + 4 * [self.add_rule] + \
            3 * [self.change_rule] + 2 * [self.delete_rule] + 4 * [self.associate]
        while True:
            edit = self.random.choice(kinds)(list(self.net.qos_policies()))
            if edit:
                return edit

    def create_policy(self, policies):
        if len(policies) < 6:
            return "POST", "/v2.0/qos/policies", {"policy": {"name": f"p{self.random.randrange(1000)}"}}

    def some(self, policies):
        return self.random.choice(policies) if policies else None

    def change_policy(self, policies):
        if policy := self.some(policies):
            change = self.random.choice([{"name": f"p{self.random.randrange(1000)}"}, {"description": "other"},
                                         {"shared": not policy.is_shared}, {"name": policy.name}])
            return "PUT", f"/v2.0/qos/policies/{policy.id}", {"policy": change}

    def delete_policy(self, policies):
        if policy := self.some(policies):
            return "DELETE", f"/v2.0/qos/policies/{policy.id}", None

    def add_rule(self, policies):
        if policy := self.some(policies):
            kind = self.random.choice(list(RULES))
            return ("POST", f"/v2.0/qos/policies/{policy.id}/{kind}_rules",
                    {f"{kind}_rule": RULES[kind](self.random)})

    def some_rule(self, policies):
        rules = [(policy, rule) for policy in policies for rule in policy.rules]
        return self.random.choice(rules) if rules else (None, None)

    def change_rule(self, policies):
        policy, rule = self.some_rule(policies)
        if rule:
            values = RULES[rule["type"]](self.random)
            return ("PUT", f"/v2.0/qos/policies/{policy.id}/{rule['type']}_rules/{rule['id']}",
                    {f"{rule['type']}_rule": values})

    def delete_rule(self, policies):
        policy, rule = self.some_rule(policies)
        if rule:
            return "DELETE", f"/v2.0/qos/policies/{policy.id}/{rule['type']}_rules/{rule['id']}", None

    def associate(self, policies):
        kind, id = self.random.choice(self.objects)
        wanted = self.random.choice([None] + [policy.id for policy in policies])
        return "PUT", f"/v2.0/{kind}s/{id}", {kind: {"qos_policy_id": wanted}}
