"""The roles as processes: they say when they serve, end cleanly, and refuse in a clear sentence what they cannot do."""
import os
import re
import signal
import socket
import subprocess

import pytest
import requests

from cloud import FAST, Admin, Cloud, Server, connect, wait_until
from harness.processes import Process, binary, free_port


def refused(*arguments):
    """What a role says on standard error when it does not start: one sentence, no ready line, exit code 1."""
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("tricircle: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


@pytest.fixture
def up(tmp_path):
    """central, XJob and two pods in one process."""
    ports = [free_port() for _ in range(3)]
    config = tmp_path / "tricircle.conf"
    config.write_text(FAST)
    process = Process("up", [binary(), "up", "--state", tmp_path / "state", "--config", config, "--listen",
                             f"127.0.0.1:{ports[0]}", "--pod", f"RegionOne=127.0.0.1:{ports[1]}", "--pod",
                             f"RegionTwo=127.0.0.1:{ports[2]}"], tmp_path / "log").start()
    process.urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        yield process
    finally:
        process.stop()


def test_up_serves_the_whole_path_in_one_process(up):
    said = up.wait_ready()
    urls = dict(zip(("central", "RegionOne", "RegionTwo"), up.urls))
    assert dict(part.split("=", 1) for part in said.split()) == urls
    central, admin = connect(urls["central"]), Admin(urls["central"])
    wait_until(lambda: set(admin.pods()) == {"RegionOne", "RegionTwo"}, what="both pods known")
    policy = central.create_qos_policy(name="gold")
    central.create_qos_bandwidth_limit_rule(policy, max_kbps=7000)
    network = central.create_network(name="net", qos_policy_id=policy.id)
    central.create_subnet(network_id=network.id, ip_version=4, cidr="10.0.0.0/24")
    for region in ("RegionOne", "RegionTwo"):
        pod = connect(urls[region])
        port = pod.create_port(network_id=network.id, device_owner="compute:nova", binding_host_id="host-1")
        assert central.get_port(port.id).fixed_ips == port.fixed_ips
        bare = pod.create_port(network_id=network.id, device_owner="compute:nova", fixed_ips=[])
        assert (bare.fixed_ips, central.get_port(bare.id).fixed_ips) == ([], []), "none were wanted"
        local = wait_until(lambda p=pod: p.get_network(network.id).qos_policy_id, what=f"the network bound in {region}")
        rules = pod.get_qos_policy(local).rules
        assert [(rule["type"], rule["max_kbps"]) for rule in rules] == [("bandwidth_limit", 7000)]
    assert {job["status"] for job in admin.jobs()} <= {"NEW", "RUNNING", "SUCCESS"}


def test_up_keeps_its_data(up):
    up.wait_ready()
    policy = connect(up.urls[0]).create_qos_policy(name="kept")
    up.stop()
    up.start().wait_ready()
    assert connect(up.urls[0]).get_qos_policy(policy.id).name == "kept"
    assert len(Admin(up.urls[0]).pods()) == 2


def role(name, folder, central="http://127.0.0.1:1"):
    """The command of a role with its own folder and a free port."""
    listen = ["--listen", f"127.0.0.1:{free_port()}"]
    return [binary(), name, "--state", folder] + {
        "up": listen,
        "central": ["--no-auth"] + listen,
        "xjob": [],
        "local": ["--no-auth", "--region", "RegionOne", "--central", central] + listen}[name]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", ["up", "central", "xjob", "local"])
def test_a_role_ends_cleanly_at_a_signal(tmp_path, name, end):
    process = Process(name, role(name, tmp_path / "state"), tmp_path / "log").start()
    process.wait_ready()
    process.popen.send_signal(end)
    assert process.wait_end(15) == 0, process.log_text()
    assert "Sanitizer" not in process.log_text()
    process.stop()


def test_a_role_may_open_as_many_files_as_the_system_allows_it(tmp_path):
    """It keeps a connection to each of very many pods; a shell's own limit is low."""
    script = 'ulimit -Sn 100 && ulimit -Hn 4000 && exec "$@"'
    process = Process("xjob", ["bash", "-c", script, "bash", binary(), "xjob", "--state", tmp_path / "state"],
                      tmp_path / "log").start()
    try:
        process.wait_ready()
        with open(f"/proc/{process.popen.pid}/limits") as limits:
            assert re.search(r"^Max open files +4000 +4000 ", limits.read(), re.M)
    finally:
        process.stop()


def test_a_server_ends_although_clients_hold_connections(tmp_path):
    server = Server("central", tmp_path / "central", ["central", "--no-auth"]).start()
    with requests.Session() as session, socket.create_connection(("127.0.0.1", server.port)) as silent, \
            socket.create_connection(("127.0.0.1", server.port)) as halfway:
        assert session.get(server.url + "/v2.0/networks", timeout=10).status_code == 200
        halfway.sendall(b"GET /v2.0/networks HTTP/1.1\r\nHost: x\r\n")
        server.stop()
        assert silent.recv(1) == b""
    assert not server.process.running()


def test_central_and_xjob_are_two_processes_on_one_file(tmp_path):
    """What is asked for while XJob is away is done by it when it comes, from the rows alone."""
    cloud = Cloud(tmp_path / "cloud", regions=("RegionOne",))
    try:
        cloud.start()
        assert cloud.central.process.popen.pid != cloud.xjob.popen.pid
        cloud.xjob.stop()
        policy, network = cloud.policy(), cloud.network()
        cloud.appear(network)
        cloud.net.update_network(network, qos_policy_id=policy.id)
        assert {job["status"] for job in cloud.admin.jobs()} == {"NEW"}
        cloud.start_xjob()
        assert {job["status"] for job in cloud.settle()} == {"SUCCESS"}
        cloud.assert_bound("network", network, policy, "RegionOne")
        # And the other way round: XJob needs no centre.
        cloud.central.stop()
        assert cloud.xjob.running()
        cloud.central.start()
        cloud.net.update_qos_policy(policy.id, description="after both were away once")
        cloud.settle()
        cloud.assert_copy_is_true(policy, "RegionOne")
    finally:
        cloud.stop()


@pytest.mark.parametrize("name", ["central", "local", "up"])
def test_a_port_in_use_is_named(tmp_path, name):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = role(name, tmp_path / "state")[1:-1] + [address]
        assert refused(*command) == f"tricircle: cannot listen on {address}: Address already in use"
        if name == "up":
            said = refused(*role("up", tmp_path / "state")[1:], "--pod", "RegionOne=" + address)
            assert said == f"tricircle: cannot listen on {address}: Address already in use"


@pytest.mark.parametrize("address", ["127.0.0.1", "nowhere", "127.0.0.1:http", "127.0.0.1:70000", ":9696"])
def test_an_address_that_is_none(tmp_path, address):
    command = role("central", tmp_path / "state")[1:-1]
    assert "ADDR:PORT" in refused(*command, address)
    assert "ADDR:PORT" in refused("up", "--state", tmp_path / "state", "--pod", "RegionOne=" + address)
    assert "REGION=ADDR:PORT" in refused("up", "--state", tmp_path / "state", "--pod", address)


@pytest.mark.parametrize("address", ["0.0.0.0:1", "192.0.2.1:1", "[::]:1", "central.example.org:1"])
def test_without_auth_only_a_loopback_address_is_served(tmp_path, address):
    """Refused before anything is bound, also where no-auth is the default, and for each pod of `up`."""
    state = ["--state", tmp_path / "state"]
    words = "--no-auth is taken on a loopback address only"
    assert words in refused("central", *state, "--no-auth", "--listen", address)
    pod = ["--region", "R", "--central", "http://127.0.0.1:1"]
    assert words in refused("local", *state, "--no-auth", *pod, "--listen", address)
    assert words in refused("up", *state, "--listen", address)
    assert words in refused("up", *state, "--listen", "127.0.0.1:0", "--pod", "RegionOne=" + address)
    assert not (tmp_path / "state").exists()


def test_no_auth_must_be_said(tmp_path):
    for command in (["central"], ["local", "--region", "R", "--central", "http://127.0.0.1:1"]):
        assert "say --no-auth" in refused(*command, "--state", tmp_path / "state", "--listen", "127.0.0.1:0")


@pytest.mark.parametrize("address", ["localhost", "[::1]"])
def test_other_names_of_this_machine(tmp_path, address):
    process = Process("central", [binary(), "central", "--no-auth", "--state", tmp_path / "state", "--listen",
                                  address + ":0"], tmp_path / "log").start()
    try:
        url = process.wait_ready().partition("=")[2]
        assert requests.get(url + "/healthz", timeout=10).status_code == 200
    finally:
        process.stop()


def test_a_region_has_one_pod(tmp_path):
    said = refused("up", "--state", tmp_path / "s", "--pod", "RegionOne=127.0.0.1:0", "--pod", "RegionOne=127.0.0.1:0")
    assert said == "tricircle: --pod names RegionOne twice"


CONFIGURATIONS = {
    "[DEFAULT]\nbind_hots = 127.0.0.1\n": "2: [DEFAULT] bind_hots is not known",
    "[xjob]\nlease = 1\n\n# words\nleese = 1\n": "5: [xjob] leese is not known",
    "[xjobs]\nlease = 1\n": "2: [xjobs] lease is not known",
    "lease = 1\n": "1: [DEFAULT] lease is not known",
    "[xjob]\nlease = soon\n": "2: a number of seconds is wanted, not 'soon'",
    "[xjob]\nlease = -1\n": "2: a number of seconds is wanted, not '-1'",
    "[DEFAULT]\nbind_port = many\n": "2: a whole number is wanted, not 'many'",
    "[DEFAULT]\ndebug = perhaps\n": "2: true or false is wanted, not 'perhaps'",
    "[DEFAULT\n": "1: a section reads [name]",
    "[DEFAULT]\nbind_port\n": "2: an option reads name = value",
    "[xjob]\ndisassociate_port = later\n": " [xjob] disassociate_port is sync or async",
}


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_a_mistake_in_the_configuration_is_named_with_its_line(tmp_path, text):
    file = tmp_path / "tricircle.conf"
    file.write_text(text)
    for command in (["central", "--no-auth", "--listen", "127.0.0.1:0"], ["xjob"], ["up", "--listen", "127.0.0.1:0"]):
        said = refused(*command, "--state", tmp_path / "state", "--config", file)
        assert said == f"tricircle: {file}:{CONFIGURATIONS[text]}"
    assert not (tmp_path / "state").exists()


def test_a_configuration_that_is_not_there(tmp_path):
    missing = tmp_path / "missing.conf"
    assert refused("xjob", "--state", tmp_path / "state", "--config", missing).startswith(
        f"tricircle: {missing}: cannot be read")


def test_the_configuration_says_where_to_listen_and_where_to_store(tmp_path):
    port, store, log = free_port(), tmp_path / "elsewhere" / "it.db", tmp_path / "written.log"
    store.parent.mkdir()
    file = tmp_path / "tricircle.conf"
    file.write_text(f"[DEFAULT]\nbind_host = 127.0.0.1\nbind_port = {port}\nlog_file = {log}\ndebug = true\n"
                    f"[database]\nconnection = sqlite:///{store}\n")
    process = Process("central", [binary(), "central", "--no-auth", "--state", tmp_path / "state", "--config", file],
                      tmp_path / "log").start()
    try:
        assert process.wait_ready() == f"central=http://127.0.0.1:{port}"
        assert requests.get(f"http://127.0.0.1:{port}/v2.0/networks", timeout=10).json() == {"networks": []}
        assert store.exists() and not (tmp_path / "state" / "central.db").exists()
        wait_until(lambda: "path=/v2.0/networks" in log.read_text(), what="the request in the log file")
    finally:
        process.stop()


@pytest.mark.parametrize("name", ["central", "local"])
def test_health_readiness_and_metrics(tmp_path, name):
    process = Process(name, role(name, tmp_path / "state"), tmp_path / "log").start()
    try:
        url = process.wait_ready().partition("=")[2]
        health, ready = (requests.get(url + path, timeout=10) for path in ("/healthz", "/readyz"))
        assert (health.status_code, health.text) == (200, "ok\n")
        assert (ready.status_code, ready.text) == (200, "ready\n")
        network = requests.post(url + "/v2.0/networks", json={"network": {}}, timeout=10).json()["network"]["id"]
        for _ in range(2):
            requests.get(f"{url}/v2.0/networks/{network}", timeout=10)
        requests.put(f"{url}/v2.0/networks/{network}", json={"network": {"mtu": "x"}}, timeout=10)
        metrics = requests.get(url + "/metrics", timeout=10)
        assert metrics.headers["Content-Type"] == "text/plain; version=0.0.4"
        assert re.search(r'^# TYPE tricircle_http_requests_total counter$', metrics.text, re.M)
        assert '{method="GET",route="/v2.0/networks/{id}",status="200",client="other"} 2' in metrics.text
        assert '{method="PUT",route="/v2.0/networks/{id}",status="400",client="other"} 1' in metrics.text
    finally:
        process.stop()


def test_callers_cannot_make_metrics(tmp_path):
    """What nobody was served is one series, however many paths, methods and names of clients there are."""
    server = Server("central", tmp_path / "central", ["central", "--no-auth"]).start()
    try:
        def series():
            text = requests.get(server.url + "/metrics", timeout=10).text
            return len(re.findall("^tricircle_http_requests_total{", text, re.M))

        def odd(number):
            for method, path in (("GET", f"/odd/{number}"), ("PATCH", f"/v2.0/networks/odd{number}"),
                                 ("PUT", f"/v2.0/networks/odd{number}"), (f"ODD{number}", "/v2.0/networks"),
                                 ("GET", f"/v1.0/routings/{number}")):
                reply = requests.request(method, server.url + path, data="{", timeout=10,
                                         headers={"User-Agent": f"tricircle-odd{number}"})
                assert reply.status_code >= 400
        odd(0)
        series()  # its own request is one too
        before = series()
        for number in range(1, 10):
            odd(number)
        assert series() == before
    finally:
        server.stop()


def test_a_second_xjob_on_the_same_folder_is_welcome(tmp_path):
    cloud = Cloud(tmp_path / "cloud", regions=("RegionOne",))
    second = Process("xjob-2", cloud.xjob_command, tmp_path / "second-log")
    try:
        cloud.start()
        second.start().wait_ready()
        os.kill(cloud.xjob.popen.pid, signal.SIGTERM)
        assert cloud.xjob.wait_end() == 0
        policy, network = cloud.policy(), cloud.network()
        cloud.appear(network)
        cloud.net.update_network(network, qos_policy_id=policy.id)
        cloud.settle()
        cloud.assert_bound("network", network, policy, "RegionOne")
    finally:
        second.stop()
        cloud.stop()


def test_a_vm_has_the_addresses_that_the_centre_gave_it_whatever_they_follow_from(cloud):
    network = cloud.network()
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    automatic = cloud.net.create_subnet(network_id=network.id, ip_version=6, cidr="fd11::/64", **modes)
    port = cloud.boot("RegionOne", network, mac_address="fa:16:3e:00:00:14")
    addresses = {"10.1.0.2", "fd11::f816:3eff:fe00:14"}
    for server in (cloud.net, cloud.pods["RegionOne"].net):
        assert {ip["ip_address"] for ip in server.get_port(port.id).fixed_ips} == addresses
    # The pod that only looks at the port keeps its addresses as taken too.
    other = cloud.pods["RegionTwo"].net
    assert {ip["ip_address"] for ip in other.get_port(port.id).fixed_ips} == addresses
    assert other.get_subnet(automatic.id).ipv6_ra_mode == "slaac"
