"""One process of ours that serves an API, and what it counted itself."""
import contextlib
import re
import signal

import requests

from harness.api import connect
from harness.processes import Process, binary, free_port


class Server:
    """One process of ours with an API."""

    def __init__(self, name, folder, arguments, environment=None, project="admin"):
        self.folder, self.own_arguments = folder, arguments
        self.move()
        self.name, self.environment, self.project = name, environment, project
        self.process = None

    def move(self):
        """From its next start on it serves on another port."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments = self.own_arguments + ["--state", str(self.folder), "--listen", f"127.0.0.1:{self.port}"]

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = Process(self.name, [binary()] + self.arguments, self.folder / "log", env=self.environment)
        self.process.start()
        self.process.wait_ready()
        self.net = connect(self.url, self.project)
        return self

    def stop(self):
        if self.process:
            self.process.stop()

    @contextlib.contextmanager
    def hanging(self):
        """Inside the block the process stands still: it is connected to, and never answers."""
        self.process.popen.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.popen.send_signal(signal.SIGCONT)

    def calls(self, client="tricircle-xjob"):
        """(method, route) -> count of what `client` has asked of this server, as it counted itself."""
        text = requests.get(self.url + "/metrics", timeout=10).text
        counts = {}
        for labels, value in re.findall(r"^tricircle_http_requests_total\{(.*)\} (\d+)$", text, re.M):
            fields = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if fields["client"] == client:
                key = (fields["method"], fields["route"])
                counts[key] = counts.get(key, 0) + int(value)
        return counts

    @contextlib.contextmanager
    def counting(self, client="tricircle-xjob"):
        """The calls made inside the block: a dict that is filled in at its end, without probes (GET /)."""
        before, seen = self.calls(client), {}
        yield seen
        for key, value in self.calls(client).items():
            if value > before.get(key, 0) and key != ("GET", "/"):
                seen[key] = value - before.get(key, 0)
