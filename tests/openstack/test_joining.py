"""A real region joins: found in Keystone's catalogue, looked at, and what is wrong is one clear sentence."""
import contextlib
import json

import openstack
import pytest
import requests

from harness.api import wait_until
from harness.commands import run
from harness.tls import Authority, TlsRelay
from own_pod import OwnPod
from real_pods import RealCloud

REGION = "RegionOne"
OWN = "RegionOfItsOwn"
NO_QOS = (OWN + ": it has no QoS: add qos to service_plugins in its neutron.conf, and qos to the extension drivers\n"
          "No policy can be kept true in " + OWN + " as it is. Put it right, then: tricircle pod check " + OWN + "\n")


@pytest.fixture
def centre_with(lab, tmp_path):
    """Makes a centre without pods, with other credentials than the right ones if so asked, and `more` sections."""
    clouds = []

    def make(more="", **changes):
        cloud = RealCloud(tmp_path / f"cloud{len(clouds)}", lab, regions=[])
        text = cloud.config.read_text()
        for name, value in changes.items():
            text = "\n".join(f"{name} = {value}" if line.startswith(name + " =") else line
                             for line in text.split("\n"))
        cloud.config.write_text(text + more)
        clouds.append(cloud)
        return cloud.start()
    yield make
    for cloud in clouds:
        cloud.stop()


def join(cloud, region=REGION, *arguments, code=0):
    return run("pod", "create", region, "--az-name", "az", "-f", "json", *arguments, url=cloud.central.url, code=code)


def test_a_region_is_found_in_the_catalogue_and_is_well(centre_with, lab):
    cloud = centre_with()
    assert json.loads(join(cloud))["neutron_url"] == lab.pods[REGION].url
    found = json.loads(run("pod", "check", REGION, "-f", "json", url=cloud.central.url))
    assert found["well"] and not [problem for problem in found["problems"] if problem["fatal"]]
    (driver,) = [driver for driver in found["rule_types"]["bandwidth_limit"] if driver["name"] == "openvswitch"]
    assert "max_kbps" in {parameter["parameter_name"] for parameter in driver["supported_parameters"]}
    # And then policies hold there.
    cloud.pods = {REGION: lab.pods[REGION].seen_by(cloud.project)}
    policy, network = cloud.policy(), cloud.network()
    local = cloud.appear(network, REGION)
    cloud.net.update_network(network, qos_policy_id=policy.id)
    cloud.rest()
    cloud.assert_bound("network", network, policy, REGION, local[REGION])


def test_a_region_that_the_catalogue_does_not_have_is_named(centre_with):
    words = join(centre_with(), "RegionNine", code=6)
    assert "no public endpoint of a service of type network in region RegionNine" in words and REGION in words


def test_a_wrong_password_is_keystones_word(centre_with):
    words = join(centre_with(password="wrong"), code=6)
    assert "Keystone at" in words and "gave no token" in words


@pytest.fixture
def identity(lab):
    """The lab's Keystone as its admin sees it."""
    return openstack.connection.Connection(session=lab.connect(REGION).config.get_session()).identity


@contextlib.contextmanager
def user(identity, name, role):
    """A user of the service project, for as long as the block lasts; with the credentials that it has at first."""
    project = identity.find_project("service") or identity.find_project("admin")
    made = identity.create_user(name=name, password="secret", domain_id="default")
    identity.assign_project_role_to_user(project, made, identity.find_role(role))
    try:
        yield made, {"username": name, "password": "secret", "project_name": project.name}
    finally:
        identity.delete_user(made)


def test_who_has_no_rights_there_is_told_which(centre_with, identity):
    with user(identity, "nobody-special", "member") as (_, credentials):
        words = join(centre_with(**credentials), code=6)
        assert "does not take user nobody-special for an admin: give it the role admin" in words


def test_a_regions_own_credentials_are_its_alone(centre_with, lab):
    cloud = centre_with(f"[pod:{lab.shared[0]}]\npassword = wrong\n")
    words = join(cloud, lab.shared[0], code=6)
    name = lab.values["TRICIRCLE_USER"]
    assert f"gave no token to user {name}: " in words and words.count("\n") == 2 and "wrong" not in words
    join(cloud, lab.shared[1])


def test_a_region_may_have_what_the_others_have_not(centre_with, lab):
    own = "".join(line + "\n" for line in lab.service_credentials().splitlines() if line.startswith("password"))
    cloud = centre_with(f"[pod:{lab.shared[0]}]\n{own}", password="wrong")
    join(cloud, lab.shared[0])
    assert "gave no token" in join(cloud, lab.shared[1], code=6)


