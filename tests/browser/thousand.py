#!/usr/bin/python3
"""A store with N pods, N policies and a copy of each in each, all in sync; then, with --turn, cells that turn.

Usage: thousand.py FILE N           the file is a store that central has made, and no process uses it
       thousand.py FILE --turn N SECONDS
           N times a second another copy is pending or in sync again
"""
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from fill import Filler, sql_id  # noqa: E402


def fill(path, size):
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous = OFF")
    store.execute("BEGIN")
    filler = Filler(store, "admin", pods=size, policies=size, networks=0, ports=0, places=0, every=0)
    filler.pods("http://127.0.0.1:9")
    filler.policies()
    filler.put("copies", size * size, policy_id=sql_id("policy", f"i / {size}"), pod_id=sql_id("pod", f"i % {size}"),
               project_id=":project", mark="''", attributes="'{}'", rules="'[]'", ready="1", tagged="1", intent="1",
               state="CASE WHEN i % 1999 = 0 THEN 'refused' WHEN i % 1777 = 0 THEN 'cancelled' ELSE 'in_sync' END",
               last_error="''", since=":now")
    store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def turn(path, rate, seconds, batch=50):
    store = sqlite3.connect(path, timeout=30, isolation_level=None)
    policies = [row[0] for row in store.execute("SELECT id FROM qos_policies ORDER BY id")]
    pod = store.execute("SELECT pod_id FROM pods LIMIT 1").fetchone()[0]
    begin, done = time.monotonic(), 0
    while time.monotonic() - begin < seconds:
        store.execute("BEGIN IMMEDIATE")
        for number in range(done, done + batch):
            # The copy's state is what the board reads; the intent says whether the pod is behind.
            store.execute("UPDATE copies SET intent = 1 - intent WHERE policy_id = ? AND pod_id = ?",
                          (policies[number % len(policies)], pod))
        store.execute("COMMIT")
        done += batch
        time.sleep(max(0.0, begin + done / rate - time.monotonic()))
    print(done, flush=True)


if __name__ == "__main__":
    if sys.argv[2] == "--turn":
        turn(sys.argv[1], int(sys.argv[3]), float(sys.argv[4]))
    else:
        fill(sys.argv[1], int(sys.argv[2]))
