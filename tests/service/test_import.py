"""A region that has networks, ports and policies already is taken over: `tricircle network import`, `policy import` and
`pod import`. Embedded pods stand for it, with what their own users have made there."""
import json
import subprocess

import pytest

from cloud import connect, rule_set, wait_until
from harness.importing import Import, take_over
from harness.processes import binary

GOLD = {"bandwidth_limit": {"max_kbps": 1000, "max_burst_kbps": 100, "direction": "egress"}, "dscp_marking": {"dscp_mark": 26}}


class Region:
    """One pod as its own users know it."""

    def __init__(self, cloud, name):
        self.cloud, self.name, self.net = cloud, name, cloud.pods[name].net

    def policy(self, name, rules=None, **attributes):
        policy = self.net.create_qos_policy(name=name, **attributes)
        for kind, values in (GOLD if rules is None else rules).items():
            reply = self.net.post(f"/qos/policies/{policy.id}/{kind}_rules", json={f"{kind}_rule": values})
            assert reply.status_code == 201, reply.text
        return self.net.get_qos_policy(policy.id)

    def network(self, name, cidr="10.5.0.0/24", **attributes):
        network = self.net.create_network(name=name, **attributes)
        self.net.create_subnet(network_id=network.id, name=name + "-subnet", ip_version=4, cidr=cidr)
        return network

    def port(self, network, **attributes):
        return self.net.create_port(network_id=network.id, **attributes)

    def writes(self):
        """What XJob has asked of the pod but for reads."""
        return {route: count for (method, route), count in self.cloud.pods[self.name].calls().items() if method != "GET"}


@pytest.fixture
def region(cloud):
    return Region(cloud, "RegionOne")


@pytest.fixture
def other(cloud):
    return Region(cloud, "RegionTwo")


def revisions(region):
    return {thing.id: (thing.revision_number, thing.qos_policy_id) for thing in [*region.net.networks(), *region.net.ports()]}


def without(thing, *names):
    return {key: value for key, value in thing.to_dict().items()
            if key not in ("location", "created_at", "updated_at", "revision_number", *names)}


def test_networks_come_with_subnets_and_ports_under_their_ids_and_with_all_that_they_are(cloud, region):
    network = region.network("web", description="of the region", mtu=1400)
    port = region.port(network, name="vm", device_id="vm-1", device_owner="compute:nova", binding_host_id="host-1")
    shown = take_over(cloud, "network", "import", "--pod", "RegionOne", "--all")
    assert shown.count("adopt", "port", "to_do") == 1 and list(cloud.net.networks()) == []
    done = take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    assert [done.count("adopt", kind) for kind in ("network", "subnet", "port")] == [1, 1, 1]
    assert done.found("web") == "with 1 subnet and 1 port"
    assert without(cloud.net.get_network(network.id), "availability_zones") == \
        without(region.net.get_network(network.id), "availability_zones")
    (here,), (there,) = cloud.net.subnets(), region.net.subnets()
    assert without(here) == without(there)
    assert without(cloud.net.get_port(port.id)) == without(region.net.get_port(port.id))
    assert cloud.net.get_port(port.id).binding_host_id == "host-1"
    routings = {(row["resource_type"], row["top_id"], row["bottom_id"]) for row in cloud.admin.routings()}
    assert routings == {("network", network.id, network.id), ("port", port.id, port.id)}
    assert cloud.admin.jobs() == [] and region.writes() == {}


def test_only_named_networks_come_and_what_turned_up_since_comes_with_a_second_run(cloud, region):
    wanted, _ = region.network("wanted"), region.network("unwanted")
    region.port(wanted, name="first")
    take_over(cloud, "network", "import", "--pod", "RegionOne", wanted.id, "--apply")
    assert [network.name for network in cloud.net.networks()] == ["wanted"]
    again = take_over(cloud, "network", "import", "--pod", "RegionOne", wanted.id, "--apply")
    assert again.lines() == ["known network wanted"]
    region.port(wanted, name="second")
    more = take_over(cloud, "network", "import", "--pod", "RegionOne", wanted.id, "--apply")
    assert more.lines() == ["adopt port second done", "known network wanted"]
    assert more.found("wanted") == "new here: 0 subnets and 1 port"
    assert {port.name for port in cloud.net.ports()} == {"first", "second"}


def test_a_network_that_the_region_does_not_show_is_told_of(cloud, region):
    nobody = "99999999-9999-4999-8999-999999999999"
    done = take_over(cloud, "network", "import", "--pod", "RegionOne", nobody, "--apply")
    assert done.found("") == "the region did not show it"
    assert list(cloud.net.networks()) == []


