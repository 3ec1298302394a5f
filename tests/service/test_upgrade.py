"""A cloud is upgraded process by process: programs of two schemas share one store as long as the newer one says that they
may, and whoever may not says so. The newer program is played by what its migrations do to the file.
"""
import contextlib
import sqlite3
import subprocess

import requests

from cloud import rule_set, wait_until
from harness.processes import binary


def upgraded_by_a_newer_program(cloud, works_from):
    """As a migration that only adds leaves it: a column that older programs do not know, with a default."""
    with contextlib.closing(sqlite3.connect(cloud.store, timeout=30)) as store:
        known = store.execute("SELECT max(version) FROM schema_version").fetchone()[0]
        with store:
            store.execute("ALTER TABLE qos_policies ADD COLUMN since_the_next_release BIGINT NOT NULL DEFAULT 0")
            store.execute("INSERT INTO schema_version (version, name, applied_at, works_from) VALUES (?, 'next', 1, ?)",
                          (known + 1, known + works_from))
    return known


def test_a_program_goes_on_under_a_newer_ones_schema_and_starts_on_it(cloud):
    policy, network = cloud.bound_everywhere()
    upgraded_by_a_newer_program(cloud, works_from=0)
    rule = cloud.net.get_qos_policy(policy.id).rules[0]
    cloud.net.update_qos_bandwidth_limit_rule(rule["id"], policy, max_kbps=4711)
    cloud.rest()
    cloud.xjob.stop()
    cloud.central.stop()
    cloud.central.start()
    cloud.start_xjob()
    other = cloud.policy(name="made after the restart")
    cloud.net.update_network(network, qos_policy_id=other.id)
    cloud.rest()
    for region in cloud.pods:
        cloud.assert_bound("network", network, other, region)
    assert rule_set(cloud.net.get_qos_policy(policy.id))


def test_a_program_that_is_too_old_says_so_and_lets_the_store_alone(cloud):
    known = upgraded_by_a_newer_program(cloud, works_from=1)
    # Who runs already takes no more part: a load balancer gives it nothing.
    wait_until(lambda: requests.get(cloud.central.url + "/readyz", timeout=10).status_code == 503,
               what="the centre is not ready any more")
    done = subprocess.run([binary(), "xjob", "--state", cloud.state, "--config", cloud.config], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode != 0
    assert f"for programs that know schema {known + 1} at least; this one knows {known}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
