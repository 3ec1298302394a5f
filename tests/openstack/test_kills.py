"""kill -9 of XJob between any two steps of each kind of job on a real pod: one copy, right rules, right binding,
jobs SUCCESS, and nothing left over.
"""
import itertools
import urllib.parse

import pytest

from harness.api import wait_until
from harness.kills import Walk
from harness.relay import Relay
from real_pods import RealCloud

REGION = "RegionOne"
# How long a lost call is waited for makes most of a round. in_flight: the points come in the same order in each round.
# disassociate_port: with "sync" a port is no work for XJob.
SHORT = """
[xjob]
lease = 2
settle = 0.3
call_deadline = 2
poll = 0.05
first_backoff = 0.1
longest_backoff = 1
probe_first = 0.2
probe_longest = 1
in_flight = 1
disassociate_port = async
"""


class Thing:
    """What one round changes: a policy, and the network or port that bears it or shall bear it."""

    def __init__(self, policy, kind=None, central=None, local_id=None):
        self.policy, self.kind, self.central, self.local_id = policy, kind, central, local_id


class Site:
    """Makes the objects of the rounds and knows how each must end."""

    def __init__(self, cloud):
        self.cloud, self.net, self.numbers = cloud, cloud.net, itertools.count(1)
        self.network = cloud.network()
        self.local = cloud.appear(self.network, REGION)

    def policy(self):
        return self.cloud.policy(f"gold {next(self.numbers)}")

    def unbound_network(self):
        network = self.net.create_network(name=f"net {next(self.numbers)}")
        return Thing(self.policy(), "network", network, self.cloud.appear(network, REGION, tunnelled=True)[REGION])

    def bound_network(self):
        thing = self.unbound_network()
        self.net.update_network(thing.central, qos_policy_id=thing.policy.id)
        return thing

    def bound_port(self):
        policy = self.policy()
        return Thing(policy, "port", *self.cloud.port(self.network, self.local, REGION, qos_policy_id=policy.id))

    def copy_alone(self):
        thing = Thing(self.policy())
        self.cloud.ask("qos_create", pod_id=self.cloud.pod_id(REGION), policy_id=thing.policy.id, res_type="",
                       res_id="")
        return thing

    # --- how it must end --------------------------------------------------------------------------------------------

    def right_and_bound(self, thing):
        self.one_true_copy(thing)
        self.cloud.assert_bound(thing.kind, thing.central, thing.policy, REGION, thing.local_id)

    def right_and_let_go(self, thing):
        self.one_true_copy(thing)
        self.cloud.assert_bound(thing.kind, thing.central, None, REGION, thing.local_id)

    def port_forgotten(self, thing):
        self.right_and_let_go(thing)
        assert self.cloud.admin.routings(top_id=thing.central.id) == []

    def gone(self, thing):
        assert self.cloud.admin.routings(top_id=thing.policy.id) == []
        self.nothing_left_over()

    def one_true_copy(self, thing):
        self.cloud.assert_copy_is_true(thing.policy, REGION)
        self.nothing_left_over()

    def nothing_left_over(self):
        """What is in the pod is what the routings tell of."""
        there = {policy["id"] for policy in self.cloud.pods[REGION].policies()}
        assert there == {r["bottom_id"] for r in self.cloud.admin.routings(resource_type="qos_policy")}


@pytest.fixture
def site(lab, tmp_path):
    cloud = RealCloud(tmp_path / "cloud", lab, options=SHORT, regions=(REGION,))
    try:
        yield Site(cloud.start())
    finally:
        cloud.stop()


def rules_edited(net, thing):
    """A rule added, one changed, one deleted: three steps of one plan."""
    path = f"/qos/policies/{thing.policy.id}/"
    rules = {rule["type"]: rule["id"] for rule in thing.policy.rules}
    for reply in (
            net.post(path + "packet_rate_limit_rules", json={"packet_rate_limit_rule": {"max_kpps": 9}}),
            net.put(path + "bandwidth_limit_rules/" + rules["bandwidth_limit"],
                    json={"bandwidth_limit_rule": {"max_kbps": 7777}}),
            net.delete(path + "dscp_marking_rules/" + rules["dscp_marking"])):
        assert reply.status_code < 300, reply.text


