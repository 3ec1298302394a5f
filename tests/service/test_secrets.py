"""Tokens and passwords stand in nothing that our processes say: neither in logs, debug ones included, nor in answers and
errors. harness/leaks.py looks for them at the end of each session; here it is made sure that it would find them, and
the secrets are sent on all their ways.
"""
import secrets
import subprocess
import sys
import textwrap

import pytest
import requests

from cloud import Server, wait_until
from harness import leaks
from harness.commands import run
from harness.keystone import Keystone
from harness.processes import ROOT, Process, binary, free_port

WORD = "Xy7-" + secrets.token_hex(8)


def watch_with(folder, said, config=""):
    """A watch over a process of ours that had this configuration and said that."""
    (folder / "tricircle.conf").write_text(config)
    (folder / "log").write_text(said)
    watch = leaks.Watch()
    assert watch.command([binary(), "central", "--config", folder / "tricircle.conf"])
    watch.log("central", folder / "log")
    return watch


@pytest.mark.parametrize("config", [
    f"[keystone_authtoken]\npassword = {WORD}\n", f"[DEFAULT]\ntransport_url = rabbit://u:{WORD}@h:1,v:{WORD}@k:2/x\n",
    f"[pod:RegionOne]\npassword={WORD}\n", f"[database]\nconnection = mysql://u:{WORD}@db1,db2:3306/t?ssl_ca=/f\n"],
    ids=["Keystone's", "the broker's", "a region's", "the database's"])
def test_a_password_of_the_configuration_is_found_in_a_log(tmp_path, config):
    assert watch_with(tmp_path, "all is well\n", config).found() == []
    (found,) = watch_with(tmp_path, f"one\nwarning x words=\"no {WORD}, sorry\"\n", config).found()
    assert "log), line 2: warning x" in found and WORD not in found, "where it stands, and not what it is"


def test_tokens_and_escaped_passwords_are_found(tmp_path):
    fernet = "gAAAAAB" + "k-_9" * 20
    assert len(watch_with(tmp_path, f"request headers x-auth-token={fernet}\n").found()) == 1
    config = "[database]\nconnection = mysql://u:p%40ss-word@db/t\n"
    for said in ("p%40ss-word", "p@ss-word"):
        assert len(watch_with(tmp_path, f"cannot connect with '{said}'\n", config).found()) == 1
    assert watch_with(tmp_path, "p@ss-words\n", config).found() == [], "another word"


@pytest.mark.parametrize("said, code", [("nothing", 0), ("the secret", 1)])
def test_a_session_in_which_a_secret_is_said_fails(tmp_path, said, code):
    """A session of its own, with one test, whose process of ours writes to its log what it was given."""
    (tmp_path / "conftest.py").write_text(textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(ROOT / "tests")!r})
        from harness import leaks
        no_secret_is_said = leaks.no_secret_is_said
    """))
    (tmp_path / "test_one.py").write_text(textwrap.dedent(f"""
        from harness.processes import Process, binary
        def test_that_passes_by_itself(tmp_path):
            (tmp_path / "t.conf").write_text("[keystone_authtoken]\\npassword = {WORD}\\n")
            words = "{WORD}" if {said!r} == "the secret" else "nothing"
            script = ["bash", "-c", "echo says " + words + " >&2", binary(), "--config", tmp_path / "t.conf"]
            assert Process("talker", script, tmp_path / "log").start().wait_end() == 0
    """))
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path),
                           str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("secrets in what processes of ours said" in done.stdout) == bool(code)
    assert WORD not in done.stdout + done.stderr


@pytest.mark.parametrize("config", [
    "[DEFAULT]\ntransport_url = rabbit://user:{word}@\n", "[DEFAULT]\ntransport_url = amqps://user:{word}@host:x/\n",
    "[database]\nconnection = mysql://user:{word}@\n", "[database]\nconnection = mysql://user:{word}@host:x/t\n",
    "[database]\nconnection = postgresql://user:{word}@127.0.0.1/t\n", "[keystone_authtoken]\npassword {word}\n",
    "[keystone]\npassword = {word}\n", "[keystone_authtoken]\npasswd = {word}\n", "password = {word}\n"])
def test_a_start_that_fails_tells_no_secret(tmp_path, config):
    file = tmp_path / "tricircle.conf"
    file.write_text(config.format(word=WORD))
    said = run("central", "--no-auth", "--state", tmp_path / "state", "--config", file, code=1)
    assert said.strip() and WORD not in said


@pytest.fixture
def keystone():
    with Keystone() as made:
        yield made


def test_secrets_on_all_their_ways_are_told_by_nobody(tmp_path, keystone, no_secret_is_said):
    """Debug logs of central and XJob while tokens, right and wrong ones, and passwords go through them."""
    config = tmp_path / "tricircle.conf"
    config.write_text(f"[DEFAULT]\ndebug = true\ntransport_url = rabbit://user:{WORD}@127.0.0.1:{free_port()}/\n"
                      f"{keystone.config}[pod:RegionTwo]\nauth_url = {keystone.url}\nusername = two\npassword = {WORD}2\n"
                      f"[xjob]\nprobe_first = 0.1\nprobe_longest = 0.2\nfirst_backoff = 0.1\n")
    central = Server("central", tmp_path / "central", ["central", "--config", str(config)])
    xjob = Process("xjob", [binary(), "xjob", "--state", tmp_path / "central", "--config", config], tmp_path / "xjob-log")
    token, forged = keystone.token("p", "admin"), "gAAAA" + secrets.token_hex(40)
    shown = []

    def ask(method, path, given=token, **options):
        reply = requests.request(method, central.url + path, headers={"X-Auth-Token": given}, timeout=30, **options)
        shown.append(reply.text + str(reply.headers))
        return reply
    try:
        central.start()
        xjob.start().wait_ready()
        assert ask("GET", "/v2.0/networks").status_code == 200
        assert ask("GET", "/v2.0/networks", forged).status_code == 401
        assert ask("GET", "/v2.0/networks?token=" + forged, forged).status_code == 401
        for region in ("RegionOne", "RegionTwo"):  # XJob gets a token in one, and is refused it in the other
            pod = {"region_name": region, "az_name": "az", "neutron_url": f"http://127.0.0.1:{free_port()}"}
            assert ask("POST", "/v1.0/pods", json={"pod": pod}).status_code == 200
        pods = {pod["region_name"]: pod["pod_id"] for pod in ask("GET", "/v1.0/pods").json()["pods"]}
        for pod in pods.values():
            ask("POST", f"/v1.0/pods/{pod}/check")
            wait_until(lambda: ask("GET", f"/v1.0/pods/{pod}/check").json()["check"]["answered"], what="a look at the pod")
        for password in (keystone.password, WORD + "3"):
            ask("POST", "/v1.0/tokens", json={"sign_in": {"user": "tricircle", "password": password, "project": "p"}})
        assert ask("POST", "/v2.0/networks", json={"network": {"password": WORD}}).status_code == 400
    finally:
        central.stop()
        xjob.stop()
    no_secret_is_said.secret(forged)
    for word in (keystone.password, WORD, keystone.own):
        no_secret_is_said.secret(word)
    assert "answered method=GET" in central.process.log_text(), "debug lines are there to be looked at"
    mine = [line for line in no_secret_is_said.found() if str(tmp_path) in line]
    assert not mine, mine
    # (What signs in gets a token, which is what it asked for.)
    assert not [text for text in shown if WORD in text or keystone.password in text or forged in text]
