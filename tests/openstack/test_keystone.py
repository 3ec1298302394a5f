"""A centre whose callers bring tokens of a real Keystone."""
import json
import os
import subprocess

import pytest
import requests
from openstack import exceptions

from harness.processes import binary


def assert_unauthorized(reply):
    assert reply.status_code == 401, reply.text
    assert reply.headers["WWW-Authenticate"] == 'Keystone uri="http://keystone.example:5000"'
    assert reply.json()["error"]["code"] == 401


def test_without_a_good_token_nobody_comes_in(centre):
    for headers in ({}, {"X-Auth-Token": "nonsense"}, {"X-Auth-Token": "x" * 20000},
                    {"X-Roles": "admin", "X-Project-Id": "admin", "X-User-Id": "admin"}):
        for path in ("/v2.0/networks", "/v2.0/qos/policies", "/v2.0/extensions", "/v1.0/pods", "/v1.0/jobs"):
            assert_unauthorized(centre.get(path, **headers))
    assert centre.get("/").json()["versions"][0]["id"] == "v2.0"
    assert centre.get("/healthz").status_code == 200


def test_a_token_says_who_somebody_is_whatever_the_other_headers_say(centre):
    admin, demo, alt = centre.as_user("admin"), centre.as_user("demo"), centre.as_user("alt")
    policy = admin.network.create_qos_policy(name="gold", is_shared=True)
    network = demo.network.create_network(name="mine", qos_policy_id=policy.id)
    assert network.project_id == demo.current_project_id
    assert alt.network.find_network(network.id) is None
    with pytest.raises(exceptions.HttpException, match="403"):
        demo.network.create_qos_policy(name="not for members")
    forged = {"X-Auth-Token": demo.auth_token, "X-Roles": "admin", "X-Project-Id": alt.current_project_id}
    reply = requests.post(centre.server.url + "/v2.0/qos/policies", headers=forged, json={"policy": {"name": "forged"}},
                          timeout=30)
    assert reply.status_code == 403
    seen = requests.get(centre.server.url + "/v2.0/networks", headers=forged, timeout=30).json()["networks"]
    assert [one["id"] for one in seen] == [network.id]


def test_the_admin_api_is_for_admins(centre):
    admin, demo = centre.as_user("admin").auth_token, centre.as_user("demo").auth_token
    assert centre.get("/v1.0/routings", admin).status_code == 200
    assert centre.get("/v1.0/routings", demo).status_code == 403
    assert centre.get("/v1.0/pods", demo).status_code == 401
    for token, code in ((admin, 0), (demo, 1), ("nonsense", 1)):
        ended = subprocess.run([binary(), "pod", "list", "--url", centre.server.url], capture_output=True, text=True,
                               env={**os.environ, "OS_TOKEN": token})
        assert ended.returncode == code, ended.stderr


def sign_in(centre, **given):
    who = {"user": "demo", "password": centre.lab.values["LAB_PASSWORD"], "project": "demo", **given}
    return requests.post(centre.server.url + "/v1.0/tokens", json={"sign_in": who}, timeout=30)


def test_on_the_page_people_sign_in_with_their_password(centre):
    reply = sign_in(centre)
    assert reply.status_code == 201, reply.text
    token = reply.json()["token"]["id"]
    whoami = centre.get("/v1.0/whoami", token).json()["whoami"]
    assert (whoami["auth"], whoami["admin"]) == ("keystone", False)
    assert whoami["project_id"] == centre.as_user("demo").current_project_id
    assert centre.get("/v1.0/board", token).status_code == 200
    assert centre.get("/ui/").status_code == 200, "the page itself is for everybody"
    for path in ("/v1.0/whoami", "/v1.0/board", "/v1.0/events?version=1", "/v1.0/changes"):
        assert_unauthorized(centre.get(path))


def test_who_gives_a_wrong_password_gets_one_sentence_and_no_token(centre):
    for wrong in ({"password": "not it"}, {"user": "nobody"}, {"project": "alt"}, {"user_domain": "elsewhere"}):
        reply = sign_in(centre, **wrong)
        assert reply.status_code == 401, reply.text
        assert reply.json()["unauthorized"]["message"].startswith("Keystone does not let you in")
        assert centre.lab.values["LAB_PASSWORD"] not in reply.text
    assert sign_in(centre, user="").status_code == 400
    assert requests.post(centre.server.url + "/v1.0/tokens", data="{", timeout=30).status_code == 400
    assert requests.get(centre.server.url + "/v1.0/tokens", timeout=30).status_code == 405
    centre.keystone.close()
    assert sign_in(centre).status_code == 503
    log = (centre.server.folder / "log").read_text()
    assert centre.lab.values["LAB_PASSWORD"] not in log and "not it" not in log


def test_while_keystone_is_away_known_tokens_are_served_and_others_told_to_wait(centre):
    known, fresh = centre.as_user("demo").auth_token, centre.as_user("alt").auth_token
    assert centre.get("/v2.0/networks", known).status_code == 200
    centre.keystone.close()
    assert centre.get("/v2.0/networks", known).status_code == 200
    reply = centre.get("/v2.0/networks", fresh)
    assert reply.status_code == 503
    assert reply.json()["NeutronError"]["type"] == "ServiceUnavailable"
    centre.keystone.open()
    assert centre.get("/v2.0/networks", fresh).status_code == 200


def test_the_stock_client_logs_in_and_works(centre):
    clouds = centre.folder / "clouds.yaml"
    clouds.write_text(json.dumps({"clouds": {"centre": {
        "auth": {"auth_url": centre.lab.values["KEYSTONE_URL"], "username": "admin", "project_name": "admin",
                 "password": centre.lab.values["LAB_PASSWORD"], "user_domain_id": "default",
                 "project_domain_id": "default"},
        "region_name": "RegionOne", "network_endpoint_override": centre.server.url}}}))

    def command(*words):
        environment = {**os.environ, "OS_CLIENT_CONFIG_FILE": str(clouds), "OS_CLOUD": "centre"}
        return subprocess.run(["/usr/bin/openstack", *words, "-f", "value", "-c", "name"], check=True,
                              capture_output=True, text=True, env=environment).stdout.strip()
    assert command("network", "qos", "policy", "create", "silver") == "silver"
    assert command("network", "create", "web", "--qos-policy", "silver") == "web"
    network = centre.as_user("admin").network
    assert network.find_network("web").qos_policy_id == network.find_qos_policy("silver").id
