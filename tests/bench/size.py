#!/usr/bin/python3
"""Memory, processor and start-up of each role, empty and with a large cloud's data.

Usage: size.py [--pods N] [--policies N] [--networks N] [--ports N] [--out FILE]

The store is filled directly (fill.py), the pods are simulated and answer at once. A row is a role on a store:
  ready      from the process's begin until it says that it serves; the median of --starts
  memory     resident when ready, and the most after the work: central answers GETs, lists and PUTs for some seconds,
             XJob brings a policy to all pods
  at rest    the processor's share of a second, nothing being asked
Exit code 1 when something failed.
"""
import argparse
import os
import pathlib
import random
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests")]
os.environ.setdefault("TRICIRCLE_BIN", str(ROOT / "build/release/src/app/tricircle"))

from convergence import Field  # noqa: E402
from fill import fill, object_id  # noqa: E402
from harness.server import Server  # noqa: E402
from load import loaded, write_calls  # noqa: E402
from meter import cpu_seconds, keep, resident_mib, table  # noqa: E402

COLUMNS = {"role": "", "data": "data", "ready_ms": "ready ms", "rss_mib": "MiB when ready", "most_mib": "MiB at most",
           "rest_ms_per_s": "ms CPU/s at rest", "work": "after"}


class Large(Field):
    """What the pods have of the data is what the centre believes of them: nobody asks them."""

    def __init__(self, folder, options):
        super().__init__(folder, options.pods, 1, 0)
        self.data = {"pods": options.pods, "policies": options.policies, "networks": options.networks,
                     "ports": options.ports, "places": min(10, options.pods)}

    def lay(self):
        fill(self.centre.store, **self.data, url=self.url)

    def associate_everywhere(self):
        """A new network that all pods have, with a policy."""
        network = self.wire.call("POST", "/v2.0/networks", {"network": {"name": "everywhere"}})["network"]["id"]
        self.tie(network, 1)
        return self.associate(network)


def spawned(start, process_of):
    """Milliseconds until the process says that it serves."""
    begun = time.monotonic()
    start()
    return (time.monotonic() - begun) * 1000, process_of().popen.pid


def starts(role, count):
    """The median of so many starts; the last one stays."""
    times = []
    for number in range(count):
        took, pid = spawned(role.start, lambda: role.process)
        times.append(took)
        if number + 1 < count:
            role.stop()
    return statistics.median(times), pid


def at_rest(pid, seconds):
    """Milliseconds of the processor in a second."""
    before = cpu_seconds(pid)
    time.sleep(seconds)  # what is measured is this time
    return round((cpu_seconds(pid) - before) / seconds * 1000, 2)


class Job:
    """XJob with the manners of a Server."""

    def __init__(self, centre):
        self.centre = centre

    def start(self):
        self.centre.start_xjob()

    def stop(self):
        self.centre.xjob.stop()

    @property
    def process(self):
        return self.centre.xjob


def look(role, name, data, options):
    ready, pid = starts(role, options.starts)
    return pid, {"role": name, "data": data, "ready_ms": round(ready, 1), "rss_mib": resident_mib(pid)[0],
                 "rest_ms_per_s": at_rest(pid, options.rest)}


def asked(field, folder, seconds, options):
    """Calls of each kind at a central that has the data, all over it."""
    ports = range(0, options.ports, max(1, options.ports // 50_000))
    calls = [f"GET /v2.0/qos/policies/{object_id('policy', number)}" for number in range(options.policies)]
    calls += [f"GET /v2.0/ports/{object_id('port', number)}" for number in ports]
    calls += [f'PUT /v2.0/ports/{object_id("port", number)} {{"port": {{"name": "again"}}}}' for number in ports]
    calls += ["GET /v2.0/ports?limit=100", "GET /v2.0/qos/policies?limit=100"] * 500
    random.Random(1).shuffle(calls)
    path = write_calls(folder / "calls", calls)
    loaded(field.centre.central.url, [field.centre.central.process.popen.pid], "calls.lua", path, "none",
           seconds=seconds)


def local(folder, name, options, **data):
    """An embedded pod: a Neutron with so many ports."""
    arguments = ["local", "--no-auth", "--region", "RegionOne", "--central", "http://127.0.0.1:9"]
    server = Server("local", folder / name, arguments)
    if data:
        server.start()
        server.stop()
        fill(folder / name / "pod.db", **data)
    try:
        return look(server, "local", name, options)[1]
    finally:
        server.stop()


def measure(folder, options):
    rows = []
    with Field(folder / "empty", 1, 1, 0) as field:
        field.centre.stop()
        for role, name in ((field.centre.central, "central"), (Job(field.centre), "xjob")):
            rows.append(look(role, name, "empty", options)[1])
    with Large(folder / "filled", options) as field:
        field.centre.stop()
        central, row = look(field.centre.central, "central", "filled", options)
        rows.append(row)
        xjob, worker = look(Job(field.centre), "xjob", "filled", options)
        rows.append(worker)
        asked(field, folder, options.seconds, options)
        row |= {"most_mib": resident_mib(central)[1], "work": f"{options.seconds} s of GET, list and PUT"}
        spent, used = field.associate_everywhere()
        worker |= {"most_mib": resident_mib(xjob)[1], "work": f"a first association in {options.pods} pods",
                   "work_ms": spent, "work_cpu_s": used}
    rows.append(local(folder, "empty", options))
    rows.append(local(folder, "filled", options, policies=options.policies, networks=options.networks,
                      ports=options.ports))
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("pods", 1000), ("policies", 10_000), ("networks", 10_000), ("ports", 1_000_000),
                        ("starts", 7), ("seconds", 20), ("rest", 10)):
        arguments.add_argument(f"--{name}", type=int, default=usual)
    arguments.add_argument("--out", type=pathlib.Path)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(pathlib.Path(folder), options)
    table(f"{options.pods:,} pods, {options.policies:,} policies, {options.ports:,} ports", rows, COLUMNS)
    keep({**{name: getattr(options, name) for name in ("pods", "policies", "networks", "ports")}, "rows": rows},
         options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