def test_a_network_that_the_region_has_from_the_centre_is_known_with_what_is_on_it(cloud, region):
    network = cloud.network()
    cloud.appear(network, "RegionOne")
    cloud.boot("RegionOne", network)
    done = take_over(cloud, "pod", "import", "RegionOne", "--apply")
    assert done.lines() == ["known network net"]


def test_an_address_that_is_taken_is_recorded_all_the_same_and_none_of_the_regions_is_given_out(cloud, region):
    network = region.network("web", cidr="10.5.0.0/29")
    region.port(network, name="dhcp", device_owner="network:dhcp", device_id="dhcp-1")
    region.port(network, name="vm")
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    taken = {ip["ip_address"] for port in cloud.net.ports() for ip in port.fixed_ips}
    assert len(taken) == 2
    given = {ip["ip_address"] for _ in range(3) for ip in cloud.net.create_port(network_id=network.id).fixed_ips}
    assert len(given) == 3 and not given & taken
    # The region gives one of them out too, before it is asked again.
    late = region.port(network, name="late", fixed_ips=[{"ip_address": sorted(given)[0]}])
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    assert cloud.net.get_port(late.id).fixed_ips == late.fixed_ips
    (double,) = json.loads(subprocess.run([binary(), "network", "duplicates", network.id, "--url", cloud.central.url,
                                           "-f", "json"], check=True, capture_output=True, text=True).stdout)
    assert double["ip_address"] == sorted(given)[0] and late.id in double["ports"] and len(double["ports"]) == 2


def test_policies_that_are_alike_become_one_and_later_edits_reach_both_regions(cloud, region, other):
    local = {side.name: (side.policy("gold"), side.network("web " + side.name)) for side in (region, other)}
    for side in (region, other):
        policy, network = local[side.name]
        side.net.update_network(network, qos_policy_id=policy.id)
    port = region.port(local["RegionOne"][1], name="vm", qos_policy_id=region.policy("silver", {}).id)
    before = revisions(region), revisions(other)
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    take_over(cloud, "network", "import", "--pod", "RegionTwo", "--all", "--apply")
    assert all(network.qos_policy_id is None for network in cloud.net.networks())
    both = ("policy", "import", "--pod", "RegionOne", "--pod", "RegionTwo")
    plan = take_over(cloud, *both)
    assert list(cloud.net.qos_policies()) == []
    done = take_over(cloud, *both, "--apply")
    assert [line.replace(" to_do", " done") for line in plan.lines()] == done.lines()
    assert done.lines("policy") == ["adopt policy gold done"] * 2 + ["adopt policy silver done"]
    assert (done.count("associate", "network"), done.count("associate", "port")) == (2, 1)
    central = {policy.name: policy for policy in cloud.net.qos_policies()}
    assert set(central) == {"gold", "silver"} and rule_set(central["gold"]) == rule_set(local["RegionOne"][0])
    for side in (region, other):
        policy, network = local[side.name]
        assert cloud.net.get_network(network.id).qos_policy_id == central["gold"].id
        assert cloud.copy_id(central["gold"], side.name) == policy.id
    assert cloud.net.get_port(port.id).qos_policy_id == central["silver"].id
    cloud.rest()
    assert cloud.admin.jobs() == []
    assert {state["state"] for state in cloud.copies() + cloud.bindings()} == {"in_sync"}
    assert (revisions(region), revisions(other)) == before
    for side in (region, other):
        assert set(side.writes()) <= {"/v2.0/policies/{id}/tags/{tag}"}, side.writes()
        assert cloud.audit(side.name)["found"] == 0
        assert take_over(cloud, "policy", "import", "--pod", side.name, "--apply").about["items"]["done"] == 0
    tagged = [side.writes() for side in (region, other)]
    rule = cloud.net.get_qos_policy(central["gold"].id).rules
    (limit,) = [one["id"] for one in rule if one["type"] == "bandwidth_limit"]
    cloud.net.update_qos_bandwidth_limit_rule(limit, central["gold"].id, max_kbps=5000)
    cloud.rest()
    for side, writes in zip((region, other), tagged):
        assert sum(side.writes().values()) == sum(writes.values()) + 1
        cloud.assert_copy_is_true(central["gold"], side.name)


def test_what_differs_is_shown_and_left_and_so_is_what_is_not_the_centres_to_take(cloud, region, other):
    region.policy("gold")
    other.policy("gold", {"bandwidth_limit": {**GOLD["bandwidth_limit"], "max_kbps": 9}, "dscp_marking": {"dscp_mark": 26}})
    region.policy("silver", description="ours")
    central = cloud.policy("silver")
    region.policy("tagged").id
    tagged = next(region.net.qos_policies(name="tagged"))
    region.net.put(f"/policies/{tagged.id}/tags/tricircle:{central.id}")
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--pod", "RegionTwo", "--apply")
    assert done.lines() == ["differs policy gold"] * 2 + ["differs policy silver", "left policy tagged"]
    found = {item["found"] for item in done.items if item["name"] == "gold"}
    assert any("max_kbps is 9 instead of 1000" in words for words in found), found
    assert 'description is "ours" instead of ""' in done.found("silver")
    assert [policy.id for policy in cloud.net.qos_policies()] == [central.id]
    assert cloud.copies() == [] and region.writes() == {} == other.writes()


