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


def as_the_client(centre, *words, cloud=None, code=0, **variables):
    """A command with nothing but these OS_* variables, and the test's clouds.yaml when a cloud is named."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    environment |= {"HOME": str(centre.folder), "OS_AUTH_URL": centre.lab.values["KEYSTONE_URL"], **variables}
    named = ["--os-cloud", cloud] if cloud else []
    done = subprocess.run([binary(), *words, *named], capture_output=True, text=True, env=environment, timeout=60,
                          cwd=centre.folder)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def test_our_commands_sign_in_as_the_variables_of_the_client_say(centre):
    password = centre.lab.values["LAB_PASSWORD"]
    demo = {"OS_USERNAME": "demo", "OS_PROJECT_NAME": "demo", "OS_USER_DOMAIN_ID": "default", "OS_PASSWORD": password}
    ours = {"TRICIRCLE_URL": centre.server.url}
    listing = ("policy", "list", "-f", "value", "-c", "name")
    centre.as_user("admin").network.create_qos_policy(name="gold", is_shared=True)
    assert as_the_client(centre, *listing, **demo, **ours) == "gold\n"
    assert as_the_client(centre, *listing, **{**demo, "OS_USER_DOMAIN_ID": "", "OS_USER_DOMAIN_NAME": "Default"},
                         **ours) == "gold\n"
    wrong = as_the_client(centre, *listing, code=1, **{**demo, "OS_PASSWORD": "not it"}, **ours)
    assert "does not know this user" in wrong and "not it" not in wrong
    token = centre.as_user("demo").auth_token
    assert as_the_client(centre, *listing, OS_TOKEN=token, **ours) == "gold\n"
    key = centre.as_user("demo").identity.create_application_credential(
        user=centre.as_user("demo").current_user_id, name="for-commands")
    assert as_the_client(centre, *listing, OS_APPLICATION_CREDENTIAL_ID=key.id,
                         OS_APPLICATION_CREDENTIAL_SECRET=key.secret, **ours) == "gold\n"
    # Without a URL the catalogue says where the centre is: of the lab's nobody is at home there.
    away = as_the_client(centre, *listing, code=3, OS_REGION_NAME="CentralRegion", **demo)
    assert away.startswith(centre.lab.values["CENTRAL_URL"].rstrip("/") + " does not answer")
    assert "set OS_REGION_NAME" in as_the_client(centre, *listing, code=2, OS_REGION_NAME="Nowhere", **demo)
    gone = as_the_client(centre, *listing, code=3, **{**demo, "OS_AUTH_URL": "http://127.0.0.1:1/v3"}, **ours)
    assert "Keystone at http://127.0.0.1:1/v3 does not answer" in gone


def test_our_commands_read_clouds_yaml_where_the_client_does(centre):
    password = centre.lab.values["LAB_PASSWORD"]
    auth = {"auth_url": centre.lab.values["KEYSTONE_URL"], "username": "demo", "project_name": "demo",
            "user_domain_id": "default", "project_domain_id": "default", "password": "not it"}
    cloud = {"clouds": {"mine": {"auth": auth, "network_endpoint_override": centre.server.url + "/v2.0"}}}
    listing = ("policy", "list", "-f", "json")
    (centre.folder / "clouds.yaml").write_text(json.dumps(cloud))
    assert "does not know this user" in as_the_client(centre, *listing, cloud="mine", code=1)
    assert as_the_client(centre, *listing, cloud="mine", OS_PASSWORD=password) == "[]\n"
    (centre.folder / "secure.yaml").write_text(json.dumps({"clouds": {"mine": {"auth": {"password": password}}}}))
    assert as_the_client(centre, *listing, cloud="mine") == "[]\n"
    assert as_the_client(centre, *listing, OS_CLOUD="mine") == "[]\n"
    assert "Cloud other was not found in" in as_the_client(centre, *listing, cloud="other", code=2)
    (centre.folder / "clouds.yaml").write_text("clouds: [")
    assert "cannot be read" in as_the_client(centre, *listing, cloud="mine", code=2)
    (centre.folder / "clouds.yaml").unlink()
    assert "There is no clouds.yaml" in as_the_client(centre, *listing, cloud="mine", code=2)
