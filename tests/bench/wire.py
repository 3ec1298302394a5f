"""JSON calls to one server on one kept connection, and tokens of the lab's Keystone for them."""
import http.client
import json
import os
import urllib.parse

# The section of a configuration file with which central and XJob call the lab's Keystone and pods.
KEYSTONE = """
[keystone_authtoken]
auth_url = {KEYSTONE_URL}
username = {TRICIRCLE_USER}
password = {TRICIRCLE_PASSWORD}
project_name = {TRICIRCLE_PROJECT}
user_domain_id = default
project_domain_id = default
"""


class Wire:
    def __init__(self, url, headers=None):
        self.base = urllib.parse.urlsplit(url)
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=60)

    def call(self, method, path, body=None, **headers):
        self.connection.request(method, self.base.path + path, json.dumps(body) if body else None,
                                {**self.headers, **headers})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{method} {path}: {reply.status} {text[:300]}")
        self.reply_headers = reply.headers
        return json.loads(text) if text else None


def token():
    env = os.environ
    user = {"name": env["TRICIRCLE_USER"], "password": env["TRICIRCLE_PASSWORD"], "domain": {"id": "default"}}
    scope = {"project": {"name": env["TRICIRCLE_PROJECT"], "domain": {"id": "default"}}}
    keystone = Wire(env["KEYSTONE_URL"])
    keystone.call("POST", "/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}})
    return keystone.reply_headers["X-Subject-Token"]
