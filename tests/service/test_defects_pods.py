"""Work of one pod that fell upon others, or upon itself, in the system that this one follows (docs/defects.md)."""
import contextlib
import sqlite3

from cloud import FAST, Cloud, gated_cloud, rule_set, wait_until
from harness.gate import Gate, Pause

REGION = "RegionOne"
POLICIES = "/v2.0/qos/policies"
NETWORKS = "/v2.0/networks/"


def beats(cloud):
    """worker -> how often it has said that it lives."""
    with contextlib.closing(sqlite3.connect(f"file:{cloud.store}?mode=ro", uri=True)) as store:
        return dict(store.execute("SELECT id, beat FROM workers"))


def test_D10_D30_a_call_that_outlives_the_lease_is_not_made_by_another(tmp_path):
    """And the clocks on the walls of the two are more than a day apart."""
    first = None
    try:
        with gated_cloud(tmp_path, lease=2) as (cloud, gate):
            cloud.xjob.stop()
            cloud.start_xjob({"TZ": "AAA-14"})
            first = cloud.xjob
            cloud.start_xjob({"TZ": "BBB+12"})
            policy, network = cloud.policy(), cloud.network()
            cloud.appear(network)
            pause = Pause(gate, lambda method, path: (method, path) == ("POST", POLICIES))
            cloud.net.update_network(network, qos_policy_id=policy.id)
            assert pause.reached.wait(20)
            seen = beats(cloud)
            assert len(seen) == 3, "the centre and both XJobs"
            # Each beats four times a lease.
            wait_until(lambda: all(beats(cloud).get(worker, 0) >= beat + 6 for worker, beat in seen.items()),
                       what="each has lived on for longer than a lease")
            assert pause.calls == [("POST", POLICIES)]
            pause.go.set()
            cloud.rest()
            assert [p.name for p in cloud.pods[REGION].net.qos_policies()] == [policy.name]
            cloud.assert_bound("network", network, policy, REGION)
            (job,) = cloud.admin.jobs()
            assert job["status"] == "SUCCESS"
            assert 0 < job["microseconds"] < 300e6, "begun and ended by the same reckoning of time"
    finally:
        if first:
            first.stop()


def test_D13_a_pod_that_does_not_answer_keeps_nothing_from_the_others(tmp_path):
    """Whichever it is, and whatever the types of the rules."""
    cloud = Cloud(tmp_path / "cloud", regions=("RegionOne", "RegionTwo", "RegionThree"), options=FAST)
    try:
        cloud.start()
        policy, _ = cloud.bound_everywhere()
        rules = {rule["type"]: rule["id"] for rule in policy.rules}
        for number, away in enumerate(cloud.pods, 1):
            cloud.pods[away].stop()
            cloud.net.update_qos_bandwidth_limit_rule(rules["bandwidth_limit"], policy, max_kbps=number)
            cloud.net.update_qos_dscp_marking_rule(rules["dscp_marking"], policy, dscp_mark=8 * number)
            extra = cloud.rule(policy, "minimum_packet_rate", min_kpps=number, direction="egress")
            wanted = rule_set(cloud.net.get_qos_policy(policy.id))
            for region in set(cloud.pods) - {away}:
                wait_until(lambda r=region: rule_set(cloud.copy(policy, r)) == wanted, what=f"{region} has all of it")
            cloud.pods[away].start()
            cloud.rest()
            cloud.assert_copy_is_true(policy, away)
            assert cloud.net.delete(f"/qos/policies/{policy.id}/minimum_packet_rate_rules/{extra['id']}").ok
            cloud.rest()
        assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}
    finally:
        cloud.stop()


def test_D14_all_that_failed_is_tried_again_soon_and_new_work_goes_on_beside_it(gated):
    cloud, gate = gated
    policy, networks = cloud.policy(), [cloud.network(f"net-{n}", f"10.{n}.0.0/24") for n in range(20)]
    for network in networks:
        cloud.appear(network)
    tries = {network.id: 0 for network in networks}

    def no_bindings(method, path):
        if method == "PUT" and path.startswith(NETWORKS):
            tries[path.removeprefix(NETWORKS)] += 1
            return Gate.Refusal(500, "InternalServerError", "not now")
    gate.rule = no_bindings
    for network in networks:
        cloud.net.update_network(network, qos_policy_id=policy.id)
    wait_until(lambda: min(tries.values()) >= 3, 30, "each was tried again and again")
    # What is new is done although so much fails, and for a time that has nothing to do with how much that is.
    cloud.net.update_qos_policy(policy.id, name="renamed")
    wait_until(lambda: {job["status"] for job in cloud.admin.jobs(type="qos_update")} == {"SUCCESS"}, what="the edit")
    assert all(job["attempts"] and job["last_error"] for job in cloud.admin.jobs(status="NEW", type="qos_create"))
    gate.rule = lambda method, path: None
    cloud.rest(10)
    for network in networks:
        cloud.assert_bound("network", network, policy, REGION)


