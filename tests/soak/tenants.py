"""Tenants who edit without pause, each in a thread of its own, and know what must have come of it."""
import collections
import random
import uuid

import requests
import urllib3

from cloud import wait_until

RULES = {"bandwidth_limit": ("max_kbps", range(1, 10**6)), "dscp_marking": ("dscp_mark", (8, 10, 26, 46)),
         "packet_rate_limit": ("max_kpps", range(1, 10**4))}
MOST_POLICIES, MOST_BOOTED = 5, 6
REFUSALS = {409, 503}


class Tenant:
    """`wishes`: path -> what the centre must show there, None = gone. An edit without an answer is looked up: it has
    happened or it has not. `booted`: ports that its VMs have in embedded pods, port -> region. `common`: a policy and a
    rule of it, that all tenants edit and bind. `counts`: how the edits ended; `looked_up`: what had come of those
    without an answer."""

    def __init__(self, cloud, name, seed):
        self.cloud, self.name, self.random = cloud, name, random.Random(f"{seed} {name}")
        self.project = uuid.uuid4().hex
        self.session = requests.Session()
        self.session.headers.update({"X-Project-Id": self.project, "X-Roles": "admin"})
        self.wishes, self.counts, self.looked_up, self.number = {}, collections.Counter(), collections.Counter(), 0
        self.booted, self.common, self.stopped = {}, None, False

    # --- what there is before ---------------------------------------------------------------------------------------

    def settle_in(self):
        """Policies, networks in every pod and ports in some, as the centre shows them."""
        for _ in range(3):
            self.make_policy()
        for number in range(2):
            network = self.made("networks", name=f"{self.name} net {number}")
            self.made("subnets", network_id=network, ip_version=4, cidr="10.1.0.0/24")
            local = self.cloud.turn_up(network, self.project)
            self.wishes["/networks/" + network] = None
            for region, pod in self.cloud.real.items():
                port = self.made("ports", network_id=network)
                there = pod.net.create_port(network_id=local[region], project_id=self.project)
                self.cloud.admin.tie("port", port, there.id, region, self.project)
                self.wishes["/ports/" + port] = None
        for path in self.wishes:
            self.wishes[path] = self.see(path)
        self.networks = [path.split("/")[-1] for path in self.wishes if path.startswith("/networks/")]

    def made(self, collection, **attributes):
        reply = self.session.post(self.cloud.central.url + "/v2.0/" + collection, json={collection[:-1]: attributes})
        assert reply.status_code == 201, reply.text
        return reply.json()[collection[:-1]]["id"]

    # --- edits ------------------------------------------------------------------------------------------------------

    def work(self):
        while not self.stopped:
            self.random.choice([self.rename, self.bind, self.bind, self.bind, self.let_port_go,
                                self.let_port_go, self.set_rule, self.set_rule, self.set_rule, self.delete_rule,
                                self.make_policy, self.delete_policy, self.edit_common, self.boot, self.end_vm])()

    def paths(self, *collections_):
        return [path for path, wish in self.wishes.items() if wish is not None and path.startswith(collections_)]

    def policy_path(self):
        return self.random.choice(self.paths("/qos/policies/"))

    def rename(self):
        path = self.policy_path()
        self.number += 1
        words = {"name": f"{self.name} name {self.number}", "description": f"edit {self.number}"}
        self.edit("PUT", path, {"policy": words}, path, {**self.wishes[path], **words})

    def bind(self):
        path = self.random.choice(self.paths("/networks/", "/ports/"))
        policies = [one.split("/")[-1] for one in self.paths("/qos/policies/")]
        policy = self.random.choice([*policies, self.common and self.common[0], None])
        wish = {"qos_policy_id": policy}
        self.edit("PUT", path, {path.split("/")[1][:-1]: wish}, path, wish)

    def let_port_go(self):
        """The one that has been left alone longest: its pod bears the policy by now, and is asked to let go of it."""
        bearers = [path for path in self.paths("/ports/") if self.wishes[path]["qos_policy_id"]]
        if bearers:
            self.edit("PUT", bearers[0], {"port": {"qos_policy_id": None}}, bearers[0], {"qos_policy_id": None})

    def set_rule(self):
        path, kind = self.policy_path(), self.random.choice(list(RULES))
        key, values = RULES[kind]
        value, rules = self.random.choice(values), self.wishes[path]["rules"]
        method, place = ("PUT", "/" + rules[kind][0]) if kind in rules else ("POST", "")
        wish = {**self.wishes[path], "rules": {**rules, kind: (rules[kind][0] if kind in rules else "new", value)}}
        self.edit(method, f"{path}/{kind}_rules{place}", {f"{kind}_rule": {key: value}}, path, wish)

    def delete_rule(self):
        path = self.policy_path()
        rules = dict(self.wishes[path]["rules"])
        if rules:
            kind = self.random.choice(sorted(rules))
            place = f"{path}/{kind}_rules/{rules.pop(kind)[0]}"
            self.edit("DELETE", place, None, path, {**self.wishes[path], "rules": rules})

    def make_policy(self):
        if len(self.paths("/qos/policies/")) >= MOST_POLICIES:
            return
        self.number += 1
        wish = {"name": f"{self.name} policy {self.number}", "description": "", "rules": {}}
        reply = self.send("POST", "/qos/policies", {"policy": {"name": wish["name"]}})
        if reply is None:
            found = self.get("/qos/policies?name=" + wish["name"]).json()["policies"]
            self.looked_up["done" if found else "not done"] += 1
            assert len(found) <= 1, found
        else:
            found = [reply.json()["policy"]]
        for policy in found:
            self.wishes["/qos/policies/" + policy["id"]] = wish

    def delete_policy(self):
        path = self.policy_path()
        if len(self.paths("/qos/policies/")) > 1:
            self.edit("DELETE", path, None, path, None)

    def edit_common(self):
        """Others do so too: what it must be in the end nobody knows, but the pods must be the same."""
        if self.common:
            policy, rule = self.common
            value = self.random.choice(RULES["bandwidth_limit"][1])
            self.send("PUT", f"/qos/policies/{policy}/bandwidth_limit_rules/{rule}",
                      {"bandwidth_limit_rule": {"max_kbps": value}})

    def boot(self):
        """A VM's port, made in an embedded pod. Without an answer the pod and the centre must agree in the end."""
        if len(self.booted) < MOST_BOOTED:
            region = self.random.choice(list(self.cloud.embedded))
            body = {"port": {"network_id": self.random.choice(self.networks), "device_id": "vm", "project_id":
                             self.project, "device_owner": "compute:nova", "binding:host_id": "host"}}
            reply = self.send_to(self.cloud.embedded[region].url, "POST", "/ports", body, "VMs: ")
            if reply is not None and reply.ok:
                port = reply.json()["port"]["id"]
                self.booted[port] = region
                self.wishes["/ports/" + port] = {"qos_policy_id": None}

    def end_vm(self):
        if self.booted:
            port = self.random.choice(sorted(self.booted))
            region = self.booted.pop(port)
            del self.wishes["/ports/" + port]  # without an answer it may go or stay
            reply = self.send_to(self.cloud.embedded[region].url, "DELETE", "/ports/" + port, None, "VMs: ")
            if reply is not None and reply.ok:
                self.wishes["/ports/" + port] = None

    # --- calls ------------------------------------------------------------------------------------------------------

    def edit(self, method, path, body, place, wish):
        """One edit of what is at `place`, which makes it `wish`."""
        old = self.wishes.pop(place)
        self.wishes[place] = old  # as the last
        reply = self.send(method, path, body)
        if reply is None:
            self.wishes[place] = self.see(place)
            happened = same(self.wishes[place], wish)
            assert happened or same(self.wishes[place], old), (method, path, body, old, self.wishes[place])
            self.looked_up["done" if happened else "not done"] += 1
        elif reply.ok:
            if method == "POST":
                wish["rules"] = {kind: (value[0] if value[0] != "new" else reply.json()[kind + "_rule"]["id"], value[1])
                                 for kind, value in wish["rules"].items()}
            self.wishes[place] = wish

    def send(self, method, path, body):
        """The centre's answer; None when it was killed before it came."""
        reply = self.send_to(self.cloud.central.url, method, path, body, "")
        if reply is None:
            wait_until(self.centre_answers, 60, "the centre is back")
        return reply

    def send_to(self, url, method, path, body, what):
        """`what` goes before the names that this is counted under; of VMs a pod may know as little as its centre."""
        try:
            reply = self.session.request(method, url + "/v2.0" + path, json=body, timeout=60)
        except requests.ConnectionError as error:
            self.counts[what + ("met nobody" if met_nobody(error) else "unseen")] += 1
            return None
        assert reply.ok or reply.status_code in REFUSALS or (what and reply.status_code == 404), \
            (method, path, body, reply.status_code, reply.text)
        refusal = "" if reply.ok else f"refused, {reply.status_code} {reply.json()['NeutronError']['type']}"
        self.counts[what + (refusal or "accepted")] += 1
        return reply

    def centre_answers(self):
        try:
            return requests.get(self.cloud.central.url + "/healthz", timeout=10).ok
        except requests.ConnectionError:
            return False

    # --- what the centre shows ----------------------------------------------------------------------------------------

    def get(self, path):
        """Whatever it takes: the centre may be killed again meanwhile."""
        replies = []

        def asked():
            try:
                replies.append(self.session.get(self.cloud.central.url + "/v2.0" + path, timeout=60))
            except requests.ConnectionError:
                return False
            return True
        wait_until(asked, 60, "an answer of the centre")
        return replies[-1]

    def see(self, path):
        reply = self.get(path)
        if reply.status_code == 404:
            return None
        assert reply.ok, reply.text
        (thing,) = reply.json().values()
        if "rules" not in thing:
            return {"qos_policy_id": thing["qos_policy_id"]}
        rules = {rule["type"]: (rule["id"], rule[RULES[rule["type"]][0]]) for rule in thing["rules"]}
        return {"name": thing["name"], "description": thing["description"], "rules": rules}

    def assert_accepted_is_there(self):
        for path, wish in self.wishes.items():
            assert same(self.see(path), wish), f"{self.name}: {path} is {self.see(path)}, accepted was {wish}"


def same(one, other):
    """Whether two states are the same but for the ids of rules."""
    if one is None or other is None or "rules" not in one:
        return one == other
    return {**one, "rules": {k: v[1] for k, v in one["rules"].items()}} == \
        {**other, "rules": {k: v[1] for k, v in other["rules"].items()}}


def met_nobody(error):
    """Whether the call was not even taken."""
    return isinstance(getattr(error.args[0], "reason", None), urllib3.exceptions.NewConnectionError)
