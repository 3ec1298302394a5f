"""Clients that mean no good: nothing is changed by them, and the others do not notice them."""
import contextlib
import http.client
import json
import pathlib
import re
import socket
import statistics
import time

import pytest
import requests

from cloud import Server, wait_until
from harness.metrics import series
from harness.abusers import CHUNKED, DEAF, HEAD, IDLE, OVERSIZED, SHAPES, SLOW_BODIES, SLOW_HEADS, SMUGGLED, Abusers

POLICIES = "/v2.0/qos/policies"
GOOD = "of one who behaves"
ROUNDS, CALLS = 5, 300
MOST_RATIO = 2
# What the abusers may cost, in MiB: each connection has room for a first read, a timer and coroutines, 16 KiB at most; a
# slow body is half a megabyte, and up to twice that while it grows; an answer that is not taken has 85 KB, and its sender
# a copy. Twice that for what sanitizers add.
MOST_MEMORY = 2 * ((IDLE + SLOW_HEADS + SLOW_BODIES + DEAF) * 16 / 1024 + SLOW_BODIES * 1 + DEAF * 0.2)


def memory(server):
    """MiB of the process."""
    status = pathlib.Path(f"/proc/{server.process.popen.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def content(server):
    """All that the API shows."""
    shown = {}
    for path in ("/v2.0/networks", "/v2.0/subnets", "/v2.0/ports", POLICIES, "/v2.0/rbac-policies", "/v2.0/quotas",
                 "/v1.0/pods", "/v1.0/routings?all_projects=true", "/v1.0/jobs?all_projects=true"):
        reply = requests.get(server.url + path, timeout=30)
        assert reply.status_code == 200, reply.text
        rows = reply.json()[path.partition("?")[0].rpartition("/")[2].replace("-", "_")]
        shown[path] = sorted((row for row in rows if row.get("name") != GOOD), key=str)
    return shown


def talk(server, sent, patience=10):
    """All that comes for these bytes until the server closes; the client says no end of its own."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as made:
        # (The server may have closed already: too large is said before all has come.)
        with contextlib.suppress(OSError):
            made.sendall(sent)
        return b"".join(iter(lambda: made.recv(65536), b""))


def statuses(answers):
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d+) ", answers, re.M)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # (What the sanitizers keep of freed memory is no memory of ours.)
    made = Server("central", tmp_path_factory.mktemp("abuse") / "central", ["central", "--no-auth"],
                  environment={"ASAN_OPTIONS": "quarantine_size_mb=4:thread_local_quarantine_size_kb=64"})
    try:
        yield made.start()
    finally:
        made.stop()


class Client:
    """Somebody who behaves: one connection, one call after the other."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.post()

    def call(self, method, path, body=None, status=200):
        begun = time.perf_counter()
        self.connection.request(method, path, body, {"Content-Type": "application/json"})
        reply = self.connection.getresponse()
        text = reply.read()
        spent = time.perf_counter() - begun
        assert reply.status == status, text
        return spent, text

    def post(self):
        spent, text = self.call("POST", POLICIES, json.dumps({"policy": {"name": GOOD}}), 201)
        self.made = json.loads(text)["policy"]["id"]
        return spent

    def get(self):
        return self.call("GET", f"{POLICIES}/{self.made}")[0]

    def p99(self):
        """Of GET and of POST, in turns."""
        gets, posts = [], []
        for _ in range(CALLS):
            posts.append(self.post())
            gets += [self.get(), self.get()]
        return [sorted(times)[int(len(times) * 0.99)] for times in (gets, posts)]


def documents(server):
    """How often the large document was given out."""
    return sum(value for (name, labels), value in series(server.url).items()
               if name == "tricircle_http_requests_total" and ("route", "/openapi.json") in labels)


def test_others_stay_quick_and_memory_is_bounded_whatever_some_do(server):
    before, client, abusers, ratios, costs = content(server), Client(server), Abusers(server.port), [], []
    try:
        client.p99()
        for _ in range(ROUNDS):
            quiet = client.p99()
            least = memory(server)
            abusers.start()
            wait_until(lambda: documents(server) == documents(server), what="all who do not read to be stuck", every=0.2)
            costs.append(memory(server) - least)
            noisy = client.p99()
            abusers.stop()
            ratios.append([b / a for a, b in zip(quiet, noisy)])
            print(f"p99 ms GET, POST: {[round(t * 1000, 2) for t in quiet]}, under abuse"
                  f" {[round(t * 1000, 2) for t in noisy]}")
    finally:
        abusers.end()
    client.connection.close()
    medians = [statistics.median(ratio) for ratio in zip(*ratios)]
    print(f"ratios of p99 {[[round(r, 2) for r in ratio] for ratio in ratios]}, medians {medians};"
          f" MiB taken by each round's abusers {[round(cost) for cost in costs]} of {MOST_MEMORY:.0f}")
    assert max(medians) <= MOST_RATIO, ratios
    assert max(costs) <= MOST_MEMORY
    assert sum(costs) <= 2 * MOST_MEMORY, "what one round's abusers had is there again for the next one's"
    assert content(server) == before


@pytest.mark.parametrize("sent", SHAPES.values(), ids=SHAPES)
def test_what_two_servers_may_read_differently_is_refused_and_the_connection_ends(server, sent):
    answers = talk(server, sent + SMUGGLED)
    assert statuses(answers) == [400], answers
    assert json.loads(answers.rpartition(b"\r\n\r\n")[2])["NeutronError"]["type"] == "HTTPBadRequest"


@pytest.mark.parametrize("status, sent", OVERSIZED.values(), ids=OVERSIZED)
def test_what_is_too_large_is_refused_before_it_has_come_and_the_connection_ends(server, status, sent):
    answers = talk(server, sent)
    assert statuses(answers) == [status], answers[:1000]


def test_whoever_sends_more_than_one_request_at_once_gets_an_answer_to_each(server):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    inside = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
    body = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inside) + inside
    answers = talk(server, one + b"\r\n" + body + one + b"Connection: close\r\n\r\n" + one + b"\r\n")
    assert statuses(answers) == [200, 200, 200] and b"ready" not in answers


