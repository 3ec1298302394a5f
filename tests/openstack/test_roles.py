"""What a member, a reader, a manager and an administrator may each do, with tokens of the real Keystone."""
import contextlib
import types
import uuid

import openstack
import pytest
from openstack import exceptions

PASSWORD = "a-secret-for-tests"


class Project:
    """A project of its own in Keystone, with a user for each role; `people.reader` is that user's network service."""

    def __init__(self, centre):
        self.centre, self.identity = centre, centre.as_user("admin").identity
        self.name = "roles-" + uuid.uuid4().hex[:8]
        self.project = self.identity.create_project(name=self.name, domain_id="default")
        self.id, self.users = self.project.id, []

    def person(self, role):
        """openstacksdk's network service as a user who has this role in the project and no other."""
        found = self.identity.find_role(role) or self.identity.create_role(name=role)
        name = f"{self.name}-{role}"
        user = self.identity.create_user(name=name, password=PASSWORD, domain_id="default")
        self.users.append(user)
        self.identity.assign_project_role_to_user(self.project, user, found)
        return openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=self.centre.lab.values["KEYSTONE_URL"],
            username=name, password=PASSWORD, project_name=self.name, user_domain_id="default",
            project_domain_id="default", region_name="RegionOne",
            network_endpoint_override=self.centre.server.url).network

    def remove(self):
        for user in self.users:
            self.identity.delete_user(user)
        self.identity.delete_project(self.project)


@pytest.fixture
def project(centre):
    made = Project(centre)
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture
def people(centre, project):
    """Of one project, and `admin` of the cloud and `stranger` of another project."""
    return types.SimpleNamespace(
        **{role: project.person(role) for role in ("reader", "member", "manager")},
        admin=centre.as_user("admin").network, stranger=centre.as_user("demo").network)


@contextlib.contextmanager
def refused(status):
    with pytest.raises(exceptions.HttpException) as caught:
        yield
    assert caught.value.status_code == status, caught.value


def test_a_reader_sees_what_is_the_projects_and_changes_nothing(people):
    network = people.member.create_network(name="shop")
    assert people.reader.get_network(network).name == "shop"
    assert [one.id for one in people.reader.networks()] == [network.id]
    for write in (lambda: people.reader.create_network(name="no"),
                  lambda: people.reader.update_network(network, name="no"),
                  lambda: people.reader.delete_network(network, ignore_missing=False),
                  lambda: people.reader.set_tags(network, ["no"]),
                  lambda: people.reader.create_qos_policy(name="no"),
                  lambda: people.reader.create_rbac_policy(object_type="network", object_id=network.id,
                                                           action="access_as_shared", target_project_id="x")):
        with refused(403):
            write()
    assert people.reader.get_network(network).name == "shop"
    assert len(list(people.reader.qos_rule_types())) == 5


def test_a_member_works_with_networks_and_binds_policies_but_makes_none(people, project):
    gold = people.admin.create_qos_policy(name="gold", is_shared=True)
    hidden = people.admin.create_qos_policy(name="hidden")
    network = people.member.create_network(name="shop", qos_policy_id=gold.id)
    people.member.create_subnet(network_id=network.id, ip_version=4, cidr="10.1.0.0/24")
    port = people.member.create_port(network_id=network.id)
    assert (port.project_id, port.qos_network_policy_id) == (project.id, gold.id)
    assert port.binding_host_id is None and port.resource_request is None, "for administrators"
    people.member.update_network(network, qos_policy_id=None)
    with refused(404):
        people.member.update_network(network, qos_policy_id=hidden.id)
    people.admin.update_network(network, qos_policy_id=hidden.id)
    with refused(403):
        people.member.update_network(network, qos_policy_id=None)
    for write in (lambda: people.member.create_qos_policy(name="no"),
                  lambda: people.member.update_qos_policy(gold, name="no"),
                  lambda: people.member.create_qos_dscp_marking_rule(gold, dscp_mark=10),
                  lambda: people.member.create_network(name="no", is_shared=True),
                  lambda: people.member.create_network(name="no", provider_network_type="vlan"),
                  lambda: people.member.update_port(port, binding_host_id="host-1"),
                  lambda: people.member.update_quota(project.id, networks=1000)):
        with refused(403):
            write()


def test_a_manager_runs_the_policies_of_the_own_project_alone(people, project):
    foreign = people.admin.create_qos_policy(name="foreign", is_shared=True)
    silver = people.manager.create_qos_policy(name="silver")
    assert silver.project_id == project.id
    rule = people.manager.create_qos_bandwidth_limit_rule(silver, max_kbps=1000, max_burst_kbps=100)
    people.manager.update_qos_bandwidth_limit_rule(rule, silver, max_kbps=2000)
    people.manager.update_qos_policy(silver, description="ours")
    network = people.manager.create_network(name="shop", qos_policy_id=silver.id)
    assert people.member.get_network(network).qos_policy_id == silver.id
    with refused(403):
        people.manager.update_qos_policy(foreign, name="mine")
    with refused(403):
        people.manager.create_qos_dscp_marking_rule(foreign, dscp_mark=10)
    with refused(400):
        people.manager.create_qos_policy(name="for others", project_id=people.admin.get_project_id())
    people.manager.update_network(network, qos_policy_id=None)
    people.manager.delete_qos_policy(silver, ignore_missing=False)


def test_an_administrator_does_it_all_for_every_project(people, project):
    policy = people.admin.create_qos_policy(name="theirs", project_id=project.id, is_shared=True)
    network = people.member.create_network(name="shop")
    people.admin.update_network(network, qos_policy_id=policy.id, is_shared=True)
    assert people.stranger.get_network(network).is_shared
    people.admin.update_quota(project.id, networks=1)
    with pytest.raises(exceptions.ConflictException, match="OverQuota|Quota exceeded"):
        people.member.create_network(name="one too many")
    port = people.admin.create_port(network_id=network.id, project_id=project.id, binding_host_id="host-1")
    assert people.admin.get_port(port).binding_host_id == "host-1"
    people.admin.delete_quota(project.id)


def test_what_is_another_projects_is_not_there(people):
    network = people.member.create_network(name="shop")
    policy = people.manager.create_qos_policy(name="silver")
    assert people.stranger.find_network(network.id) is None
    assert policy.id not in [one.id for one in people.stranger.qos_policies()]
    for touch in (lambda: people.stranger.update_network(network, name="mine"),
                  lambda: people.stranger.delete_network(network, ignore_missing=False),
                  lambda: people.stranger.get_qos_policy(policy.id),
                  lambda: people.stranger.create_port(network_id=network.id)):
        with refused(404):
            touch()


def test_an_operators_own_rules_hold_and_a_bad_one_is_named(centre, project):
    centre.server.stop()
    centre.rules("# ours\ncreate_policy: rule:admin_only or rule:project_member\nget_network:mtu: rule:admin_only\n")
    centre.server.start()
    member = project.person("member")
    assert member.create_qos_policy(name="bronze").project_id == project.id
    network = member.create_network(name="shop")
    assert network.mtu is None and centre.as_user("admin").network.get_network(network).mtu == 1500
    centre.server.stop()
    centre.rules("create_policy: role:member\ncreate_network: (role:member\n")
    with pytest.raises(AssertionError, match=r"policy.yaml:2"):
        centre.server.start()
