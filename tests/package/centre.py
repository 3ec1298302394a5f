"""The package's centre as an operator sets it up: by the sample of a configuration, and by the units."""
import re

import requests

from harness.processes import free_port
from keystone import PASSWORD

CONFIG = "/etc/tricircle/tricircle.conf"


def configure(root, section, **options):
    """Gives options their values where the sample has them commented out."""
    path = root.path(CONFIG)
    head, begin, tail = path.read_text().partition(f"[{section}]\n")
    body, end, rest = tail.partition("\n[")
    for name, value in options.items():
        body, found = re.subn(rf"^#?{name} =.*$", f"{name} = {value}", body, flags=re.M)
        assert found == 1, f"[{section}] {name}: {found} times in {CONFIG}"
    path.write_text(head + begin + body + end + rest)


class InstalledCentre:
    """central and xjob of the package, behind a Keystone."""

    def __init__(self, root, keystone):
        self.root, self.port, self.keystone = root, free_port(), keystone
        self.url = f"http://127.0.0.1:{self.port}"
        configure(root, "DEFAULT", bind_port=self.port)
        configure(root, "keystone_authtoken", auth_url=keystone.url, username="tricircle", password=PASSWORD,
                  project_name="service", user_domain_name="Default", project_domain_name="Default")

    def start(self):
        self.central, self.xjob = self.root.start("central"), self.root.start("xjob")
        assert self.central.ready == f"central={self.url}"
        assert self.xjob.ready == "xjob state=/var/lib/tricircle"

    def stop(self):
        self.xjob.stop()
        self.central.stop()

    def command(self, *words):
        """A command of the program, to be run in there."""
        return ["env", f"TRICIRCLE_URL={self.url}", f"OS_TOKEN={self.keystone.token}", "tricircle", *words]

    def call(self, method, path, body=None, expect=200):
        reply = requests.request(method, self.url + path, json=body, timeout=30,
                                 headers={"X-Auth-Token": self.keystone.token})
        assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json()

    def make_policy(self, name, kbps):
        policy = self.call("POST", "/v2.0/qos/policies", {"policy": {"name": name}}, 201)["policy"]
        self.call("POST", f"/v2.0/qos/policies/{policy['id']}/bandwidth_limit_rules",
                  {"bandwidth_limit_rule": {"max_kbps": kbps, "direction": "egress"}}, 201)
        return policy["id"]

    def policies(self):
        """name -> the kbps of its rules."""
        return {policy["name"]: [rule["max_kbps"] for rule in policy["rules"]]
                for policy in self.call("GET", "/v2.0/qos/policies")["policies"]}
