"""The stock `openstack` command of Debian 12 against the centre; what it did is read back with openstacksdk."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess

import pytest

from cloud import Cloud, wait_until
from harness.processes import ROOT, binary

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}


class Client:
    """The command with what the README tells people to set: OS_AUTH_TYPE and OS_ENDPOINT."""

    def __init__(self, url):
        self.url = url
        self.environment = {**CLEAN, "OS_AUTH_TYPE": "none", "OS_ENDPOINT": url}

    def run(self, words, *more, options=(), environment=None, code=0):
        """The standard output of `openstack WORDS MORE...` (standard error when it must fail)."""
        done = subprocess.run(["openstack", *options, *words.split(), *more], capture_output=True, text=True,
                              timeout=120, env=environment or self.environment, stdin=subprocess.DEVNULL)
        assert done.returncode == code, f"{words} {more}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stderr

    def json(self, words, *more, **how):
        return json.loads(self.run(words, *more, "-f", "json", **how))

    def together(self, *commands, code=0):
        """Several commands, two at a time (a start takes a second or two); their outputs in the same order."""
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(lambda words: self.run(words, code=code), commands))


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    made = Cloud(tmp_path_factory.mktemp("stock") / "cloud", regions=("RegionOne",))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def client(cloud):
    return Client(cloud.central.url)


def test_policies(cloud, client):
    made = client.json("network qos policy create gold --share --description", "for the best")
    policy = cloud.net.get_qos_policy(made["id"])
    assert (policy.name, policy.description, policy.is_shared, policy.is_default) == \
        ("gold", "for the best", True, False)
    assert (made["name"], made["shared"], made["rules"]) == ("gold", True, [])
    client.run("network qos policy set gold --name silver --no-share --default --description", "for the second best")
    policy = cloud.net.get_qos_policy(made["id"])
    assert (policy.name, policy.description, policy.is_shared, policy.is_default) == \
        ("silver", "for the second best", False, True)
    listed, shown = map(json.loads, client.together("network qos policy list -f json",
                                                    "network qos policy show silver -f json"))
    assert [tuple(row[head] for head in ("ID", "Name", "Shared", "Default")) for row in listed] == \
        [(made["id"], "silver", False, True)]
    assert (shown["id"], shown["name"], shown["is_default"]) == (made["id"], "silver", True)
    client.run("network qos policy delete silver")
    assert list(cloud.net.qos_policies()) == []


RULES = {  # type: options at create, what then stands, options at set, what then stands
    "bandwidth-limit": ("--max-kbps 1000 --max-burst-kbits 100 --ingress",
                        {"max_kbps": 1000, "max_burst_kbps": 100, "direction": "ingress"},
                        "--max-kbps 2000 --max-burst-kbits 0 --egress",
                        {"max_kbps": 2000, "max_burst_kbps": 0, "direction": "egress"}),
    "dscp-marking": ("--dscp-mark 26", {"dscp_mark": 26}, "--dscp-mark 0", {"dscp_mark": 0}),
    "minimum-bandwidth": ("--min-kbps 500 --egress", {"min_kbps": 500, "direction": "egress"},
                          "--min-kbps 600", {"min_kbps": 600, "direction": "egress"}),
    "minimum-packet-rate": ("--min-kpps 5 --any", {"min_kpps": 5, "direction": "any"},
                            "--min-kpps 6", {"min_kpps": 6, "direction": "any"}),
}


def standing(cloud, policy):
    """type -> values of the policy's rules."""
    return {rule["type"].replace("_", "-"): {key: value for key, value in rule.items()
                                             if key not in ("id", "type", "qos_policy_id")}
            for rule in cloud.net.get_qos_policy(policy.id).rules}


