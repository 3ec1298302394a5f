"""The API over TLS: who speaks it is served as ever, who does not is sent away, and bad files stop the start."""
import contextlib
import http.client
import json
import os
import re
import socket
import ssl

import openstack
import pytest

from cloud import rule_set, wait_until
from harness.commands import run
from harness.processes import Process, binary, free_port
from harness.tls import Authority

QUICK = "[DEFAULT]\nrequest_timeout = 1\n[xjob]\nlease = 1\npoll = 0.05\nprobe_first = 0.2\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def cloud(authority, tmp_path_factory):
    """central, XJob and an embedded pod, all by TLS: `up` with a certificate."""
    folder = tmp_path_factory.mktemp("up")
    config = folder / "tricircle.conf"
    config.write_text(f"[ssl]\ncert_file = {authority.server()}\n[keystone_authtoken]\ncafile = {authority.file}\n{QUICK}")
    ports = free_port(), free_port()
    process = Process("up", [binary(), "up", "--state", folder / "state", "--config", config, "--listen",
                             f"127.0.0.1:{ports[0]}", "--pod", f"RegionOne=127.0.0.1:{ports[1]}"], folder / "log")
    try:
        process.start()
        process.ready = process.wait_ready()
        process.ports = ports
        yield process
    finally:
        process.stop()


def sdk(url, authority):
    made = openstack.connect(load_yaml_config=False, load_envvars=False, auth_type="none", network_endpoint_override=url,
                             region_name="none", cacert=str(authority.file))
    made.session.additional_headers.update({"X-Project-Id": "admin", "X-Roles": "admin"})
    return made.network


def get(port, context):
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    with contextlib.closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().read()


def test_a_policy_is_made_over_tls_and_reaches_a_pod_over_tls(cloud, authority):
    assert cloud.ready == f"central=https://127.0.0.1:{cloud.ports[0]} RegionOne=https://127.0.0.1:{cloud.ports[1]}"
    centre, pod = (sdk(f"https://127.0.0.1:{port}", authority) for port in cloud.ports)
    policy = centre.create_qos_policy(name="gold")
    centre.create_qos_dscp_marking_rule(policy, dscp_mark=26)
    network = centre.create_network(name="shop")
    pod.get_network(network.id)
    centre.update_network(network, qos_policy_id=policy.id)
    copy_id = wait_until(lambda: pod.get_network(network.id).qos_policy_id, what="the policy at the pod's network")
    assert rule_set(pod.get_qos_policy(copy_id)) == rule_set(centre.get_qos_policy(policy.id))


def test_the_commands_believe_the_authority_that_they_are_given(cloud, authority, monkeypatch):
    url = f"https://127.0.0.1:{cloud.ports[0]}"
    assert "certificate" in run("pod", "list", url=url, code=3)
    monkeypatch.setitem(os.environ, "OS_CACERT", str(authority.file))
    assert "RegionOne" in run("pod", "list", url=url)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_versions_since_1_2_are_spoken(cloud, authority, version):
    context = ssl.create_default_context(cafile=authority.file)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    assert get(cloud.ports[0], context) == b"ok\n"


def test_older_versions_are_not(cloud, authority):
    context = ssl.create_default_context(cafile=authority.file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(cloud.ports[0], context)


def to_end(made):
    with contextlib.suppress(ConnectionError):
        return b"".join(iter(lambda: made.recv(65536), b""))
    return b""


def test_who_speaks_plain_http_there_is_sent_away(cloud):
    with socket.create_connection(("127.0.0.1", cloud.ports[0]), timeout=10) as made:
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in to_end(made)


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a hello"])
def test_who_stalls_in_the_handshake_is_cut_off(cloud, sent):
    with socket.create_connection(("127.0.0.1", cloud.ports[0]), timeout=10) as made:
        made.sendall(sent)
        assert to_end(made) == b""


def test_limits_and_framing_are_the_same_as_without(cloud, authority):
    context = ssl.create_default_context(cafile=authority.file)
    head = b"POST /v2.0/qos/policies HTTP/1.1\r\nHost: x\r\n"
    for status, sent in ((400, head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                         (413, head + b"Content-Length: 10485760\r\n\r\n" + b"x" * 100_000),
                         (431, head + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n")):
        plain = socket.create_connection(("127.0.0.1", cloud.ports[0]), timeout=10)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as made:
            made.sendall(sent)
            assert re.findall(rb"^HTTP/1.1 (\d+)", to_end(made), re.M) == [str(status).encode()]


def test_who_does_not_say_goodbye_costs_nothing(cloud, authority):
    context = ssl.create_default_context(cafile=authority.file)
    for _ in range(20):
        plain = socket.create_connection(("127.0.0.1", cloud.ports[0]), timeout=10)
        made = context.wrap_socket(plain, server_hostname="127.0.0.1")
        made.sendall(b"GET /v2.0/networks HTTP/1.1\r\nHost: x\r\n\r\n")
        assert json.loads(made.recv(65536).partition(b"\r\n\r\n")[2] or made.recv(65536))
        socket.socket.close(made)  # no close_notify
    assert get(cloud.ports[0], context) == b"ok\n"


@pytest.mark.parametrize("role", [["central", "--no-auth"], ["up"],
                                  ["local", "--no-auth", "--region", "R", "--central", "http://127.0.0.1:1"]],
                         ids=["central", "up", "local"])
def test_a_file_that_cannot_be_used_stops_the_start_with_a_sentence(authority, tmp_path, role):
    good, other, bad = authority.server(), authority.server(), tmp_path / "bad.pem"
    bad.write_text("no certificate\n")
    config = tmp_path / "tricircle.conf"
    for cert, key, words in ((good, other, f"the key in {other} is not the key of the certificate in {good}"),
                             (good, bad, f"the key file {bad} cannot be used: it must hold a key"),
                             (bad, good, f"the certificate file {bad} cannot be used: it must hold the certificate"),
                             (tmp_path / "none.pem", good, f"the certificate file {tmp_path}/none.pem cannot be used")):
        config.write_text(f"[ssl]\ncert_file = {cert}\nkey_file = {key}\n")
        said = run(*role, "--state", tmp_path / "state", "--listen", f"127.0.0.1:{free_port()}", "--config", config, code=1)
        assert words in said and said.count("\n") == 1
    config.write_text(f"[ssl]\nkey_file = {good}\n")
    assert "[ssl] key_file has no certificate" in run(*role, "--state", tmp_path / "state", "--config", config, code=1)


def test_a_pod_by_itself_calls_its_centre_by_tls(authority, tmp_path):
    config = tmp_path / "tricircle.conf"
    config.write_text(f"[ssl]\ncert_file = {authority.server()}\n[keystone_authtoken]\ncafile = {authority.file}\n{QUICK}")
    urls = [f"https://127.0.0.1:{free_port()}" for _ in range(2)]
    with contextlib.ExitStack() as ended:
        for name, url, more in (("central", urls[0], []), ("local", urls[1], ["--region", "R", "--central", urls[0]])):
            process = Process(name, [binary(), name, "--no-auth", "--config", config, "--state", tmp_path / name, "--listen",
                                     url.removeprefix("https://"), *more], tmp_path / f"{name}-log")
            ended.callback(process.stop)
            process.start().wait_ready()
        made = sdk(urls[0], authority).create_network(name="shop")
        assert sdk(urls[1], authority).get_network(made.id).name == "shop"
