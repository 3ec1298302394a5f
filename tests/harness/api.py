"""How a test talks to a server: openstacksdk for Neutron's API, plain HTTP for the Admin API."""
import time

import openstack
import requests


def wait_until(condition, timeout=20, what="", every=0.02):
    """Waits until condition() is true; its last value is returned."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what or condition}; last value {value!r}")
        time.sleep(every)


def connect(url, project="admin", roles="admin"):
    """openstacksdk's view of a server without auth."""
    connection = openstack.connect(
        load_yaml_config=False, load_envvars=False, auth_type="none",
        network_endpoint_override=url, region_name="none")
    connection.session.additional_headers.update({"X-Project-Id": project, "X-Roles": roles})
    return connection.network


class Admin:
    """The Admin API."""

    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None, expect=200, **query):
        reply = requests.request(method, self.url + "/v1.0" + path, json=body, params=query, timeout=30)
        assert reply.status_code == expect, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def pods(self):
        return {pod["region_name"]: pod for pod in self.call("GET", "/pods")["pods"]}

    def routings(self, **query):
        return self.call("GET", "/routings", all_projects="true", **query)["routings"]

    def jobs(self, **query):
        return self.call("GET", "/jobs", all_projects="true", **query)["jobs"]

    def tie(self, kind, central_id, local_id, region, project="admin"):
        return self.call("POST", "/routings", {"routing": {
            "top_id": central_id, "bottom_id": local_id, "pod_id": self.pods()[region]["pod_id"],
            "project_id": project, "resource_type": kind}})["routing"]


def rule_set(policy):
    """The rules of a policy as comparable values, without ids."""
    return sorted(sorted((k, str(v)) for k, v in rule.items() if k not in ("id", "qos_policy_id"))
                  for rule in policy.rules)
