"""kill -9 of XJob between any two steps of a change: a walk over the fault points (src/base/fault.hpp) on its way.

The change is made while no XJob runs. The first round only writes down the points that XJob passes on its way. Then,
for each of them, a fresh object is changed, an XJob is started that dies there, and another one ends the work.
"""
import re
import signal

from harness.api import wait_until

# XJob comes by it after a call that had no answer in time, as may happen on a busy machine.
DISTURBED = "before put back"
MOST_REPEATS = 6
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Walk:
    """`prepare` makes one fresh object and may leave it to XJob to settle; `change` asks for the work; `check` asserts
    its end."""

    def __init__(self, centre, prepare, change, check):
        self.centre, self.prepare, self.change, self.check = centre, prepare, change, check

    def run(self):
        """Walks; returns the names of the points that XJob died at. None of those on its way is left out."""
        points = self.points()
        things = [self.prepare() for _ in points]
        self.centre.rest()
        died_at = [self.kill(thing, number) for number, thing in enumerate(things, 1)]
        # A disturbed round passes other points than the first: what it has missed is tried again.
        for _ in range(MOST_REPEATS):
            missed = [name for name in points if name not in died_at]
            if not missed:
                return died_at
            thing = self.prepare()
            self.centre.rest()
            died_at.append(self.kill(thing, points.index(missed[0]) + 1))
        raise AssertionError(f"no XJob died at {missed}, but at {died_at}")

    def points(self):
        """The points that an undisturbed XJob passes."""
        for _ in range(MOST_REPEATS):
            thing = self.prepare()
            self.centre.rest()
            points, _ = self.round(thing, "points", {})
            assert points, "the change makes XJob pass no fault point"
            if DISTURBED not in points:
                return points
        raise AssertionError(f"the machine is too busy: no round without a lost call, the last passed {points}")

    def kill(self, thing, number):
        """The name of the point; None when the work ended before."""
        passed, died = self.round(thing, f"died-at-{number}", {"TRICIRCLE_DIE_AT": str(number)})
        return passed[-1] if died else None

    def round(self, thing, name, environment):
        """One object changed, with one XJob and then another: the points that the first has passed, and if it died."""
        log = self.centre.folder / name
        log.unlink(missing_ok=True)
        self.centre.xjob.stop()
        self.change(thing)
        doomed = self.centre.launch_xjob({"TRICIRCLE_FAULT_LOG": str(log), **environment})
        wait_until(lambda: not doomed.running() or self.centre.is_at_rest(), 60, f"{name}: XJob dead or the work done")
        # The last point comes after the last record: there it may be at rest and about to die.
        doomed.popen.send_signal(signal.SIGTERM)
        code = doomed.wait_end()
        assert code in (0, -signal.SIGKILL), doomed.log_text()
        doomed.stop()
        self.centre.start_xjob()
        self.centre.rest()
        jobs = self.centre.admin.jobs()
        assert {job["status"] for job in jobs} == {"SUCCESS"}, [j for j in jobs if j["status"] != "SUCCESS"]
        self.check(thing)
        return [UUID.sub("{id}", line.split(" ", 1)[1]) for line in log.read_text().splitlines()], code != 0
