"""Three of everything: Galera, two central, three xjob, a broker, haproxy. Any one of them is killed or restarted under
edits: nothing that was accepted is lost, nobody is answered 5xx but whose call was under way in the killed process, and
the pods are soon true again: within 10 s with the release build on a machine that does nothing else (`make soak`).
Alone on the lab, whose broker is killed too.
"""
import os
import random
import signal
import time

import pytest

from broker import start_broker, stop_broker
from harness.api import wait_until
from harness.cluster import Cluster
from harness.editors import Editor
from harness.notifications import broker_of

CONVERGED_WITHIN = int(os.environ.get("CONVERGED_WITHIN", 20))
ROUNDS = int(os.environ.get("ROUNDS", 30))


@pytest.fixture(scope="module")
def broker(lab):
    """A cluster of two, as the configuration says, of which one is never there."""
    user, _, host = broker_of(lab, "RegionOne").removeprefix("amqp://").rpartition("@")
    return f"rabbit://{user}@127.0.0.1:1,{user}@{host}"


class Drill:
    """The cluster, and users who edit while something is killed."""

    def __init__(self, folder, lab, galera, broker):
        self.lab, self.galera = lab, galera
        self.cluster = Cluster(folder, galera, broker)
        self.editors = []

    def __enter__(self):
        self.cluster.start()
        self.editors = [Editor(self.cluster, number) for number in range(6)]
        for editor in self.editors:
            self.cluster.appear(self.cluster.net.get_network(editor.network))
            editor.start()
        wait_until(lambda: not self.untrue(), 30, "all policies are in the pods")
        return self

    def __exit__(self, *_):
        for editor in self.editors:
            editor.end()
        self.cluster.stop()

    def untrue(self):
        return [words for editor in self.editors for words in editor.untrue()]

    def edited(self, more, timeout=30):
        """Each user has made so many edits more."""
        goal = [editor.edits + more for editor in self.editors]
        wait_until(lambda: all(editor.ending or editor.edits >= n for editor, n in zip(self.editors, goal)), timeout,
                   "everybody edits")

    def over(self, kill):
        """Edits begin, `kill` is called, edits go on; then the pods must soon be true. Returns (seconds until they were,
        calls that were begun before the kill and failed)."""
        for editor in self.editors:
            editor.failures.clear()
            editor.go()
        self.edited(3)
        begun = time.monotonic()
        kill()
        killed = time.monotonic()
        self.edited(2)
        for editor in self.editors:
            editor.rest()
        try:
            wait_until(lambda: not self.untrue(), max(begun + CONVERGED_WITHIN - time.monotonic(), 0.1),
                       f"what was accepted is in the pods {CONVERGED_WITHIN} s after the kill")
        except AssertionError:
            print("untrue:", *self.untrue(), "work left:", *self.cluster.work_left(), sep="\n")
            raise
        seconds = time.monotonic() - begun
        assert seconds < CONVERGED_WITHIN
        failures = [failure for editor in self.editors for failure in editor.failures]
        assert not [words for editor in self.editors for words in editor.wrong]
        late = [words for at, words in failures if at > killed]
        assert not late, f"calls failed that were begun after the kill: {late[:3]}"
        return seconds, [words for _, words in failures]

    def victim(self, kind):
        """(kill, bring back) of a random one of a kind."""
        if kind == "galera":
            node = random.choice(self.galera.nodes)
            return lambda: self.galera.kill(node), lambda: self.galera.start(node)
        if kind == "broker":
            return lambda: stop_broker(self.lab, signal.SIGKILL), lambda: start_broker(self.lab)
        if kind == "central":
            central = random.choice(self.cluster.centrals)
            return central.process.kill9, central.start
        xjob = random.choice(self.cluster.xjobs)
        return xjob.kill9, lambda: xjob.start().wait_ready()


def say(what, seconds, failures):
    print(f"{what}: the pods true after {seconds:.1f} s, {len(failures)} calls under way failed")


def test_any_one_of_a_kind_may_be_killed(lab, galera, broker, tmp_path):
    with Drill(tmp_path / "cluster", lab, galera, broker) as drill:
        # All use the first node as long as it lives.
        seconds, failures = drill.over(lambda: galera.kill(1))
        say("galera node 1", seconds, failures)
        assert not failures
        galera.start(1)
        for kind in ("central", "xjob", "broker"):
            kill, bring_back = drill.victim(kind)
            seconds, failures = drill.over(kill)
            say(kind, seconds, failures)
            assert kind == "central" or not failures
            bring_back()


def test_nobody_notices_when_the_centres_are_restarted_one_by_one(lab, galera, broker, tmp_path):
    with Drill(tmp_path / "cluster", lab, galera, broker) as drill:
        balancer = drill.cluster.balancer

        def restart():
            for central in drill.cluster.centrals:
                central.stop()
                central.start()
                # As the manual says: the next one when the balancer has this one back.
                wait_until(lambda: balancer.up() == 2, what="haproxy gives calls to both")
            for xjob in drill.cluster.xjobs:
                xjob.stop()
                xjob.start().wait_ready()

        for editor in drill.editors:
            editor.go()
        drill.edited(3)
        restart()
        for editor in drill.editors:
            editor.rest()
            assert not editor.failures and not editor.wrong
        wait_until(lambda: not drill.untrue(), CONVERGED_WITHIN, "what was accepted is in the pods")


def test_a_hint_by_the_broker_saves_the_poll_of_another_machine(galera, broker, tmp_path):
    cluster = Cluster(tmp_path / "cluster", galera, broker, xjobs=1, options="[xjob]\npoll = 120\n")
    try:
        cluster.start()
        editor = Editor(cluster, 0)
        cluster.appear(cluster.net.get_network(editor.network))
        wait_until(lambda: not editor.untrue(), 20, "the policy is in the pods")
        # Whoever has work looks for more when it is done: until nobody has any.
        wait_until(lambda: not cluster.database.number("SELECT count(*) FROM jobs WHERE status IN ('NEW', 'RUNNING')"),
                   what="no open job")
        editor.edit()
        wait_until(lambda: not editor.untrue(), 20, "an edit is in the pods long before the next poll")
    finally:
        cluster.stop()


@pytest.mark.soak
def test_round_after_round(lab, galera, broker, tmp_path):
    times = {kind: [] for kind in ("galera", "central", "xjob", "broker")}
    with Drill(tmp_path / "cluster", lab, galera, broker) as drill:
        for number in range(ROUNDS):
            kind = random.choice(list(times))
            kill, bring_back = drill.victim(kind)
            seconds, failures = drill.over(kill)
            times[kind].append(seconds)
            say(f"round {number + 1} of {ROUNDS}, {kind}", seconds, failures)
            assert kind == "central" or not failures
            bring_back()
    for kind, seconds in times.items():
        print(f"{kind}: {len(seconds)} kills, slowest {max(seconds, default=0):.1f} s")