def believes(lab, credentials):
    """Does Keystone believe a token that it gives now? (Of a password's second it believes none: it counts in seconds.)"""
    url = lab.values["KEYSTONE_URL"] + "/auth/tokens"
    domain = {"id": "default"}
    user = {"name": credentials["username"], "password": credentials["password"], "domain": domain}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": credentials["project_name"], "domain": domain}}}
    reply = requests.post(url, json={"auth": auth}, timeout=20)
    assert reply.status_code == 201, reply.text
    token = reply.headers["X-Subject-Token"]
    return requests.get(url, headers={"X-Auth-Token": token, "X-Subject-Token": token}, timeout=20).status_code == 200


def test_a_revoked_token_is_renewed_and_nobody_sees_it_unless_keystone_refuses(centre_with, lab, identity):
    """The regions after the first have never seen the token, so that none of them has it in a cache of its own."""
    first, second, third = lab.pods
    with user(identity, "short-lived", "admin") as (made, credentials):
        cloud = centre_with("[DEFAULT]\ndebug = true\n", **credentials)
        join(cloud, first, "--neutron-url", lab.pods[first].url)
        # A new password ends all tokens.
        identity.update_user(made, password="another")
        identity.update_user(made, password="secret")
        wait_until(lambda: believes(lab, credentials), what="a token of another second than the password's")
        join(cloud, second, "--neutron-url", lab.pods[second].url)
        log = cloud.xjob.log_text(10 ** 6)
        assert f"pod_call region={second} method=GET path=/v2.0/extensions?fields=alias status=401" in log
        identity.update_user(made, password="another")
        words = join(cloud, third, "--neutron-url", lab.pods[third].url, code=6)
        assert "Keystone at" in words and "gave no token to user short-lived: " in words and words.count("\n") == 2


def test_a_keystone_behind_tls_is_believed_by_its_authority_only(centre_with, lab, tmp_path):
    ours, theirs = Authority(tmp_path / "ours", "ours"), Authority(tmp_path / "theirs", "theirs")
    port = int(lab.values["KEYSTONE_URL"].rsplit(":", 1)[1].split("/")[0])
    with TlsRelay(port, ours.server()) as relay:
        own = f"[pod:{lab.shared[1]}]\nauth_url = {relay.url}/v3\ncafile = {theirs.file}\n"
        cloud = centre_with(f"[keystone_authtoken]\ncafile = {ours.file}\n" + own, auth_url=relay.url + "/v3")
        join(cloud, lab.shared[0])
        words = join(cloud, lab.shared[1], code=6)
        assert f"{lab.shared[1]}: Keystone at {relay.url}/v3 gave no token to user" in words
        assert f"cafile {theirs.file} does not vouch for its certificate: set cafile" in words


def test_the_url_follows_the_catalogues_endpoint_of_the_interface(centre_with, lab, identity):
    region, service = "RegionInside", next(identity.services(type="network"))
    identity.create_region(id=region)
    first, second = (lab.pods[name].url for name in lab.shared)
    endpoint = identity.create_endpoint(service_id=service.id, interface="internal", region_id=region, url=first)
    try:
        cloud = centre_with()
        assert f"no public endpoint of a service of type network in region {region}" in join(cloud, region, code=6)

        def says(*words, code=0):
            return run("pod", *words[:1], region, *words[1:], "-f", "json", url=cloud.central.url, code=code)
        moved = json.loads(says("set", "--interface", "internal"))
        assert (moved["neutron_url"], moved["interface"], moved["from_catalogue"]) == (first, "internal", True)
        identity.update_endpoint(endpoint, url=second)
        assert json.loads(says("check"))["neutron_url"] == second
        # One that is not there leaves the URL that is known.
        assert "no internal endpoint of a service of type lbaas" in says("set", "--service-type", "lbaas", code=6)
        assert cloud.admin.pods()[region]["neutron_url"] == second
        # And an operator's own word is followed by no catalogue.
        assert json.loads(says("set", "--neutron-url", first))["from_catalogue"] is False
        assert json.loads(says("check"))["neutron_url"] == first
        assert json.loads(says("set", "--from-catalogue", "--service-type", "network"))["neutron_url"] == second
    finally:
        identity.delete_endpoint(endpoint)
        identity.delete_region(region)


@pytest.fixture
def own_pod(lab, tmp_path):
    """A Neutron of this test's own, not started yet."""
    pod = OwnPod(lab, tmp_path / "pod")
    yield pod
    pod.remove()


def test_a_region_without_qos_is_told_what_it_lacks_and_is_well_when_it_has_it(centre_with, own_pod):
    own_pod.start(service_plugins="", extension_drivers="port_security")
    cloud = centre_with()
    assert join(cloud, OWN, "--neutron-url", own_pod.url, code=6) == NO_QOS
    assert run("pod", "check", OWN, url=cloud.central.url, code=6) == NO_QOS
    own_pod.stop()
    own_pod.start(service_plugins="qos", extension_drivers="port_security,qos")
    found = json.loads(run("pod", "check", OWN, "-f", "json", url=cloud.central.url))
    assert found["well"] and found["problems"] == []