def test_a_policy_that_is_like_a_central_one_becomes_its_copy(cloud, region, other):
    central, network = cloud.bound_everywhere()
    cloud.pods["RegionTwo"].net.get_network(network.id)
    late = region.policy("late")
    central = cloud.policy("late")
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    assert done.lines() == ["known policy gold", "link policy late done"]
    assert cloud.copy_id(central, "RegionOne") == late.id
    cloud.rest()
    own = region.network("web")
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    writes = region.writes()
    cloud.net.update_network(own.id, qos_policy_id=central.id)
    cloud.rest()
    cloud.assert_bound("network", own, central, "RegionOne")
    assert sum(region.writes().values()) == sum(writes.values()) + 1


def test_the_second_of_two_alike_in_one_region_is_a_policy_of_its_own(cloud, region):
    twins = {region.policy("gold").id, region.policy("gold").id}
    take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    central = list(cloud.net.qos_policies())
    assert len(central) == 2 and {cloud.copy_id(policy, "RegionOne") for policy in central} == twins


def test_what_the_centre_wishes_already_and_ports_of_the_regions_own_get_no_association(cloud, region):
    gold = region.policy("gold")
    network = region.network("web", qos_policy_id=gold.id)
    router = region.port(network, name="dhcp", device_owner="network:dhcp", qos_policy_id=gold.id)
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    wished = cloud.policy("wished", rules=())
    cloud.admin.call("PUT", "/pauses/policy/" + wished.id)  # so that it does not come there
    cloud.net.update_network(network.id, qos_policy_id=wished.id)
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    assert done.lines() == ["adopt policy gold done", "left network web", "left port dhcp"]
    assert "the centre wishes policy " + wished.id in done.found("web")
    assert done.found("dhcp") == "a port of the region's own: network:dhcp"
    assert cloud.net.get_port(router.id).qos_policy_id is None


def test_an_object_that_is_elsewhere_too_is_not_changed_there(cloud, region, other):
    network = cloud.network()
    cloud.appear(network)
    gold = region.policy("gold")
    region.net.update_network(network, qos_policy_id=gold.id)
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    assert "RegionTwo as well" in done.found("net")
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--pod", "RegionTwo", "--apply")
    assert done.count("associate", "network") == 0
    assert cloud.net.get_network(network.id).qos_policy_id is None
    assert other.net.get_network(network.id).qos_policy_id is None


def test_sharing_comes_and_what_it_is_by_rbac_entries_is_told(cloud, region):
    region.policy("for all", shared=True)
    some = region.policy("for some")
    region.net.create_rbac_policy(object_type="qos_policy", object_id=some.id, action="access_as_shared",
                                  target_tenant="acme")
    region.policy("usual", is_default=True)
    done = take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    assert "with project acme" in done.found("for some") and "default is not copied" in done.found("usual")
    central = {policy.name: policy for policy in cloud.net.qos_policies()}
    assert central["for all"].is_shared and not central["for some"].is_shared and not central["usual"].is_default


def test_a_whole_region_at_once_and_a_second_run_changes_nothing(cloud, region):
    gold = region.policy("gold")
    network = region.network("web", qos_policy_id=gold.id)
    region.port(network, name="vm", qos_policy_id=gold.id)
    before = revisions(region)
    plain = subprocess.run([binary(), "pod", "import", "RegionOne", "--url", cloud.central.url], check=True,
                           capture_output=True, text=True)
    assert "with 1 subnet and 1 port" in plain.stdout and "To do it: --apply" in plain.stderr
    assert "objects in" in plain.stderr
    take_over(cloud, "pod", "import", "RegionOne", "--apply")
    cloud.rest()
    again = subprocess.run([binary(), "pod", "import", "RegionOne", "--apply", "--url", cloud.central.url], check=True,
                           capture_output=True, text=True)
    assert "nothing was changed" in again.stderr
    (central,) = cloud.net.qos_policies()
    assert {thing.qos_policy_id for thing in [*cloud.net.networks(), *cloud.net.ports()]} == {central.id}
    assert cloud.audit("RegionOne")["found"] == 0 and revisions(region) == before


