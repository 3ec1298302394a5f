"""Load on a server by wrk, and what it costs the server; and nginx with static files to compare with."""
import contextlib
import getpass
import json
import pathlib
import re
import subprocess
import time

import requests

from harness.api import wait_until
from harness.processes import free_port
from meter import cpu_seconds

SCRIPTS = pathlib.Path(__file__).resolve().parent / "wrk"
NGINX = """
user {user};
worker_processes 2;
daemon off;
master_process on;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  open_file_cache max=2000;
  default_type application/json;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def loaded(url, pids, script, *arguments, seconds=3, connections=32):
    """wrk's figures, and the processor's time that the processes have used for a request. An answer that is an error
    is ours."""
    before, begun = cpu_seconds(*pids), time.monotonic()
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s",
                           str(SCRIPTS / script), url, "--", *map(str, arguments)], capture_output=True, text=True)
    used, took = cpu_seconds(*pids) - before, time.monotonic() - begun
    found = re.search(r"^JSON (.*)$", done.stdout, re.M)
    if not found:
        raise RuntimeError(f"wrk: {done.stdout} {done.stderr}")
    figures = json.loads(found.group(1))
    if figures["refused"] or figures["broken"] or not figures["requests"]:
        raise RuntimeError(f"{script} at {url}: {figures}")
    return {**figures, "connections": connections, "cpu_us": round(used / figures["requests"] * 1e6, 1),
            "cores": round(used / took, 2)}


def write_calls(path, lines):
    path.write_text("".join(line + "\n" for line in lines))
    return path


@contextlib.contextmanager
def nginx(folder, files):
    """Inside the block nginx serves these texts, name -> text: (url, pids of its workers)."""
    (folder / "files").mkdir(parents=True)
    for name, text in files.items():
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, user=getpass.getuser()))
    master = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"),
                               "-e", str(folder / "error.log")], stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/{next(iter(files))}"), what="nginx")
        workers = subprocess.run(["ps", "--ppid", str(master.pid), "-o", "pid="], capture_output=True, text=True)
        yield url, [int(pid) for pid in workers.stdout.split()]
    finally:
        master.terminate()
        master.wait()


def answers(url):
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=5).status_code == 200
    return False
