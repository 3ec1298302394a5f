"""A real region joins: found in Keystone's catalogue, looked at, and what is wrong is one clear sentence."""
import json

import pytest

from harness.commands import run
from real_pods import QUICK, RealCloud

REGION = "RegionOne"


@pytest.fixture
def centre_with(lab, tmp_path):
    """Makes a centre without pods, with other credentials than the right ones if so asked."""
    clouds = []

    def make(**changes):
        cloud = RealCloud(tmp_path / f"cloud{len(clouds)}", lab, regions=[])
        text = cloud.config.read_text()
        for name, value in changes.items():
            text = "\n".join(f"{name} = {value}" if line.startswith(name + " =") else line
                             for line in text.split("\n"))
        cloud.config.write_text(text)
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


def test_who_has_no_rights_there_is_told_which(centre_with, lab):
    keystone = lab.connect(REGION).config.get_session()
    import openstack
    identity = openstack.connection.Connection(session=keystone).identity
    project = identity.find_project("service") or identity.find_project("admin")
    user = identity.create_user(name="nobody-special", password="secret", domain_id="default")
    identity.assign_project_role_to_user(project, user, identity.find_role("member"))
    try:
        words = join(centre_with(username="nobody-special", password="secret", project_name=project.name), code=6)
        assert "does not take user nobody-special for an admin: give it the role admin" in words
    finally:
        identity.delete_user(user)
