"""Changes that meet: in whatever order they commit, every pod ends at the newest wish, and never by way of less."""
import concurrent.futures
import threading

from cloud import Cloud, wait_until
from harness.gate import Pause

BOTH = ("RegionOne", "RegionTwo")
ROUNDS = 15


class Watch:
    """Reads a network in the pods for as long as the block runs; every policy ever seen there is kept."""

    def __init__(self, cloud, network):
        self.seen = {region: set() for region in cloud.pods}
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.look, args=(region, cloud.pods[region], network.id))
                        for region in cloud.pods]

    def look(self, region, pod, network_id):
        while not self.ended.is_set():
            self.seen[region].add(pod.net.get_network(network_id).qos_policy_id)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def test_a_network_moved_there_and_back_ends_where_the_centre_says_and_is_never_bare(cloud):
    a, b, network = cloud.policy("A"), cloud.policy("B"), cloud.network()
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=a.id)
    cloud.settle()
    with Watch(cloud, network) as watch:
        for _ in range(ROUNDS):
            cloud.net.update_network(network, qos_policy_id=b.id)
            cloud.net.update_network(network, qos_policy_id=a.id)
        cloud.settle()
    for region in BOTH:
        cloud.assert_bound("network", network, a, region)
        cloud.assert_copy_is_true(a, region)
        allowed = {cloud.copy_id(policy, region) for policy in (a, b)}
        assert watch.seen[region] and watch.seen[region] <= allowed, "a policy of neither, or none, was seen"
    assert {job["status"] for job in cloud.admin.jobs()} == {"SUCCESS"}


def test_a_move_while_the_first_copy_is_still_on_its_way_ends_at_the_last_wish(cloud):
    policies = [cloud.policy(f"P{i}") for i in range(4)]
    networks = [cloud.network(f"net{i}") for i in range(4)]
    for network in networks:
        cloud.appear(network)
    for network in networks:
        for policy in policies + [None, policies[0]]:
            cloud.net.update_network(network, qos_policy_id=policy.id if policy else None)
    cloud.settle()
    for region in BOTH:
        cloud.assert_copy_is_true(policies[0], region)
        for network in networks:
            cloud.assert_bound("network", network, policies[0], region)


def test_an_association_and_a_report_that_commit_together_end_bound(cloud):
    """Seen from either side: who commits last finds the other's row."""
    policy = cloud.policy()
    networks = [cloud.network(f"net{i}") for i in range(ROUNDS)]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for network in networks:
            start = threading.Barrier(3)

            def associate(network_id=network.id, start=start):
                start.wait()
                cloud.net.update_network(network_id, qos_policy_id=policy.id)

            def appear(region, network_id=network.id, start=start):
                start.wait()
                cloud.pods[region].net.get_network(network_id)
            for work in [pool.submit(associate)] + [pool.submit(appear, region) for region in BOTH]:
                work.result()
    for network in networks:
        wait_until(lambda n=network: len(cloud.admin.routings(top_id=n.id, resource_type="network")) == 2,
                   what="both pods have reported the network")
    cloud.settle()
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        for network in networks:
            cloud.assert_bound("network", network, policy, region)


def test_two_edits_in_one_moment_are_both_there(cloud):
    policy, network = cloud.policy(rules=()), cloud.network()
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.settle()
    edits = [("bandwidth_limit", {"max_kbps": 900, "direction": direction}) for direction in ("egress", "ingress")]
    edits += [("dscp_marking", {"dscp_mark": 26}), ("packet_rate_limit", {"max_kpps": 9}),
              ("minimum_packet_rate", {"min_kpps": 1, "direction": "any"})]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda edit: cloud.rule(policy, edit[0], **edit[1]), edits))
    cloud.settle()
    for region in BOTH:
        cloud.assert_copy_is_true(policy, region)
        assert len(cloud.copy(policy, region).rules) == len(edits)


def test_D17_fifty_vms_that_boot_at_once_make_one_copy(cloud):
    policy = cloud.policy()
    network = cloud.network(qos_policy_id=policy.id)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        ports = list(pool.map(lambda _: cloud.pods["RegionOne"].net.create_port(
            network_id=network.id, device_owner="compute:nova", binding_host_id="host-1"), range(50)))
    wait_until(lambda: len(cloud.admin.routings(resource_type="port")) == 50, 40, "all ports reported")
    cloud.settle()
    cloud.assert_copy_is_true(policy, "RegionOne")
    cloud.assert_bound("network", network, policy, "RegionOne")
    addresses = {port.fixed_ips[0]["ip_address"] for port in ports}
    assert len(addresses) == 50 and len({port.mac_address for port in ports}) == 50
    assert sum(job["type"] == "qos_create" for job in cloud.admin.jobs()) == 1


