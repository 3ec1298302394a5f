"""Users who go on editing while something dies: each remembers what was answered, and what nobody can know."""
import threading
import time

import requests

from harness.api import rule_set

KBPS = 1000


class Editor(threading.Thread):
    """One user with a policy of two rules and a spare policy, and a network that bears one of them. Edits without a
    pause from start() until rest(); an edit that was answered 2xx is there from then on, one whose end was not seen is
    looked up."""

    def __init__(self, cluster, number):
        super().__init__(name=f"editor-{number}", daemon=True)
        self.cluster, self.number = cluster, number
        self.http = requests.Session()
        self.policy = self._made("qos/policies", "policy", name=f"gold {number}")
        self.spare = self._made("qos/policies", "policy", name=f"spare {number}")
        self.limit = self._made(f"qos/policies/{self.policy}/bandwidth_limit_rules", "bandwidth_limit_rule",
                                max_kbps=KBPS)
        self.network = self._made("networks", "network", name=f"net {number}", qos_policy_id=self.policy)
        self.kbps, self.bears = KBPS, self.policy
        self.edits = 0
        self.failures = []  # (begun, what) of each call that was not answered 2xx
        self.wrong = []     # what was answered and then was not so
        self.gate, self.idle = threading.Event(), threading.Event()
        self.ending = False

    def run(self):
        while not self.ending:
            self.idle.set()
            self.gate.wait()
            self.idle.clear()
            try:
                self.edit()
            except Exception as error:  # it must end the test, not the thread alone
                self.wrong.append(repr(error))
                self.ending = True
        self.idle.set()

    def go(self):
        self.gate.set()

    def rest(self, timeout=60):
        self.gate.clear()
        assert self.idle.wait(timeout), f"{self.name} still waits for an answer"

    def end(self):
        self.ending = True
        self.gate.set()
        self.join(60)

    def edit(self):
        self.edits += 1
        if self.edits % 4:
            kbps = KBPS + self.edits
            done = self._call("PUT", f"qos/policies/{self.policy}/bandwidth_limit_rules/{self.limit}",
                              {"bandwidth_limit_rule": {"max_kbps": kbps}})
            self.kbps = kbps if done else self._one_of(self._kbps, self.kbps, kbps)
            self._see("max_kbps", self._kbps(), self.kbps)
        else:
            bears = self.spare if self.bears == self.policy else self.policy
            done = self._call("PUT", f"networks/{self.network}", {"network": {"qos_policy_id": bears}})
            self.bears = bears if done else self._one_of(self._bears, self.bears, bears)
            self._see("qos_policy_id", self._bears(), self.bears)

    def _one_of(self, read, before, after):
        """An edit whose end was not seen has happened or has not."""
        value = read()
        if value not in (before, after):
            self.wrong.append(f"{value} is neither {before} nor {after}")
        return value

    def _see(self, what, seen, accepted):
        """Through whichever centre: it has what another one has accepted."""
        if seen != accepted:
            self.wrong.append(f"{what} was accepted as {accepted} and is {seen}")

    def _kbps(self):
        path = f"qos/policies/{self.policy}/bandwidth_limit_rules/{self.limit}"
        return self._answer(path)["bandwidth_limit_rule"]["max_kbps"]

    def _bears(self):
        return self._answer(f"networks/{self.network}")["network"]["qos_policy_id"]

    def _answer(self, path):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if (answer := self._call("GET", path)) is not None:
                return answer
        raise AssertionError(f"no answer to GET {path}")

    def _call(self, method, path, body=None):
        """None: it was not answered 2xx."""
        begun = time.monotonic()
        try:
            reply = self.http.request(method, f"{self.cluster.url}/v2.0/{path}", json=body, timeout=60)
            if reply.ok:
                return reply.json()
            words = f"{method} {path}: {reply.status_code} {reply.text}"
        except requests.RequestException as error:
            words = f"{method} {path}: {error!r}"
        self.failures.append((begun, words))
        return None

    def _made(self, path, key, **attributes):
        reply = self.http.post(f"{self.cluster.url}/v2.0/{path}", json={key: attributes}, timeout=60)
        assert reply.status_code == 201, reply.text
        return reply.json()[key]["id"]

    # --- what must be so in the pods --------------------------------------------------------------------------------

    def untrue(self):
        """What a pod has otherwise than this user was told; empty: all is as it was accepted."""
        differences = []
        for region, pod in self.cluster.pods.items():
            pod_id = self.cluster.admin.pods()[region]["pod_id"]
            copies = {row["top_id"]: row["bottom_id"] for row in self.cluster.admin.routings(
                resource_type="qos_policy", pod_id=pod_id) if row["top_id"] in (self.policy, self.spare)}
            bears = pod.net.get_network(self.network).qos_policy_id
            if bears != copies.get(self.bears):
                differences.append(f"{self.name} {region}: bears {bears}, not the copy of {self.bears}")
            if copy := copies.get(self.policy):
                rules = rule_set(pod.net.get_qos_policy(copy))
                if ["max_kbps", str(self.kbps)] not in [list(field) for rule in rules for field in rule]:
                    differences.append(f"{self.name} {region}: {rules}, not {self.kbps}")
        return differences
