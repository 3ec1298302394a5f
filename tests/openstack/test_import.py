"""A real region that has networks, ports and policies of its own is taken over by one command: counted at the region,
without a write there but for tags. It looks at all that a region has, so it has the reserved one to itself."""
import collections
import os
import sys
import time

import pytest

from harness.api import rule_set
from harness.gate import Gate
from harness.importing import take_over
from real_pods import RealCloud

PORTS_A_CALL = 50


class Inherited:
    """What the region had before: every second network bears a policy, and every fourth port one of its own."""

    def __init__(self, cloud, region, networks, ports, policies):
        self.cloud, self.region, self.net = cloud, region, cloud.pods[region].net
        without_end = {kind: -1 for kind in ("network", "subnet", "port")}
        assert self.net.put(f"/quotas/{cloud.project}", json={"quota": without_end}).status_code == 200
        self.policies = [self.policy(i) for i in range(policies)]
        self.networks = self.bulk("network", [self.network(i) for i in range(networks)])
        self.bulk("subnet", [{"network_id": network["id"], "ip_version": 4, "cidr": f"10.{i // 200}.{i % 200}.0/24",
                              "project_id": cloud.project} for i, network in enumerate(self.networks)])
        self.ports = self.bulk("port", [self.port(i) for i in range(ports)])

    def policy(self, number):
        policy = self.net.create_qos_policy(name=f"policy {number}", project_id=self.cloud.project, shared=number == 0)
        self.net.create_qos_bandwidth_limit_rule(policy, max_kbps=1000 + number, max_burst_kbps=100, direction="egress")
        self.net.create_qos_dscp_marking_rule(policy, dscp_mark=26)
        return self.net.get_qos_policy(policy.id)

    def of(self, number, every):
        """The policy of the object of this number; None for most."""
        return self.policies[number // every % len(self.policies)].id if number % every == 0 else None

    def network(self, number):
        return {"name": f"net {number}", "project_id": self.cloud.project, "qos_policy_id": self.of(number, 2)}

    def port(self, number):
        network = self.networks[number % len(self.networks)]
        owner = "network:dhcp" if number % 50 == 49 else "compute:nova"
        return {"name": f"port {number}", "network_id": network["id"], "project_id": self.cloud.project,
                "device_owner": owner, "device_id": f"device {number}", "qos_policy_id": self.of(number, 4)}

    def bulk(self, kind, objects):
        made = []
        for begin in range(0, len(objects), PORTS_A_CALL):
            reply = self.net.post(f"/{kind}s", json={kind + "s": objects[begin:begin + PORTS_A_CALL]}, timeout=300)
            assert reply.status_code == 201, reply.text
            made += reply.json()[kind + "s"]
        return made

    def all(self, kind):
        fields = "fields=id&fields=revision_number&fields=qos_policy_id"
        return self.net.get(f"/{kind}s?project_id={self.cloud.project}&{fields}").json()[kind + "s"]

    def state(self):
        """What a write would change."""
        things = {one["id"]: (one["revision_number"], one["qos_policy_id"])
                  for kind in ("network", "port") for one in self.all(kind)}
        rules = {policy["id"]: sorted(rule["id"] for rule in policy["rules"]) for policy in
                 self.cloud.pods[self.region].policies()}
        return things, rules

    def expected_associations(self):
        return (sum(network["qos_policy_id"] is not None for network in self.networks),
                sum(port["qos_policy_id"] is not None for port in self.ports))


class Counted:
    """Calls that XJob makes of the region inside the block."""

    def __init__(self, gate):
        self.gate = gate

    def __enter__(self):
        self.begin = len(self.gate.answers)
        return self

    def __exit__(self, *_):
        calls = [(method, path.split("?")[0]) for method, path, _ in self.gate.answers[self.begin:] if path != "/"]
        self.reads = collections.Counter(path for method, path in calls if method == "GET")
        self.writes = [(method, path) for method, path in calls if method != "GET"]


@pytest.fixture
def alone(lab, tmp_path):
    with lab.alone_in_the_reserved() as pod, Gate(pod.url) as gate:
        cloud = RealCloud(tmp_path / "cloud", lab, regions=[lab.reserved], urls={lab.reserved: gate.url})
        try:
            yield cloud.start(), gate
        finally:
            cloud.stop()


def is_tag(write):
    return write[0] == "PUT" and "/tags/tricircle:" in write[1].replace("%3A", ":")


def imported(cloud, gate, inherited, region):
    """One command, and what it may have done. Returns the import and the seconds that the command took."""
    before = inherited.state()
    with Counted(gate) as counted:
        begin = time.monotonic()
        done = take_over(cloud, "pod", "import", region, "--apply", timeout=300)
        spent = time.monotonic() - begin
        cloud.rest(120)
    assert inherited.state() == before
    assert all(is_tag(write) for write in counted.writes), counted.writes
    assert len(counted.writes) == done.count("adopt", "policy") and cloud.admin.jobs() == []
    assert sum(counted.reads.values()) == done.calls[region]
    return done, spent, counted.reads


def edited_centrally(cloud, gate, central, region):
    (limit,) = [rule["id"] for rule in central.rules if rule["type"] == "bandwidth_limit"]
    with Counted(gate) as counted:
        cloud.net.update_qos_bandwidth_limit_rule(limit, central.id, max_kbps=77)
        cloud.rest()
    assert [method for method, _ in counted.writes] == ["PUT"] and not counted.reads
    cloud.assert_copy_is_true(cloud.net.get_qos_policy(central.id), region)


def test_a_region_is_taken_over_by_one_command_that_changes_nothing_there(alone, lab):
    cloud, gate = alone
    region = lab.reserved
    inherited = Inherited(cloud, region, networks=10, ports=100, policies=5)
    foreign = inherited.net.create_qos_policy(name="unlike", project_id=cloud.project, description="the region's")
    bears_it = inherited.net.create_network(name="theirs", project_id=cloud.project, qos_policy_id=foreign.id)
    unlike = cloud.policy("unlike", rules=())
    done, _, reads = imported(cloud, gate, inherited, region)
    # Two pages of each: the second says that there is no more.
    assert set(reads.values()) == {2}, reads
    assert [done.count("adopt", kind) for kind in ("network", "subnet", "port", "policy")] == [11, 10, 100, 5]
    networks, ports = inherited.expected_associations()
    dhcp = sum(port["device_owner"] == "network:dhcp" and port["qos_policy_id"] is not None for port in inherited.ports)
    assert (done.count("associate", "network"), done.count("associate", "port")) == (networks, ports - dhcp)
    assert [item["name"] for item in done.items if item["action"] == "differs"] == ["unlike"]
    central = {policy.name: policy for policy in cloud.net.qos_policies()}
    for local in inherited.policies:
        assert cloud.copy_id(central[local.name], region) == local.id
        assert rule_set(central[local.name]) == rule_set(local)
        assert central[local.name].is_shared == local.is_shared
        cloud.assert_copy_is_true(central[local.name], region)
    names = {policy.id: policy.name for policy in central.values()}
    local_names = {policy.id: policy.name for policy in inherited.policies}
    for port in inherited.ports:
        here = cloud.net.get_port(port["id"])
        wish = None if port["device_owner"] == "network:dhcp" else port["qos_policy_id"]
        assert names.get(here.qos_policy_id) == local_names.get(wish)
        assert (here.fixed_ips, here.mac_address, here.device_id, here.device_owner, here.network_id) == \
            tuple(port[name] for name in ("fixed_ips", "mac_address", "device_id", "device_owner", "network_id"))
    assert cloud.audit(region)["found"] == 0
    again, _, _ = imported(cloud, gate, inherited, region)
    assert again.about["items"]["done"] == 0
    edited_centrally(cloud, gate, central["policy 1"], region)
    assert inherited.net.get_network(bears_it.id).qos_policy_id == foreign.id
    assert inherited.net.get_qos_policy(foreign.id).description == "the region's"
    assert cloud.copy_id(unlike, region) is None


@pytest.mark.soak
def test_a_large_region_is_taken_over_within_a_minute(alone, lab):
    cloud, gate = alone
    region = lab.reserved
    inherited = Inherited(cloud, region, networks=200, ports=2000, policies=30)
    done, spent, reads = imported(cloud, gate, inherited, region)
    print(f"\nimport of 200 networks, 2000 ports, 30 policies: {spent:.1f} s, {sum(reads.values())} calls, "
          f"{done.about['items']['done']} items, binary {os.environ.get('TRICIRCLE_BIN', 'dev')}", file=sys.stderr)
    assert spent < 60
    networks, ports = inherited.expected_associations()
    assert done.count("associate", "network") == networks and done.count("associate", "port") <= ports
    assert [done.count("adopt", kind) for kind in ("network", "subnet", "port", "policy")] == [200, 200, 2000, 30]
    assert cloud.audit(region)["found"] == 0
    again, spent, reads = imported(cloud, gate, inherited, region)
    print(f"a second run: {spent:.1f} s, {sum(reads.values())} calls", file=sys.stderr)
    assert again.about["items"]["done"] == 0
    central = {policy.name: policy for policy in cloud.net.qos_policies()}
    edited_centrally(cloud, gate, central["policy 1"], region)