def test_rules_of_each_type(cloud, client):
    policy = cloud.net.create_qos_policy(name="ruled")
    created = client.together(*[f"network qos rule create ruled --type {kind} {given} -f json"
                                for kind, (given, _, _, _) in RULES.items()])
    ids = {kind: json.loads(text)["id"] for kind, text in zip(RULES, created)}
    assert standing(cloud, policy) == {kind: expected for kind, (_, expected, _, _) in RULES.items()}
    # The fifth type is younger than this client's `rule create`: it lists what another client made.
    packets = cloud.rule(policy, "packet_rate_limit", max_kpps=70, direction="egress")["id"]
    listed = {row["ID"]: row for row in client.json("network qos rule list ruled")}
    assert set(listed) == {*ids.values(), packets}
    assert listed[ids["bandwidth-limit"]]["Max Kbps"] == 1000 and listed[ids["dscp-marking"]]["DSCP mark"] == 26
    shown = client.together(*[f"network qos rule show ruled {rule} -f json" for rule in ids.values()])
    for text, (kind, (_, expected, _, _)) in zip(shown, RULES.items()):
        assert {key: json.loads(text)[key] for key in expected} == expected, kind
    client.together(*[f"network qos rule set ruled {ids[kind]} {change}" for kind, (_, _, change, _) in RULES.items()])
    changed = standing(cloud, policy)
    assert changed.pop("packet-rate-limit")["max_kpps"] == 70
    assert changed == {kind: expected for kind, (_, _, _, expected) in RULES.items()}
    client.together(*[f"network qos rule delete ruled {rule}" for rule in ids.values()])
    assert set(standing(cloud, policy)) == {"packet-rate-limit"}
    assert cloud.net.delete(f"/qos/policies/{policy.id}/packet_rate_limit_rules/{packets}").status_code == 204
    cloud.net.delete_qos_policy(policy.id)


def test_what_the_centre_refuses_is_said_in_its_words(cloud, client):
    policy = cloud.policy(name="refused")
    said, missing = client.together("network qos rule create refused --type bandwidth-limit --max-kbps 5 --egress",
                                    "network qos policy show nothing", code=1)
    assert "already exists in QoS Policy" in said
    assert "nothing" in missing
    assert len(cloud.net.get_qos_policy(policy.id).rules) == 2
    cloud.net.delete_qos_policy(policy.id)


def test_rule_types(client):
    listed, shown = map(json.loads, client.together("network qos rule type list -f json",
                                                    "network qos rule type show bandwidth_limit -f json"))
    assert {row["Type"] for row in listed} == {"bandwidth_limit", "dscp_marking", "minimum_bandwidth",
                                               "packet_rate_limit", "minimum_packet_rate"}
    assert shown["rule_type_name"] == "bandwidth_limit"
    assert "max_kbps" in json.dumps(shown["drivers"])


def test_networks(cloud, client):
    gold, silver = (cloud.net.create_qos_policy(name=name) for name in ("net-gold", "net-silver"))
    made = client.json("network create shop --qos-policy net-gold")
    assert cloud.net.get_network(made["id"]).qos_policy_id == made["qos_policy_id"] == gold.id
    client.run("network set shop --qos-policy net-silver --description", "the shop's")
    network = cloud.net.get_network(made["id"])
    assert (network.qos_policy_id, network.description) == (silver.id, "the shop's")
    assert client.json("network show shop")["qos_policy_id"] == silver.id
    assert "is used by" in client.run("network qos policy delete net-silver", code=1)
    client.run("network set shop --no-qos-policy")
    assert cloud.net.get_network(made["id"]).qos_policy_id is None
    client.run("network delete shop")
    assert cloud.net.find_network("shop") is None
    for policy in (gold, silver):
        cloud.net.delete_qos_policy(policy.id)