def test_what_came_late_and_bears_an_imported_policy_gets_it_at_the_centre_too(cloud, region):
    gold = region.policy("gold")
    take_over(cloud, "policy", "import", "--pod", "RegionOne", "--apply")
    region.network("late", qos_policy_id=gold.id)
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    (network,), (central,) = cloud.net.networks(), cloud.net.qos_policies()
    assert network.qos_policy_id == central.id
    cloud.rest()
    assert cloud.audit("RegionOne")["found"] == 0


def test_what_has_changed_at_the_centre_since_the_plan_is_skipped(cloud, region):
    gold, network = region.policy("gold"), region.network("web")
    region.net.update_network(network, qos_policy_id=gold.id)
    take_over(cloud, "network", "import", "--pod", "RegionOne", "--all", "--apply")
    plan = take_over(cloud, "policy", "import", "--pod", "RegionOne")
    mine = cloud.policy("gold")
    path = "/imports/" + plan.about["id"]
    about = cloud.admin.call("POST", path + "/apply")["import"]
    assert (about["items"]["done"], about["items"]["skipped"], about["status"]) == (0, 2, "applied")
    assert [policy.id for policy in cloud.net.qos_policies()] == [mine.id]
    assert "meanwhile" in cloud.admin.call("GET", path + "/items")["items"][0]["found"]


def test_a_silent_region_is_waited_for_and_the_wait_can_be_given_up(cloud):
    cloud.pods["RegionTwo"].stop()
    run = Import(cloud, "pod", "import", "RegionTwo", "--timeout", "1")
    assert run.code == 5 and "The centre goes on" in run.words, run.words
    (waiting,) = cloud.admin.call("GET", "/imports")["imports"]
    cloud.admin.call("POST", f"/imports/{waiting['id']}/apply", expect=409)
    cloud.admin.call("DELETE", f"/imports/{waiting['id']}", expect=204)
    assert cloud.admin.call("GET", "/imports")["imports"] == []


def test_a_run_that_dies_goes_on_where_it_was(cloud, region):
    gold = region.policy("gold")
    region.network("web", qos_policy_id=gold.id)
    for point in range(1, 9):
        cloud.xjob.stop()
        cloud.launch_xjob({"TRICIRCLE_DIE_AT": str(point)})
        body = {"import": {"pods": [cloud.pod_id("RegionOne")], "what": ["networks", "policies"]}}
        asked = cloud.admin.call("POST", "/imports", body, expect=202)["import"]["id"]
        wait_until(lambda: not cloud.xjob.running() or
                   cloud.admin.call("GET", "/imports/" + asked)["import"]["planned_at"], what="a death or a plan")
        cloud.start_xjob()
        wait_until(lambda: cloud.admin.call("GET", "/imports/" + asked)["import"]["planned_at"], what="the plan")
        items = cloud.admin.call("GET", f"/imports/{asked}/items")["items"]
        assert [(item["action"], item["resource_type"]) for item in items] == \
            [("adopt", "network"), ("adopt", "subnet"), ("adopt", "policy"), ("associate", "network")]


@pytest.mark.parametrize("body, status", [
    ({"import": {"pods": ["nobody"], "what": ["networks"]}}, 404),
    ({"import": {"pods": [], "what": ["networks"]}}, 400),
    ({"import": {"pods": "{pod}", "what": ["networks"]}}, 400),
    ({"import": {"pods": ["{pod}"], "what": []}}, 400),
    ({"import": {"pods": ["{pod}"], "what": ["routers"]}}, 400),
    ({"import": {"pods": ["{pod}"], "what": ["networks"], "networks": ["x"]}}, 400),
    ({"import": {"pods": ["{pod}"], "what": ["policies"], "networks": ["11111111-1111-4111-8111-111111111111"]}}, 400),
    ({"import": {"pods": ["{pod}"], "what": ["networks"], "force": True}}, 400),
    ({"import": []}, 400),
    ({}, 400),
])
def test_bad_input_gets_a_clear_word_and_asks_for_nothing(cloud, body, status):
    text = json.dumps(body).replace("{pod}", cloud.pod_id("RegionOne"))
    cloud.admin.call("POST", "/imports", json.loads(text), expect=status)
    assert cloud.admin.call("GET", "/imports")["imports"] == []


def test_neither_ids_nor_all_is_a_mistake(cloud):
    run = Import(cloud, "network", "import", "--pod", "RegionOne")
    assert run.code == 2 and "--all" in run.words


def test_only_admins_may_ask(cloud):
    session = connect(cloud.central.url, "acme", roles="member").session
    for method, path in (("GET", "/imports"), ("POST", "/imports"), ("GET", "/imports/x"), ("POST", "/imports/x/apply"),
                         ("GET", "/duplicates")):
        reply = session.request(cloud.central.url + "/v1.0" + path, method, raise_exc=False)
        assert reply.status_code == 403