def test_two_xjobs_share_the_work_and_each_change_is_made_once(tmp_path):
    cloud = Cloud(tmp_path / "cloud")
    try:
        cloud.start()
        first, cloud.xjob = cloud.xjob, None
        cloud.start_xjob()
        policies, networks = [cloud.policy(f"P{i}") for i in range(10)], [cloud.network(f"n{i}") for i in range(10)]
        for network in networks:
            cloud.appear(network)
        with cloud.pods["RegionOne"].counting() as calls:
            for policy, network in zip(policies, networks):
                cloud.net.update_network(network, qos_policy_id=policy.id)
            cloud.settle()
            cloud.rest()
        assert calls[("POST", "/v2.0/qos/policies")] == 10
        assert calls[("PUT", "/v2.0/networks/{id}")] == 10
        for policy, network in zip(policies, networks):
            for region in BOTH:
                cloud.assert_copy_is_true(policy, region)
                cloud.assert_bound("network", network, policy, region)
        first.stop()
    finally:
        cloud.stop()


def bound_port(cloud):
    """A port in RegionOne that bears a policy: (policy, port)."""
    policy = cloud.policy()
    port = cloud.boot("RegionOne", cloud.network())
    cloud.net.update_port(port.id, qos_policy_id=policy.id)
    cloud.rest()
    return policy, port


def wait_for_a_job_that_waits(cloud):
    wait_until(lambda: [job for job in cloud.admin.jobs(status="NEW") if job["attempts"]], what="a job that waits")


def test_a_port_that_lets_go_on_its_way_to_the_next_policy_leaves_no_job(cloud):
    _, port = bound_port(cloud)
    following = cloud.policy("next")
    cloud.admin.call("PUT", f"/pauses/policy/{following.id}")
    cloud.net.update_port(port.id, qos_policy_id=following.id)
    wait_for_a_job_that_waits(cloud)
    cloud.net.update_port(port.id, qos_policy_id=None)
    jobs = cloud.settle()
    cloud.assert_bound("port", port, None, "RegionOne")
    assert {job["status"] for job in jobs} == {"SUCCESS"}


def test_a_wish_that_is_taken_back_before_its_copy_is_there_leaves_no_job(cloud):
    """The pods had let go of a policy before: they bear none, and none is on its way but for the job that waits."""
    policy, network = cloud.bound_everywhere()
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.settle()
    following = cloud.policy("next")
    cloud.admin.call("PUT", f"/pauses/policy/{following.id}")
    cloud.net.update_network(network, qos_policy_id=following.id)
    wait_for_a_job_that_waits(cloud)
    cloud.net.update_network(network, qos_policy_id=None)
    jobs = cloud.settle()
    assert {job["status"] for job in jobs} == {"SUCCESS"}
    for region in BOTH:
        cloud.assert_bound("network", network, None, region)


def test_a_port_that_lets_go_in_one_pod_on_its_way_into_another_leaves_no_job(cloud):
    policy, port = bound_port(cloud)
    other = cloud.pods["RegionTwo"].net
    there = other.create_port(network_id=other.create_network(name="of the pod's own").id)
    cloud.admin.call("PUT", f"/pauses/policy/{policy.id}")
    cloud.admin.tie("port", port.id, there.id, "RegionTwo")
    wait_for_a_job_that_waits(cloud)
    cloud.net.update_port(port.id, qos_policy_id=None)
    jobs = cloud.settle()
    cloud.assert_bound("port", port, None, "RegionOne")
    cloud.assert_bound("port", port, None, "RegionTwo", there.id)
    assert {job["status"] for job in jobs} == {"SUCCESS"}


def open_jobs_at_the_deletion(cloud, pause, gate, path):
    """Lets the paused write go; the types of the jobs that are open when the pod is asked to delete `path`."""
    found = []

    def rule(method, asked):
        if method == "DELETE" and asked == path:
            found.append({job["type"] for job in cloud.admin.jobs() if job["status"] in ("NEW", "RUNNING")})
    gate.rule = rule
    pause.go.set()
    cloud.settle()
    assert len(found) == 1
    return found[0]


def test_a_deletion_beside_the_copys_last_run_is_not_done_before_the_pod_has_let_go(gated):
    cloud, gate = gated
    pause = Pause(gate, lambda method, path: "/tags/" in path)
    policy = cloud.policy()
    network = cloud.network()
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    assert pause.reached.wait(20)
    local = cloud.copy_id(policy, "RegionOne")
    cloud.net.update_network(network, qos_policy_id=None)
    cloud.net.delete_qos_policy(policy.id, ignore_missing=False)
    assert "qos_delete" in open_jobs_at_the_deletion(cloud, pause, gate, f"/v2.0/qos/policies/{local}")
    assert cloud.admin.routings(resource_type="qos_policy") == []


def test_a_networks_deletion_beside_its_bind_is_not_done_before_the_pod_has_deleted_it(gated):
    cloud, gate = gated
    pause = Pause(gate, lambda method, path: method == "PUT" and "/networks/" in path)
    policy = cloud.policy()
    network = cloud.network()
    cloud.appear(network)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    assert pause.reached.wait(20)
    cloud.net.delete_network(network.id, ignore_missing=False)
    assert "update_network" in open_jobs_at_the_deletion(cloud, pause, gate, f"/v2.0/networks/{network.id}")
    assert cloud.admin.routings(top_id=network.id) == []
