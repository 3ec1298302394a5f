"""XJob, the centre and embedded pods are killed at random while tenants edit without pause: at rest all that the centre
has accepted is there, and every pod equals the centre.

SOAK_KILLS (200) and SOAK_SEED (1) in the environment say how often, and which choices are made; how the processes meet
is new each time. With LAB_DIR, real pods are among the pods.
"""
import collections
import concurrent.futures
import os
import random

from cloud import wait_until
from mixed_cloud import MixedCloud
from mortal import Mortal
from tenants import Tenant

KILLS, SEED = int(os.environ.get("SOAK_KILLS", "200")), int(os.environ.get("SOAK_SEED", "1"))
TENANTS = 4


class Killer:
    """Kills one after the other, some edits apart. Some are started with an end of their own, at a fault point; who is
    dead comes back some edits later, the centre at once."""

    def __init__(self, cloud, tenants, threads):
        self.tenants, self.threads, self.random = tenants, threads, random.Random(SEED)
        self.victims = [Mortal.of_xjob(cloud), Mortal.of_server("centre", cloud.central),
                        *(Mortal.of_server("embedded pod", pod) for pod in cloud.embedded.values())]
        self.kills, self.dead = collections.Counter(), {}

    def edits(self):
        for thread in self.threads:
            if thread.done():
                thread.result()
        return sum(sum(tenant.counts.values()) for tenant in self.tenants)

    def more_edits(self, count):
        """Waits for them, and sees who is dead by then or comes back."""
        end = self.edits() + count
        wait_until(lambda: self.tend() or self.edits() >= end, 120, f"{count} more edits")

    def tend(self):
        edits = self.edits()
        for victim in self.victims:
            if victim not in self.dead and not victim.process().running():
                self.buried(victim, " at a fault point")
            if victim in self.dead and self.dead[victim] <= edits:
                del self.dead[victim]
                points = 8 if victim.kind == "centre" else 60  # it passes few: those of a port that is let go
                victim.come_back(self.random.choice((None, self.random.randrange(1, points))))

    def buried(self, victim, how=""):
        self.kills[victim.kind + how] += 1
        self.dead[victim] = 0 if victim.kind == "centre" else self.edits() + self.random.randrange(60)

    def kill(self):
        self.more_edits(self.random.randrange(1, 30))
        kind = self.random.choice(sorted({victim.kind for victim in self.victims}))
        living = [victim for victim in self.victims if victim.kind == kind and victim not in self.dead]
        if living:
            victim = self.random.choice(living)
            victim.process().kill9()
            self.buried(victim)

    def let_live(self):
        """All are there again, and nobody is to die any more."""
        for victim in self.victims:
            victim.come_back()


def table(rows):
    for name, count in sorted(rows.items()):
        print(f"  {name:<44}{count:>8}")


def test_kills_at_random_under_edits_change_nothing_in_the_end(tmp_path):
    cloud = MixedCloud(tmp_path / "cloud")
    try:
        cloud.start()
        tenants = [Tenant(cloud, f"T{number}", SEED) for number in range(TENANTS)]
        for tenant in tenants:
            tenant.settle_in()
        common = cloud.policy("common", is_shared=True, project_id=tenants[0].project)
        for tenant in tenants:
            tenant.common = (common.id, next(r["id"] for r in common.rules if r["type"] == "bandwidth_limit"))
        with concurrent.futures.ThreadPoolExecutor(TENANTS) as pool:
            killer = Killer(cloud, tenants, [pool.submit(tenant.work) for tenant in tenants])
            try:
                while sum(killer.kills.values()) < KILLS:
                    killer.kill()
                killer.let_live()
            finally:
                for tenant in tenants:
                    tenant.stopped = True
        for thread in killer.threads:
            thread.result()
        print(f"\nseed {SEED}, pods {', '.join(cloud.pods)}; kills of")
        table(killer.kills)
        print("edits by", TENANTS, "tenants")
        table(sum((tenant.counts for tenant in tenants), collections.Counter()))
        print("edits without an answer, by what had come of them (the common policy's apart)")
        table(sum((tenant.looked_up for tenant in tenants), collections.Counter()))
        cloud.rest(180)
        print("jobs")
        table(cloud.jobs())
        for tenant in tenants:
            tenant.assert_accepted_is_there()
        cloud.assert_pods_equal_the_centre()
        assert set(cloud.jobs()) <= {"SUCCESS", "FAIL, its port is gone"}
    finally:
        cloud.stop()
