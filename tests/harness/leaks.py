"""No token and no password stands in what our processes say. At the end of a session all that they have said is searched
for every secret that the session used: what stands in their configuration files, what this process sent to anybody as
a password or token, and what it was given as a token. A conftest takes the fixture:

    no_secret_is_said = leaks.no_secret_is_said
"""
import json
import pathlib
import re
import subprocess
import urllib.parse

import pytest
import requests

from harness import processes

SHORTEST = 6  # shorter ones would be found in any text
OPTION = re.compile(r"^\s*(password|transport_url|connection|log_file)\s*=\s*(.*?)\s*$", re.M)
# Tokens that our processes got for themselves, and Keystone's other form.
TOKEN = re.compile(r"\b(?:gAAAA[\w-]{60,}|eyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,})")


class Watch:
    """What is secret, and what was said: logs as files, commands' output as text."""

    def __init__(self):
        self.secrets, self.logs, self.said = set(), {}, []

    def secret(self, text):
        if isinstance(text, str) and len(text) >= SHORTEST:
            self.secrets |= {text, urllib.parse.quote(text, safe=""), json.dumps(text)[1:-1]}

    def configuration(self, file):
        """Secrets of a configuration file; a log that it names is one to look at."""
        try:
            text = pathlib.Path(file).read_text()
        except (OSError, UnicodeError):
            return
        for name, value in OPTION.findall(text):
            if name == "log_file":
                self.log(value, value)
            elif name == "password":
                self.secret(value)
            else:
                self.url(value)

    def url(self, text):
        """The password that an address of a broker or a database bears; there may be several."""
        for password in re.findall(r"://[^/@:]*:([^@/]*)@|,[^/@:,]*:([^@/,]*)@", text):
            for part in filter(None, password):
                self.secret(part)
                self.secret(urllib.parse.unquote(part))

    def log(self, name, file):
        self.logs[str(file)] = str(name)

    def command(self, command):
        """Of a process of ours: what it is given. False: it is somebody else's."""
        words = [str(word) for word in command] if isinstance(command, (list, tuple)) else []
        if processes.binary() not in words:
            return False
        for before, word in zip(words, words[1:]):
            if before == "--config":
                self.configuration(word)
        return True

    def output(self, command, done):
        for text in (done.stdout, done.stderr):
            if text:
                self.said.append((str(command), text if isinstance(text, str) else text.decode(errors="replace")))

    def found(self):
        """One line for each place where a secret stands, without the secret."""
        spoken = list(self.said)
        for file, name in self.logs.items():
            if pathlib.Path(file).exists():
                spoken.append((f"{name} ({file})", pathlib.Path(file).read_text(errors="replace")))
        return [f"{name}, line {number}: {words}" for name, text in spoken
                for number, line in enumerate(text.splitlines(), 1) for words in self.told_by(line)]

    def told_by(self, line):
        for secret in self.secrets:
            at = line.find(secret)
            while at >= 0:
                around = line[max(at - 1, 0):at] + line[at + len(secret):at + len(secret) + 1]
                if not re.search(r"\w", around):  # a whole word
                    yield f"{line[:at]}*** {line[at + len(secret):]}"
                    break
                at = line.find(secret, at + 1)
        if TOKEN.search(line):
            yield TOKEN.sub("***", line)


WATCH = Watch()


def _listen(watch):
    """Everything that this process starts and sends from now on; returns what ends it."""
    start, run, send = processes.Process.start, subprocess.run, requests.adapters.HTTPAdapter.send

    def watched_start(process):
        if watch.command(process.command):
            watch.log(process.name, process.log)
        return start(process)

    def watched_run(*arguments, **options):
        command = arguments[0] if arguments else options.get("args")
        done = run(*arguments, **options)
        if watch.command(command):
            watch.output(command, done)
        return done

    def watched_send(adapter, request, **options):
        for name in ("X-Auth-Token", "X-Subject-Token"):
            watch.secret(request.headers.get(name))
        body = request.body.decode(errors="replace") if isinstance(request.body, bytes) else request.body
        for password in re.findall(r'"password":\s*"((?:[^"\\]|\\.)*)"', body if isinstance(body, str) else ""):
            watch.secret(json.loads(f'"{password}"'))
        reply = send(adapter, request, **options)
        watch.secret(reply.headers.get("X-Subject-Token"))
        return reply

    def end():
        processes.Process.start, subprocess.run, requests.adapters.HTTPAdapter.send = start, run, send
    processes.Process.start, subprocess.run, requests.adapters.HTTPAdapter.send = watched_start, watched_run, watched_send
    return end


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_said():
    """The end of a session (of each worker's, with xdist) fails its last test when a secret was said."""
    end = _listen(WATCH)
    yield WATCH
    end()
    found = WATCH.found()
    assert not found, "secrets in what processes of ours said:\n" + "\n".join(found[:50])
