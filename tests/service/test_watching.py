"""What the page is made of: who I am, the board, what turns on it, the list of changes, and the page's files."""
import contextlib
import json
import re
import threading

import pytest
import requests

from cloud import wait_until

HOSTILE = "<script>alert(1)</script>\u202egold\u2066"


class Watch:
    """The events of a stream as they come: (name, data)."""

    def __init__(self, url, version, headers=()):
        self.events = []
        self.reply = requests.get(f"{url}/v1.0/events", params={"version": version}, headers=dict(headers), stream=True,
                                  timeout=30)
        assert self.reply.status_code == 200, self.reply.text
        assert self.reply.headers["Content-Type"] == "text/event-stream"
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        name = None
        with contextlib.suppress(requests.exceptions.RequestException, AttributeError, ValueError):
            for line in self.reply.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line[6:])))

    def named(self, name):
        return [data for event, data in self.events if event == name]

    def rows(self):
        """The newest row of each policy that was told."""
        return {policy: cells for data in self.named("cells") for policy, cells in data["rows"]}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError, AttributeError):
            self.reply.raw._fp.fp.raw._sock.shutdown(2)
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()


def board(cloud, **headers):
    reply = requests.get(cloud.central.url + "/v1.0/board", headers=headers, timeout=10)
    assert reply.status_code == 200, reply.text
    return reply.json()["board"]


def cells(cloud, policy, **headers):
    """region -> letter, for one policy."""
    seen = board(cloud, **headers)
    row = dict(zip((p["id"] for p in seen["policies"]), seen["cells"]))[policy.id]
    return {pod["region_name"]: letter for pod, letter in zip(seen["pods"], row)}


def test_the_board_has_a_letter_for_each_pod_and_policy(cloud):
    policy, _ = cloud.bound_everywhere()
    alone = cloud.policy()
    wait_until(lambda: cells(cloud, policy) == {"RegionOne": "i", "RegionTwo": "i"}, what="both cells in sync")
    wait_until(lambda: cells(cloud, alone) == {"RegionOne": ".", "RegionTwo": "."}, what="none of the other policy")


def test_cells_turn_on_the_stream_of_events(cloud):
    policy, network = cloud.policy(), cloud.network()
    cloud.appear(network)
    with Watch(cloud.central.url, board(cloud)["version"]) as watch:
        cloud.net.update_network(network, qos_policy_id=policy.id)
        wait_until(lambda: watch.rows().get(policy.id) == "ii", what="both cells told to be in sync")
        wait_until(lambda: watch.named("jobs"), what="the jobs that did it")
        assert not watch.named("board"), "no list has changed since the board was read"


def test_a_pod_that_is_silent_is_told_and_so_is_its_return(cloud):
    policy, _ = cloud.bound_everywhere()
    wait_until(lambda: cells(cloud, policy) == {"RegionOne": "i", "RegionTwo": "i"}, what="both cells in sync")
    with Watch(cloud.central.url, board(cloud)["version"]) as watch:
        pod = cloud.pods["RegionTwo"]
        pod.stop()
        cloud.net.update_qos_policy(policy, description="not a name, so that the lists stay")
        wait_until(lambda: any(p["circuit"] == "open" for data in watch.named("pods") for p in data["pods"]),
                   what="the circuit told to be open")
        wait_until(lambda: cells(cloud, policy)["RegionTwo"] == "d", what="its cell says that the pod is down")
        pod.start()
        wait_until(lambda: watch.rows().get(policy.id) == "ii", what="both cells in sync again")


def test_another_policy_means_that_the_board_must_be_read_again(cloud):
    with Watch(cloud.central.url, board(cloud)["version"]) as watch:
        cloud.policy()
        wait_until(lambda: watch.named("board"), what="that the lists have changed")


def test_a_version_of_another_life_means_that_the_board_must_be_read_again(cloud):
    with Watch(cloud.central.url, 1) as watch:
        wait_until(lambda: watch.named("board"), what="that the board must be read")


