"""The lab's data plane as a test sees it: what real Open vSwitch agents have in force for a port, and what its traffic
does. tests/openstack/lab/dataplane does the work and says what it can do.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import time

from harness.api import wait_until

SCRIPT = pathlib.Path(__file__).resolve().parent / "lab" / "dataplane"


class Dataplane:
    """One agent in each of the shared pods, from start() to stop()."""

    def __init__(self, lab):
        self.pods = len(lab.shared)
        values = {name: lab.values[name] for name in ("LAB_DIR", "LAB_PORT_BASE")}
        self.environment = {**os.environ, **values}

    def start(self):
        self.call("up", str(self.pods))
        return self

    def stop(self):
        self.call("down")

    def call(self, *words):
        done = subprocess.run([SCRIPT, *words], env=self.environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout


class Vm:
    """A machine on a port of a pod."""

    def __init__(self, dataplane, region, port_id):
        self.dataplane, self.region, self.port_id = dataplane, region, port_id
        dataplane.call("vm", "add", region, port_id)

    def remove(self):
        self.dataplane.call("vm", "del", self.port_id)

    def in_force(self, what):
        """What agent and kernel have programmed: ingress_kbps, ingress_kpps, egress_kpps. None: no limit."""
        return json.loads(self.dataplane.call("show", self.port_id))[what]

    def dscp(self):
        """Read off a packet that the machine sends."""
        return int(self.dataplane.call("dscp", self.port_id))

    def measure(self, *how):
        """What arrives of what is sent: mbps, and kpps of UDP."""
        return json.loads(self.dataplane.call("measure", self.port_id, "--seconds", "2", *how))


class Watch:
    """Tells of each step how long it took from the call at the centre, and what the traffic did then."""

    def __init__(self, vms, bound):
        self.vms, self.bound = vms, bound

    def each(self, function):
        """Of each machine at the same time: region -> result."""
        with concurrent.futures.ThreadPoolExecutor(len(self.vms)) as pool:
            return dict(zip((vm.region for vm in self.vms), pool.map(function, self.vms)))

    def after(self, step, call, look, expected):
        """`call` is made at the centre; look(vm) is `expected` in each pod before the bound is over."""
        begin = time.monotonic()
        call()

        def until_it_is(vm):
            left = self.bound - (time.monotonic() - begin)
            wait_until(lambda: look(vm) == expected, left, f"{step}: {expected} in {vm.region}")
            return time.monotonic() - begin
        took = self.each(until_it_is)
        assert max(took.values()) < self.bound, (step, took)
        self.tell(step, {region: f"{seconds:.1f} s" for region, seconds in took.items()})

    def measured(self, words, figure, low, high, *how, within=30):
        """The traffic is between `low` and `high` in all pods at once. A busy machine is measured again."""
        seen = []

        def all_between():
            seen.append(self.each(lambda vm: vm.measure(*how)[figure]))
            return all(low <= value <= high for value in seen[-1].values())
        try:
            wait_until(all_between, within, f"{words} between {low} and {high}")
        finally:
            self.tell(words, *seen)

    def tell(self, step, *figures):
        print(f"{step:44}", *("  ".join(f"{region} {value}" for region, value in one.items()) for one in figures),
              sep="  ")