# Kind of job: what there is before, what is changed, how it must end.
KINDS = {
    "qos_create": (Site.unbound_network,
                   lambda net, thing: net.update_network(thing.central, qos_policy_id=thing.policy.id),
                   Site.right_and_bound),
    "qos_update": (Site.copy_alone,
                   lambda net, thing: net.update_qos_policy(thing.policy, name=thing.policy.name + " renamed"),
                   Site.one_true_copy),
    "sync_qos_rule": (Site.bound_network, rules_edited, Site.right_and_bound),
    "update_network": (Site.bound_network,
                       lambda net, thing: net.update_network(thing.central, qos_policy_id=None),
                       Site.right_and_let_go),
    "update_port": (Site.bound_port,
                    lambda net, thing: net.update_port(thing.central, qos_policy_id=None),
                    Site.right_and_let_go),
    "port_delete": (Site.bound_port,
                    lambda net, thing: net.delete_port(thing.central),
                    Site.port_forgotten),
    "qos_delete": (Site.copy_alone,
                   lambda net, thing: net.delete_qos_policy(thing.policy),
                   Site.gone),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_step_xjob_is_killed_at_the_pod_ends_right_after(kind, site):
    before, change, after = KINDS[kind]
    walk = Walk(site.cloud, prepare=lambda: before(site), change=lambda thing: change(site.net, thing),
                check=lambda thing: after(site, thing))
    assert len(walk.run()) > 3
    assert kind in {job["type"] for job in site.cloud.admin.jobs()}


@pytest.fixture
def slow_line(lab, tmp_path, request):
    """A site whose pod is behind a relay, with ports that let go while the centre answers: (site, relay)."""
    relay = Relay(urllib.parse.urlsplit(lab.pods[REGION].url).port).open()
    options = SHORT.replace("async", "sync").replace("call_deadline = 2", f"call_deadline = {request.param}")
    cloud = RealCloud(tmp_path / "cloud", lab, options=options, regions=(REGION,), urls={REGION: relay.url})
    try:
        yield Site(cloud.start()), relay
    finally:
        relay.close()
        cloud.stop()


@pytest.mark.parametrize("slow_line", [2], indirect=True)
def test_a_post_that_takes_effect_after_xjobs_death_leaves_one_copy(slow_line):
    """It arrives when the next XJob has looked and, finding nothing, has made a copy."""
    site, relay = slow_line
    thing, in_pod = site.unbound_network(), site.cloud.pods[REGION].policies
    relay.hold(b"POST /v2.0/qos/policies ")
    site.net.update_network(thing.central, qos_policy_id=thing.policy.id)
    assert relay.held.wait(20)
    site.cloud.xjob.kill9()
    # Slow enough for the run to outlast the time in which the lost POST may take effect: the second look is still due.
    relay.delay = 0.8
    site.cloud.start_xjob()
    wait_until(lambda: len(in_pod()) == 1, what="the copy of the second XJob")
    relay.release()
    wait_until(lambda: len(in_pod()) == 2, what="the late copy")
    site.cloud.settle()
    relay.delay = 0
    site.cloud.rest()
    site.right_and_bound(thing)


def bind_under_way(site, relay):
    """A port whose bind has not reached the pod when XJob is killed."""
    thing = site.bound_port()
    site.cloud.rest()
    site.net.update_port(thing.central, qos_policy_id=None)
    relay.hold(b"PUT /v2.0/ports/")
    site.net.update_port(thing.central, qos_policy_id=thing.policy.id)
    assert relay.held.wait(20)
    site.cloud.xjob.kill9()
    return thing


def wait_bound(site, thing):
    pod = site.cloud.pods[REGION].net
    wait_until(lambda: pod.get_port(thing.local_id).qos_policy_id is not None, what="the late bind")


@pytest.mark.parametrize("slow_line", [6], indirect=True)
def test_a_bind_that_takes_effect_after_the_port_has_let_go_is_taken_off(slow_line):
    site, relay = slow_line
    thing = bind_under_way(site, relay)
    # The centre sees XJob's death and takes the lane itself.
    site.net.update_port(thing.central, qos_policy_id=None)
    relay.release()
    wait_bound(site, thing)
    site.cloud.start_xjob()
    site.cloud.rest()
    site.right_and_let_go(thing)


@pytest.mark.parametrize("slow_line", [6], indirect=True)
def test_a_bind_that_takes_effect_after_the_ports_deletion_is_taken_off(slow_line):
    site, relay = slow_line
    thing = bind_under_way(site, relay)
    site.net.delete_port(thing.central)
    site.cloud.start_xjob()
    site.cloud.settle()
    relay.release()
    wait_bound(site, thing)
    site.cloud.rest()
    site.port_forgotten(thing)
