"""kill -9 of XJob between any two steps of a change: a walk over the fault points (src/base/fault.hpp) on its way.

The change is made while no XJob runs. The first round only writes down the points that XJob passes on its way. Then,
for each of them, a fresh object is changed, an XJob is started that dies there, and another one ends the work.
"""
import re
import signal

from harness.api import wait_until

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Walk:
    """`prepare` makes one fresh object and may leave it to XJob to settle; `change` asks for the work; `check` asserts
    its end."""

    def __init__(self, centre, prepare, change, check):
        self.centre, self.prepare, self.change, self.check = centre, prepare, change, check

    def run(self):
        """Walks; returns the names of the points on the way and of those that XJob died at."""
        first = self.prepare()
        self.centre.rest()
        points, _ = self.round(first, "points", {})
        assert points, "the change makes XJob pass no fault point"
        things = [self.prepare() for _ in points]
        self.centre.rest()
        died_at = []
        for number, thing in enumerate(things, 1):
            passed, died = self.round(thing, f"died-at-{number}", {"TRICIRCLE_DIE_AT": str(number)})
            if died:
                died_at.append(passed[-1])
        return points, died_at

    def round(self, thing, name, environment):
        """One object changed, with one XJob and then another: the points that the first has passed, and if it died."""
        log = self.centre.folder / name
        self.centre.xjob.stop()
        self.change(thing)
        doomed = self.centre.launch_xjob({"TRICIRCLE_FAULT_LOG": str(log), **environment})
        wait_until(lambda: not doomed.running() or self.centre.is_at_rest(), 60, f"{name}: XJob dead or the work done")
        died = not doomed.running()
        assert not died or doomed.wait_end() == -signal.SIGKILL, doomed.log_text()
        doomed.stop()
        self.centre.start_xjob()
        self.centre.rest()
        jobs = self.centre.admin.jobs()
        assert {job["status"] for job in jobs} == {"SUCCESS"}, [j for j in jobs if j["status"] != "SUCCESS"]
        self.check(thing)
        return [UUID.sub("{id}", line.split(" ", 1)[1]) for line in log.read_text().splitlines()], died
