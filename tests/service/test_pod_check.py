"""A region is added: what its Neutron lacks is said in plain words before anything depends on it."""
import http.server
import json
import threading

import pytest
import requests

from cloud import FAST, Cloud
from harness.commands import run
from harness.processes import free_port
from harness.tls import DAY, Authority, TlsRelay


def check(cloud, region, code=0):
    """The check as JSON, or what is said on standard error when the pod is not fit."""
    said = run("pod", "check", region, "-f", "json", url=cloud.central.url, code=code)
    return json.loads(said) if code == 0 else said


def add(cloud, url, *arguments, code=6):
    return run("pod", "create", "RegionThree", "--az-name", "az3", *(["--neutron-url", url] if url else []), *arguments,
               url=cloud.central.url, code=code)


def test_a_pod_that_has_all_is_well_and_its_rule_types_are_known(cloud):
    found = check(cloud, "RegionOne")
    assert found["well"] and found["problems"] == [] and found["checked_at"]
    parameters = {parameter["parameter_name"] for driver in found["rule_types"]["bandwidth_limit"]
                  for parameter in driver["supported_parameters"]}
    assert {"max_kbps", "max_burst_kbps", "direction"} <= parameters
    assert cloud.admin.call("GET", f"/pods/{cloud.pod_id('RegionOne')}/check")["check"]["checks"] == found["checks"]


def test_a_pod_that_does_not_answer_is_added_and_said_to_be_silent(cloud):
    words = add(cloud, f"http://127.0.0.1:{free_port()}")
    assert "RegionThree: Neutron at http://127.0.0.1" in words and "does not answer" in words
    assert "RegionThree" in cloud.admin.pods()
    # A pod whose circuit is open is looked at all the same.
    assert "does not answer" in check(cloud, "RegionThree", code=6)


class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def other_server():
    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_no_neutron_is_named(cloud, other_server):
    assert f"what answers at {other_server} is no Neutron of API version v2.0" in add(cloud, other_server)


def test_without_a_url_and_a_keystone_it_says_what_to_give(cloud):
    assert "there is no Keystone to look it up in" in add(cloud, None)
    run("pod", "set", "RegionThree", "--neutron-url", cloud.pods["RegionOne"].url, url=cloud.central.url)
    assert check(cloud, "RegionThree")["well"]


@pytest.mark.parametrize("section, words", [
    ("[pod:]\nusername = x", "a region's section reads [pod:REGION]"),
    ("[pod:RegionOne]\nuser = x", "[pod:RegionOne] user is not known"),
    ("[pod:RegionOne]\npassword = hush\ntimeout = 31", "[pod:RegionOne] timeout is 31 s: at most [xjob] call_deadline, 30 s")])
def test_a_regions_section_that_cannot_be_kept_stops_the_start_with_one_sentence(tmp_path, section, words):
    config = tmp_path / "tricircle.conf"
    config.write_text(section + "\n")
    for role in (["xjob"], ["central", "--no-auth"]):
        said = run(*role, "--state", tmp_path / "state", "--config", config, code=1)
        assert words in said and said.count("\n") == 1 and "hush" not in said


def test_without_xjob_nobody_looks_and_it_says_so(cloud):
    cloud.xjob.stop()
    assert "Is XJob running?" in add(cloud, "http://127.0.0.1:1", "--timeout", "0", code=5)


@pytest.mark.parametrize("method, pod, status", [("GET", "nobody", 404), ("POST", "nobody", 404), ("PUT", "RegionOne", 405)])
def test_what_makes_no_sense_is_refused(cloud, method, pod, status):
    pod_id = cloud.pod_id(pod) if pod.startswith("Region") else pod
    reply = requests.request(method, f"{cloud.central.url}/v1.0/pods/{pod_id}/check", timeout=30)
    assert reply.status_code == status and reply.text


# --- a region that is called otherwise --------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path):
    """Makes a cloud of one embedded pod whose configuration ends in what the test says."""
    clouds = []

    def make(text):
        clouds.append(Cloud(tmp_path / "cloud", regions=("RegionOne",), options=FAST + text))
        return clouds[-1].start()
    yield make
    for cloud in clouds:
        cloud.stop()


def test_a_regions_own_keystone_is_asked_for_it_alone_and_its_user_is_named(told):
    keystone = f"http://127.0.0.1:{free_port()}"
    cloud = told(f"[pod:RegionThree]\nauth_url = {keystone}\nusername = three\npassword = hush\n")
    words = add(cloud, cloud.pods["RegionOne"].url)
    assert f"RegionThree: Keystone at {keystone} gave no token to user three: " in words
    assert check(cloud, "RegionOne")["well"]
    seen = words + cloud.store.read_bytes().decode(errors="replace") + cloud.xjob.log_text()
    assert "three" in seen and "hush" not in seen


@pytest.fixture
def authorities(tmp_path):
    return Authority(tmp_path / "ours", "ours"), Authority(tmp_path / "theirs", "theirs")


def test_a_region_behind_tls_is_well_by_its_own_authority_alone(told, authorities):
    ours, theirs = authorities
    cloud = told(f"[keystone_authtoken]\ncafile = {theirs.file}\n[pod:RegionThree]\ncafile = {ours.file}\n")
    with TlsRelay(cloud.pods["RegionOne"].port, ours.server()) as relay:
        add(cloud, relay.url, code=0)
        # And that authority is for that region only.
        words = run("pod", "create", "RegionFour", "--az-name", "az4", "--neutron-url", relay.url,
                    url=cloud.central.url, code=6)
        assert f"cafile {theirs.file} does not vouch for its certificate" in words


def test_what_is_wrong_with_a_certificate_is_one_sentence(told, authorities):
    ours, theirs = authorities
    cloud = told(f"[pod:RegionThree]\ncafile = {ours.file}\n")
    port = cloud.pods["RegionOne"].port

    def words_for(certificate, command="set"):
        with TlsRelay(port, certificate) as relay:
            if command == "create":
                said = add(cloud, relay.url)
            else:
                said = run("pod", command, "RegionThree", "--neutron-url", relay.url, url=cloud.central.url, code=6)
            assert run("pod", "check", "RegionThree", url=cloud.central.url, code=6) == said
            first, last = said.splitlines()
            assert first.startswith(f"RegionThree: Neutron at {relay.url} does not answer: ") and "pod check" in last
            return first
    assert f"cafile {ours.file} does not vouch for its certificate: set cafile to a file with the authority that signed " \
           "it" in words_for(theirs.server(), "create")
    assert "its certificate, or its authority's, has expired" in words_for(ours.server(ends_in=-DAY))
    assert "its certificate is for another host name than its URL has" in words_for(ours.server("other.example"))
    said = run("pod", "set", "RegionThree", "--neutron-url", f"https://127.0.0.1:{port}", url=cloud.central.url, code=6)
    assert "no TLS is spoken there" in said
    ours.file.rename(ours.file.with_suffix(".away"))
    assert f"cafile {ours.file} cannot be read" in words_for(ours.server())


def test_what_is_put_into_the_authoritys_file_counts_without_a_restart(told, authorities):
    ours, theirs = authorities
    file = theirs.file
    cloud = told(f"[pod:RegionThree]\ncafile = {file}\n")
    with TlsRelay(cloud.pods["RegionOne"].port, ours.server()) as relay:
        assert "does not vouch" in add(cloud, relay.url)
        file.write_bytes(ours.file.read_bytes())
        assert check(cloud, "RegionThree")["well"]