@pytest.mark.parametrize("version", ["", "x", "1x", "99999999999999999999"])
def test_a_version_is_a_number(cloud, version):
    reply = requests.get(cloud.central.url + "/v1.0/events", params={"version": version}, timeout=10)
    assert (reply.status_code, reply.json()["badRequest"]["message"]) == (400, "version must be the number of a board.")


def test_a_tenant_sees_and_hears_of_his_own_policies_alone(cloud):
    mine = {"X-Project-Id": "tenant", "X-Roles": "member"}
    made = cloud.net.create_qos_policy(name="mine", project_id="tenant")
    cloud.policy()
    assert [p["id"] for p in board(cloud, **mine)["policies"]] == [made.id]
    wait_until(lambda: len(board(cloud)["policies"]) == 2, what="the admin sees both")


def test_streams_end_when_the_centre_does(cloud):
    with Watch(cloud.central.url, board(cloud)["version"]) as watch:
        cloud.central.stop()
        watch.thread.join(timeout=10)
        assert not watch.thread.is_alive(), "the stream has ended, and did not hold up the stop"


def test_a_watcher_who_leaves_costs_nothing_more(cloud):
    for _ in range(30):
        with Watch(cloud.central.url, board(cloud)["version"]):
            pass
    assert board(cloud)["pods"]


def test_who_am_i(cloud):
    def whoami(**headers):
        return requests.get(cloud.central.url + "/v1.0/whoami", headers=headers, timeout=10).json()["whoami"]
    assert whoami() == {"auth": "none", "user_id": "admin", "project_id": "admin", "roles": ["admin"], "admin": True}
    reader = {"X-Project-Id": "p", "X-User-Id": "u", "X-Roles": "reader"}
    assert whoami(**reader) == {"auth": "none", "user_id": "u", "project_id": "p", "roles": ["reader"], "admin": False}


def test_nobody_signs_in_where_there_is_no_keystone(cloud):
    reply = requests.post(cloud.central.url + "/v1.0/tokens", json={"sign_in": {}}, timeout=10)
    assert reply.status_code == 404


def test_the_page_comes_with_a_strict_policy_and_asks_no_other_host(cloud):
    url = cloud.central.url
    page = requests.get(url + "/ui", timeout=10)
    assert (page.url, page.status_code) == (url + "/ui/", 200)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    names = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert names, "a page without a script or a style sheet"
    for name in names:
        assert re.fullmatch(r"(?:\./)?[a-z-]+\.(?:js|css|svg)", name), f"{name} is not one of the files beside it"
        assert requests.get(f"{url}/ui/{name}", timeout=10).status_code == 200


@pytest.mark.parametrize("path", ["/ui/none.js", "/ui/../tricircle.conf", "/ui/%2e%2e/x", "/ui/index.html/"])
def test_there_is_nothing_but_the_pages_files(cloud, path):
    request = requests.Request("GET", cloud.central.url).prepare()
    request.url = cloud.central.url + path  # as it stands
    assert requests.Session().send(request, timeout=10).status_code == 404


def test_changes_are_listed_the_newest_first_with_who_made_them(cloud):
    policy, _ = cloud.bound_everywhere()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    reply = requests.put(f"{cloud.central.url}/v2.0/qos/policies/{policy.id}", json={"policy": {"name": HOSTILE}},
                         headers={"X-User-Id": "ann", "traceparent": trace}, timeout=10)
    change = reply.headers["X-Tricircle-Change"]
    cloud.rest()
    listed = cloud.admin.call("GET", "/changes", resource_id=policy.id)["changes"]
    assert listed[0]["id"] == change and (listed[0]["user_id"], listed[0]["traceparent"]) == ("ann", trace)
    assert (listed[0]["wanted"], listed[0]["applied"]) == (2, 2) and "pods" not in listed[0]
    assert [one["created_at"] for one in listed] == sorted((one["created_at"] for one in listed), reverse=True)
    pages, marker = [], {}
    while True:
        page = cloud.admin.call("GET", "/changes", limit=2, resource_id=policy.id, **marker)
        pages += [one["id"] for one in page["changes"]]
        if "changes_links" not in page:
            break
        marker = {"marker": pages[-1]}
    assert pages == [one["id"] for one in listed]
    assert requests.get(f"{cloud.central.url}/v1.0/changes?colour=red", timeout=10).status_code == 400
    assert requests.get(f"{cloud.central.url}/v1.0/changes?marker=none", timeout=10).status_code == 400
    other = requests.get(f"{cloud.central.url}/v1.0/changes", timeout=10,
                         headers={"X-Project-Id": "other", "X-Roles": "member"}).json()
    assert other == {"changes": []}


