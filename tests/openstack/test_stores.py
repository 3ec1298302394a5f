"""Every store is held to the same suite: the storage conformance tests, and the engine's, XJob's and the API's on top of
them, on one MariaDB and on a Galera cluster. (On SQLite they are run by `make test-unit`.)
"""
import os
import subprocess

import pytest

from harness.processes import ROOT

BUILT = ROOT / "build/dev/src"
ONLY_MARIADB = "--gtest_filter=*Mariadb*"


def run(room, url, folder, *arguments):
    """The room's tests as make test-unit runs them, on this store. Returns how many were."""
    report = folder / f"{room}.log"
    with open(report, "w") as log:
        code = subprocess.run([BUILT / f"tricircle_{room}_test", "--gtest_brief=1", *arguments], stdout=log,
                              stderr=subprocess.STDOUT, env={**os.environ, "TRICIRCLE_TEST_MARIADB": url},
                              timeout=500).returncode
    text = report.read_text(errors="replace")
    assert code == 0, f"{room} on {url.rpartition('@')[2]}: {text[-4000:]}"
    return int(text.rpartition("[  PASSED  ] ")[2].split()[0])


def test_the_suite_of_all_stores_on_galera(galera, tmp_path):
    assert run("storage", galera.url, tmp_path, ONLY_MARIADB) >= 27


def test_the_suite_of_all_stores_on_one_mariadb(lab, tmp_path):
    assert run("storage", lab.mariadb_url(), tmp_path, ONLY_MARIADB) >= 27


@pytest.mark.parametrize("room, many", [("engine", 100), ("xjob", 100), ("plan", 10), ("api", 100)])
def test_what_stands_on_the_store_on_galera(room, many, galera, tmp_path):
    assert run(room, galera.url, tmp_path) > many
