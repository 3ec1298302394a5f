"""Fresh projects and users for a run in the lab's Keystone, and the end of all that they made in the pod."""
import contextlib
import uuid

import requests

# user -> (project, role): an administrator, the two roles of a project, and a member of another project.
USERS = {"admin": ("project_c", "admin"), "member": ("project_a", "member"), "reader": ("project_a", "reader"),
         "other": ("project_b", "member")}
PROJECTS = ("project_a", "project_b", "project_c")
PASSWORD = uuid.uuid4().hex

# In the order in which Neutron lets them go; a share mostly goes with what it shares.
MADE = (("ports", "ports"), ("networks", "networks"), ("qos/policies", "policies"), ("rbac-policies", "rbac_policies"),
        ("security-groups", "security_groups"))


class Accounts:
    """`projects` name -> id, `tokens` user -> token. Made by start(), taken away by stop()."""

    def __init__(self, keystone_url, admin_password):
        self.url, self.session = keystone_url, requests.Session()
        self.session.headers["X-Auth-Token"] = self._token("admin", admin_password, {"name": "admin", "domain": {
            "id": "default"}})
        self.mark, self.projects, self.users, self.tokens = "dif-" + uuid.uuid4().hex[:8], {}, {}, {}

    def start(self):
        roles = {role["name"]: role["id"] for role in self._call("GET", "/roles")["roles"]}
        for name in PROJECTS:
            self.projects[name] = self._make("project", f"{self.mark}-{name}")
        for name, (project, role) in USERS.items():
            self.users[name] = self._make("user", f"{self.mark}-{name}", password=PASSWORD)
            self._call("PUT", f"/projects/{self.projects[project]}/users/{self.users[name]}/roles/{roles[role]}")
            self.tokens[name] = self._token(f"{self.mark}-{name}", PASSWORD, {"id": self.projects[project]})
        return self

    def stop(self):
        for user in self.users.values():
            self._call("DELETE", f"/users/{user}")
        for project in self.projects.values():
            self._call("DELETE", f"/projects/{project}")

    def _make(self, kind, name, **more):
        body = {kind: {"name": name, "domain_id": "default", **more}}
        return self._call("POST", f"/{kind}s", body)[kind]["id"]

    def _call(self, method, path, body=None):
        reply = self.session.request(method, self.url + path, json=body, timeout=60)
        reply.raise_for_status()
        return reply.json() if reply.content else None

    def _token(self, user, password, project):
        identity = {"methods": ["password"], "password": {"user": {
            "name": user, "domain": {"id": "default"}, "password": password}}}
        reply = requests.post(self.url + "/auth/tokens", timeout=60,
                              json={"auth": {"identity": identity, "scope": {"project": project}}})
        reply.raise_for_status()
        return reply.headers["X-Subject-Token"]


def take_away(url, token, projects):
    """All that the projects have in the Neutron at `url`; what it does not let go is returned."""
    session, left = requests.Session(), []
    session.headers["X-Auth-Token"] = token
    for path, collection in MADE:
        reply = session.get(f"{url}/v2.0/{path}", timeout=60,
                            params=[("project_id", project) for project in projects] + [("fields", "id")])
        if reply.status_code == 404:  # the centre has no security groups
            continue
        for thing in reply.json()[collection]:
            ended = session.delete(f"{url}/v2.0/{path}/{thing['id']}", timeout=60)
            if ended.status_code not in (204, 404):
                left.append((path, thing["id"], ended.text))
    for project in projects:
        with contextlib.suppress(requests.RequestException):
            session.delete(f"{url}/v2.0/quotas/{project}", timeout=60)
    return left
