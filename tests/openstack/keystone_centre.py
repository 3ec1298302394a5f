"""A centre whose callers bring tokens of the lab's Keystone."""
import openstack
import requests

from harness.relay import Relay
from harness.server import Server

CONFIG = """
[keystone_authtoken]
auth_url = {keystone}
www_authenticate_uri = http://keystone.example:5000
username = {user}
password = {password}
project_name = {project}
user_domain_id = default
project_domain_id = default
"""


class KeystoneCentre:
    """A central that asks Keystone, through a relay that a test can close."""

    def __init__(self, lab, folder):
        self.lab, self.folder = lab, folder
        keystone_port = int(lab.values["KEYSTONE_URL"].rsplit(":", 1)[1].split("/")[0])
        self.keystone = Relay(keystone_port)
        self.config = folder / "tricircle.conf"
        self.server = Server("central", folder / "central", ["central", "--config", str(self.config)])

    def rules(self, text):
        """The operator's own access rules, taken at the next start."""
        (self.folder / "policy.yaml").write_text(text)

    def start(self):
        self.keystone.open()
        values = self.lab.values
        self.config.write_text(CONFIG.format(
            keystone=self.keystone.url + "/v3", user=values["TRICIRCLE_USER"],
            password=values["TRICIRCLE_PASSWORD"], project=values["TRICIRCLE_PROJECT"]))
        self.server.start()
        return self

    def stop(self):
        self.server.stop()
        self.keystone.close()

    def as_user(self, user, project=None):
        """openstacksdk as a user of the lab, with this centre for its network service."""
        return openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=self.lab.values["KEYSTONE_URL"], username=user,
            password=self.lab.values["LAB_PASSWORD"], project_name=project or user, user_domain_id="default",
            project_domain_id="default", region_name="RegionOne", network_endpoint_override=self.server.url)

    def get(self, path, token=None, **headers):
        if token:
            headers["X-Auth-Token"] = token
        return requests.get(self.server.url + path, headers=headers, timeout=30)
