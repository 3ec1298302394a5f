"""The commands tell of themselves: help, manual, man, completion; and show what they are asked for, as asked for."""
import http.server
import json
import pathlib
import re
import subprocess
import threading

import pytest

from harness.commands import rows, run
from harness.processes import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMANDS = re.findall(r"^## tricircle (.*)$", (ROOT / "docs/commands.md").read_text(), re.M)
OF_THE_PROGRAM = {"up", "central", "xjob", "local", "agent", "config-reference", "metric-reference",
                  "command-reference", "man-page", "completion"}


def test_the_manual_has_every_command_as_it_is():
    text = (ROOT / "docs/commands.md").read_text()
    assert text[text.index("## "):] == run("command-reference")
    for group in ("status", "explain", "policy plan", "policy apply", "pod list", "job redo", "change wait"):
        assert group in COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command):
    shown = run(*command.split(), "--help")
    described = re.search(rf"## tricircle {command}\n\n(.*)\.\n", (ROOT / "docs/commands.md").read_text()).group(1)
    assert described.split(";")[0] in " ".join(shown.split()).replace("|", "\\|")
    if command not in OF_THE_PROGRAM:
        assert f"Example: tricircle {command}" in shown


def test_man_takes_the_page_without_a_word():
    page = run("man-page")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page, capture_output=True, text=True,
                          timeout=30, env={"MANWIDTH": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "policy plan" in done.stdout and "EXIT STATUS" in done.stdout


@pytest.mark.parametrize("typed, offered", [
    ("tricircle pol", {"policy"}), ("tricircle policy pl", {"plan"}), ("tricircle policy plan gold --o", {"--out", "--os-cloud"}),
    ("tricircle job list --sta", {"--status"}), ("tricircle nonsense x", set())])
def test_bash_completes(typed, offered):
    words = typed.split(" ")
    script = run("completion") + f"""
COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}
_tricircle
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == offered


def test_columns_and_bare_values_are_for_shells(cloud):
    policy, _ = cloud.bound_everywhere()
    url = cloud.central.url
    assert run("policy", "list", "-f", "value", "-c", "name", "-c", "pods", url=url) == "gold 2\n"
    assert rows(run("policy", "list", "-c", "in_sync", "-c", "id", url=url)) == [{"in_sync": "2", "id": policy.id}]
    assert json.loads(run("policy", "show", "gold", "-f", "json", "-c", "name", url=url)) == {"name": "gold"}
    assert run("policy", "show", policy.id, "-f", "value", "-c", "id", url=url) == policy.id + "\n"
    assert len(json.loads(run("policy", "show", "gold", "-f", "json", url=url))["copies"]) == 2
    assert "There are: id, name," in run("policy", "list", "-c", "nosuch", url=url, code=2)
    assert "There is no policy nosuch." in run("policy", "show", "nosuch", url=url, code=1)
    cloud.net.create_qos_policy(name="gold")
    assert "give the id" in run("policy", "show", "gold", url=url, code=1)


def test_what_a_server_says_cannot_steer_the_terminal():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rude) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        said = run("pod", "list", url=f"http://127.0.0.1:{server.server_address[1]}", code=1)
        server.shutdown()
    assert "\\x1b[2J" in said and "\x1b" not in said


class Rude(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(409)
        self.end_headers()
        self.wfile.write(json.dumps({"conflictingRequest": {"message": "gone \x1b[2J", "code": 409}}).encode())

    def log_message(self, *_):
        pass


def test_a_watched_command_shows_again_what_has_changed(cloud):
    watching = subprocess.Popen([binary(), "policy", "list", "-f", "value", "-c", "name", "--watch", "0.2", "--url",
                                 cloud.central.url], stdout=subprocess.PIPE, text=True)
    try:
        watching.stdout.readline()
        cloud.net.create_qos_policy(name="late")
        seen = ""
        while "late" not in seen:
            seen = watching.stdout.readline()
            assert seen
    finally:
        watching.terminate()
        watching.wait(10)
        watching.stdout.close()


def test_an_edit_is_planned_and_applied(cloud, tmp_path):
    policy, network = cloud.bound_everywhere()
    url, kept = cloud.central.url, tmp_path / "edit.plan"
    shown = run("policy", "plan", "gold", "change", "bandwidth_limit", "max_kbps=2000", "--out", str(kept), url=url)
    assert shown.startswith("Not done: PUT /v2.0/qos/policies/")
    assert [(row["region_name"], row["state"], row["calls"], row["networks"]) for row in rows(shown)] == \
        [("RegionOne", "answers", "1", "1"), ("RegionTwo", "answers", "1", "1")]
    assert len(re.findall(r'^Region(?:One|Two)  PUT .*"max_kbps":2000', shown, re.M)) == 2
    assert run("policy", "apply", str(kept), url=url).startswith("Done: PUT ")
    cloud.rest()
    assert "plan again" in run("policy", "apply", str(kept), url=url, code=1)
    assert "holds no plan" in run("policy", "apply", str(tmp_path / "nothing"), url=url, code=1)
    for edit, calls in [(["set", "name=7", "shared=true"], 2), (["remove", "dscp_marking"], 2),
                        (["add", "bandwidth_limit", "direction=ingress", "max_kbps=5"], 2),
                        (["bind", "network", network.id], 0)]:
        planned = json.loads(run("policy", "plan", policy.id, *edit, "-f", "json", url=url))
        assert planned["calls"] == calls, edit
    assert json.loads(run("policy", "plan", "none", "bind", "network", network.id, "-f", "json", url=url))["calls"] == 4
    assert "is used by network" in run("policy", "plan", "gold", "delete", url=url, code=1)
    for wrong in (["fly"], ["set", "name"], ["bind", "router", "x"], ["remove", "dscp_marking", "more"], ["add"]):
        assert "An edit is one of:" in run("policy", "plan", "gold", *wrong, url=url, code=2)