def test_subnets_and_ports(cloud, client):
    gold, silver = (cloud.net.create_qos_policy(name=name) for name in ("port-gold", "port-silver"))
    network = cloud.net.create_network(name="stock", qos_policy_id=silver.id)
    subnet = client.json("subnet create stock-subnet --network stock --subnet-range 10.5.0.0/24 --gateway 10.5.0.254")
    kept = cloud.net.get_subnet(subnet["id"])
    assert (kept.network_id, kept.cidr, kept.gateway_ip) == (network.id, "10.5.0.0/24", "10.5.0.254")
    assert kept.allocation_pools == [{"start": "10.5.0.1", "end": "10.5.0.253"}]
    listed, shown = client.together("subnet list -f json", "subnet show stock-subnet -f json")
    assert [(row["ID"], row["Subnet"]) for row in json.loads(listed)] == [(subnet["id"], "10.5.0.0/24")]
    assert json.loads(shown)["cidr"] == "10.5.0.0/24"

    made = client.json("port create vm-port --network stock --qos-policy port-gold")
    port = cloud.net.get_port(made["id"])
    assert (port.qos_policy_id, port.qos_network_policy_id) == (gold.id, silver.id)
    assert port.fixed_ips[0]["subnet_id"] == subnet["id"] and port.fixed_ips[0]["ip_address"].startswith("10.5.0.")
    client.run("port set vm-port --qos-policy port-silver --name renamed")
    assert cloud.net.get_port(made["id"]).qos_policy_id == silver.id
    shown = client.json("port show renamed")
    assert (shown["qos_policy_id"], shown["qos_network_policy_id"]) == (silver.id, silver.id)
    client.run("port unset renamed --qos-policy")
    assert cloud.net.get_port(made["id"]).qos_policy_id is None
    assert "have an IP allocation from this subnet" in client.run("subnet delete stock-subnet", code=1)
    client.run("port delete renamed")
    client.run("subnet delete stock-subnet")
    assert list(cloud.net.ports(network_id=network.id)) == list(cloud.net.subnets(network_id=network.id)) == []
    cloud.net.delete_network(network.id)
    for policy in (gold, silver):
        cloud.net.delete_qos_policy(policy.id)


def test_a_policy_reaches_a_pod_by_the_command_alone(cloud, client):
    """The options of the command line do what the environment does; the pod is asked with the same command."""
    network = cloud.network(name="far", cidr="10.6.0.0/24")
    cloud.appear(network)
    options = ["--os-auth-type", "none", "--os-endpoint", cloud.central.url]
    client.run("network qos policy create far-gold", options=options, environment=CLEAN)
    client.run("network qos rule create far-gold --type bandwidth-limit --max-kbps 3000", options=options,
               environment=CLEAN)
    client.run("network set far --qos-policy far-gold", options=options, environment=CLEAN)
    cloud.settle()
    policy = cloud.net.find_qos_policy("far-gold")
    cloud.assert_bound("network", network, policy, "RegionOne")
    shown = Client(cloud.pods["RegionOne"].url).json("network qos policy show far-gold")
    assert shown["id"] == cloud.copy_id(policy, "RegionOne")
    assert [(rule["type"], rule["max_kbps"]) for rule in shown["rules"]] == [("bandwidth_limit", 3000)]


@pytest.fixture
def demo(tmp_path):
    """scripts/run-demo as a person sees it; afterwards it is ended as with Ctrl-C."""
    environment = {**CLEAN, "TRICIRCLE_BIN": binary(), "STATE": str(tmp_path / "state")}
    with open(tmp_path / "said", "wb") as said:
        process = subprocess.Popen([str(ROOT / "scripts/run-demo")], stdout=said, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
    try:
        yield process, tmp_path / "said"
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_what_the_demo_says_to_type_works_word_for_word(demo):
    process, said = demo
    wait_until(lambda: "Ctrl-C ends it." in said.read_text() or process.poll() is not None, 60, "the demo is up")
    text = said.read_text()
    assert process.poll() is None, text
    typed = [line[2:] for line in text.partition("Now type")[2].splitlines() if line.startswith("  ")]
    assert len([line for line in typed if line.startswith("openstack") or " openstack " in line]) >= 3
    script = "set -euo pipefail\n" + "\n".join(typed)
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, env=CLEAN)
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    assert "gold" in done.stdout and "RegionOne" in done.stdout and "RegionTwo" in done.stdout
    # The edit that was typed is at the centre, and its job at work or done in the pods.
    endpoint = re.search(r"OS_ENDPOINT=(\S+)", text).group(1)
    assert "5000" in Client(endpoint).run("network qos rule list gold")
    assert "sync_qos_rule" in done.stdout
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert "stopped; the data stay in" in said.read_text()