def test_D15_a_copy_for_one_pod_costs_the_others_nothing(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.boot("RegionOne", network)
    cloud.rest()
    with cloud.pods["RegionOne"].counting() as one, cloud.pods["RegionTwo"].counting() as two:
        cloud.boot("RegionTwo", network)
        cloud.rest()
    assert one == {}
    assert two[("POST", POLICIES)] == 1
    cloud.assert_bound("network", network, policy, "RegionTwo")


def test_D16_a_port_that_is_let_go_or_is_no_machines_costs_no_call(cloud):
    policy = cloud.policy()
    network = cloud.network(qos_policy_id=policy.id)
    port = cloud.boot(REGION, network)
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    cloud.rest()
    jobs, pod = cloud.admin.jobs(), cloud.pods[REGION]
    with pod.counting() as calls:
        pod.net.update_port(port.id, binding_host_id="", device_id="", device_owner="")
        wait_until(lambda: cloud.net.get_port(port.id).binding_host_id == "", what="the centre has heard of it")
        other = pod.net.create_port(network_id=network.id, device_owner="network:dhcp", binding_host_id="host-1")
        wait_until(lambda: cloud.admin.routings(top_id=other.id), what="the centre knows the other port")
        cloud.rest()
    assert calls == {}
    assert cloud.admin.jobs() == jobs


def test_D17_all_who_want_one_copy_at_a_time_wait_for_it_and_none_fails(patient):
    cloud, gate = patient
    policy, networks = cloud.policy(), [cloud.network(f"net-{n}", f"10.{n}.0.0/24") for n in range(3)]
    ports = [cloud.boot(REGION, network) for network in networks for _ in range(2)]
    pause = Pause(gate, lambda method, path: (method, path) == ("POST", POLICIES))
    for network in networks:
        cloud.net.update_network(network, qos_policy_id=policy.id)
    for port in ports:
        cloud.net.update_port(port.id, qos_policy_id=policy.id)
    wait_until(lambda: len([job for job in cloud.admin.jobs() if job["attempts"]]) == 9, what="all have come for it")
    assert pause.calls == [("POST", POLICIES)]
    pause.go.set()
    cloud.rest()
    assert [(job["status"], job["last_error"]) for job in cloud.admin.jobs()] == 9 * [("SUCCESS", "")]
    assert [path for method, path in pause.calls if method == "POST"].count(POLICIES) == 1
    for kind, things in (("network", networks), ("port", ports)):
        for thing in things:
            cloud.assert_bound(kind, thing, policy, REGION)


def test_D22_no_change_at_the_centre_waits_for_a_pod(tmp_path):
    """But for a port's policy that is taken off. XJob is away, so whoever came to the gate would be the centre."""
    with gated_cloud(tmp_path) as (cloud, gate):
        policy, other, network = cloud.policy(), cloud.policy("other"), cloud.network()
        port = cloud.boot(REGION, network)
        cloud.net.update_port(port.id, qos_policy_id=policy.id)
        cloud.net.update_network(network, qos_policy_id=policy.id)
        cloud.rest()
        cloud.xjob.stop()
        asked = []
        gate.rule = lambda method, path: asked.append((method, path))
        rule = cloud.rule(policy, "packet_rate_limit", max_kpps=1)
        path = f"/qos/policies/{policy.id}"
        for method, where, body in (
                ("PUT", f"{path}/packet_rate_limit_rules/{rule['id']}", {"packet_rate_limit_rule": {"max_kpps": 2}}),
                ("DELETE", f"{path}/packet_rate_limit_rules/{rule['id']}", None),
                ("PUT", path, {"policy": {"name": "renamed", "shared": True}}),
                ("PUT", f"/ports/{port.id}", {"port": {"qos_policy_id": other.id}}),
                ("PUT", f"/networks/{network.id}", {"network": {"qos_policy_id": None}}),
                ("PUT", f"/networks/{network.id}", {"network": {"qos_policy_id": other.id}}),
                ("DELETE", path, None),
                ("POST", "/ports", {"port": {"network_id": network.id, "qos_policy_id": other.id}}),
                ("DELETE", f"/ports/{port.id}", None)):
            reply = cloud.net.request(where, method, json=body)
            assert reply.status_code < 300, (method, where, reply.text)
        assert asked == []
        cloud.start_xjob()
        cloud.rest()
        assert asked, "and now a pod is called"
        cloud.assert_bound("network", network, other, REGION)
        assert [p.name for p in cloud.pods[REGION].net.qos_policies()] == ["other"]


def test_D31_a_port_of_any_kind_takes_a_policy_and_its_pod_says_what_it_cannot_do(gated):
    cloud, gate = gated
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    port = cloud.net.create_port(network_id=network.id, qos_policy_id=policy.id, binding_vnic_type="direct")
    gate.rule = lambda method, path: Gate.Refusal(409, "QosRuleNotSupported", "not on such a port") \
        if method == "POST" and path.endswith("bandwidth_limit_rules") else None
    cloud.pods[REGION].net.get_port(port.id)
    wait_until(lambda: cloud.admin.routings(top_id=port.id), what="the centre knows where the port is")
    cloud.rest()
    (job,) = [job for job in cloud.admin.jobs() if job["resource"].get("res_id") == port.id]
    assert job["status"] == "FAIL" and "bandwidth_limit egress: not on such a port" in job["last_error"]
    assert [rule["type"] for rule in cloud.copy(policy, REGION).rules] == ["dscp_marking"]
    cloud.assert_bound("port", port, policy, REGION)