def test_a_trace_goes_on_into_the_calls_to_pods(gated):
    cloud, gate = gated
    policy, _ = cloud.bound_everywhere()
    cloud.rest()
    seen = []
    forward = gate.forward

    def listening(method, path, headers, body):
        seen.append((method, headers.get("traceparent")))
        return forward(method, path, headers, body)
    gate.forward = listening
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    requests.put(f"{cloud.central.url}/v2.0/qos/policies/{policy.id}", json={"policy": {"name": "silver"}},
                 headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}, timeout=10)
    wait_until(lambda: any(method == "PUT" for method, _ in seen), what="the edit's call to the pod")
    given = [parent for method, parent in seen if method == "PUT"]
    assert all(re.fullmatch(f"00-{trace}-[0-9a-f]{{16}}-01", parent) for parent in given)
    cloud.rest()
    seen.clear()
    cloud.net.update_qos_policy(policy, name="iron")
    wait_until(lambda: any(method == "PUT" for method, _ in seen), what="the next edit's call")
    assert [parent for method, parent in seen if method == "PUT"] == [None], "a change without a trace has none"


def test_what_a_pod_confirmed_is_shown_in_detail(cloud):
    policy, _ = cloud.bound_everywhere()
    copies = cloud.admin.call("GET", "/copies", policy_id=policy.id, detail="true")["copies"]
    rules = {rule["type"]: rule for rule in cloud.net.get(f"/qos/policies/{policy.id}").json()["policy"]["rules"]}
    for copy in copies:
        assert copy["attributes"]["name"] == policy.name
        assert {rule["type"] for rule in copy["rules"]} == set(rules)
    assert "rules" not in cloud.admin.call("GET", "/copies", policy_id=policy.id)["copies"][0]


def test_a_hostile_name_is_one_harmless_line_in_the_log(cloud):
    policy, _ = cloud.bound_everywhere()
    requests.put(f"{cloud.central.url}/v2.0/qos/policies/{policy.id}", timeout=10,
                 json={"policy": {"name": HOSTILE, "description": "\u001b[31mred\u0007"}})
    cloud.rest()
    for name in ("central", "xjob"):
        for log in (cloud.folder / name).rglob("log*"):
            text = log.read_text(errors="replace")
            assert not re.search("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]", text), log


def test_who_has_used_the_admin_api_stands_in_the_log(cloud):
    pod_id = cloud.pod_id("RegionTwo")
    asked = {"X-User-Id": "alice", "X-Project-Id": "ops"}
    url = cloud.central.url + "/v1.0"
    for method, path, code in (("PUT", f"/pauses/pod/{pod_id}", 200), ("GET", "/pauses", 200),
                               ("DELETE", f"/pauses/pod/{pod_id}", 200), ("PUT", "/pauses/pod/nobody", 404)):
        assert requests.request(method, url + path, headers=asked, timeout=10).status_code in (code, 204)
    lines = [line for line in (cloud.folder / "central/log").read_text().splitlines() if " administered " in line]
    mine = [re.search(r"user=alice project=ops method=(\S+) path=(\S+) request=req-", line) for line in lines]
    assert [found.groups() for found in mine if found] == \
        [("PUT", f"/v1.0/pauses/pod/{pod_id}"), ("DELETE", f"/v1.0/pauses/pod/{pod_id}")]