@pytest.fixture
def impatient(tmp_path):
    config = tmp_path / "tricircle.conf"
    config.write_text("[DEFAULT]\nmax_connections = 50\nrequest_timeout = 1\nclient_socket_timeout = 2\n")
    made = Server("central", tmp_path / "central", ["central", "--no-auth", "--config", str(config)])
    try:
        yield made.start()
    finally:
        made.stop()


def ends(made):
    """Whether the server has ended this connection, whatever came before."""
    made.setblocking(False)
    try:
        while made.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 10\r\n\r\nx", CHUNKED + b"5\r\nx"],
                         ids=["nothing", "half a head", "half a body", "half a chunk"])
def test_who_is_too_slow_is_cut_off(impatient, sent):
    with socket.create_connection(("127.0.0.1", impatient.port)) as made:
        made.sendall(sent)
        wait_until(lambda: ends(made), timeout=10, what="the end of a connection on which nothing comes")


def test_who_sends_a_byte_now_and_then_is_cut_off_all_the_same(impatient):
    with socket.create_connection(("127.0.0.1", impatient.port)) as made, contextlib.suppress(OSError):
        made.sendall(HEAD + b"X-Slow: ")
        begun = time.monotonic()
        while not ends(made):
            assert time.monotonic() < begun + 10
            made.setblocking(True)
            made.sendall(b"x")
            time.sleep(0.1)  # (a slow client's pace)


def test_who_does_not_take_his_answers_is_cut_off(impatient):
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect(("127.0.0.1", impatient.port))
        made.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        wait_until(lambda: connections(impatient) == 0, timeout=10, what="the end of a connection that is not read")


def connections(server):
    """Sockets of the process with somebody at their other end."""
    folder = pathlib.Path(f"/proc/{server.process.popen.pid}")
    inodes = set()
    for file in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    rows = [row.split() for row in (folder / "net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{server.port:04X}") and row[3] == "01" and row[9] in inodes for row in rows)


def test_of_too_many_connections_the_newest_are_served(impatient):
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", impatient.port)))
        for _ in range(10):
            assert requests.get(impatient.url + "/healthz", timeout=5).text == "ok\n"
        assert connections(impatient) <= 50
