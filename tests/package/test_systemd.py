"""Under a systemd of its own: what the units forbid is nothing that the roles need, and apt restarts what runs."""
import contextlib

import pytest
import requests

from centre import InstalledCentre
from harness.api import wait_until
from harness.processes import free_port
from machine import Machine, can_boot

ROLES = ("central", "xjob", "agent")


@pytest.fixture
def machine(root, older_package):
    if not can_boot():
        pytest.skip("the package is not tested under systemd: there is no systemd-nspawn (package systemd-container)")
    root.install("systemd", "systemd-sysv", "dbus")
    root.install(older_package)
    with contextlib.ExitStack() as stack:
        made = Machine(root)
        made.start()
        stack.callback(made.stop)
        yield made


def serves(centre):
    def asks():
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(centre.url + "/readyz", timeout=5).status_code == 200
    wait_until(asks, what="central is ready")


def test_systemd_runs_the_roles_and_an_upgrade_restarts_those_that_ran(machine, root, package, keystone):
    assert machine.pids(*ROLES) == dict.fromkeys(ROLES, 0), "nothing runs before it is told to"
    centre = InstalledCentre(root, keystone)
    machine.run("systemctl", "enable", "--now", "tricircle-central", "tricircle-xjob")
    serves(centre)
    centre.make_policy("gold", 100_000)
    # A name to look up, a call, and a socket in the state folder: all that the units could have taken away.
    said = machine.run(*centre.command("pod", "create", "RegionOne", "--az-name", "az1", "--neutron-url",
                                       f"http://localhost:{free_port()}"), code=6)
    assert "does not answer" in said
    before = machine.pids(*ROLES)
    assert before["central"] and before["xjob"] and not before["agent"]

    new = root.put(package)
    machine.run("apt-get", "install", "-q", "-y", "-o", "Dpkg::Options::=--force-confold", new)
    serves(centre)
    after = machine.pids(*ROLES)
    assert after["central"] not in (0, before["central"]) and after["xjob"] not in (0, before["xjob"])
    assert not after["agent"], "what was stopped stays stopped"
    assert centre.policies() == {"gold": [100_000]}
    assert machine.words_of("xjob").count("ready xjob state=/var/lib/tricircle") == 2

    # An agent without a region is not tried again and again.
    machine.run("systemctl", "start", "tricircle-agent")
    wait_until(lambda: machine.run("systemctl", "is-failed", "tricircle-agent", code=None).strip() == "failed",
               what="the agent is given up")
    assert "is required" in machine.words_of("agent")
    root.path("/etc/default/tricircle-agent").write_text(
        f"TRICIRCLE_REGION=RegionOne\nTRICIRCLE_CENTRAL={centre.url}\n")
    machine.run("systemctl", "restart", "tricircle-agent")
    wait_until(lambda: "ready agent region=RegionOne" in machine.words_of("agent"), what="the agent serves")

    # An upgrade that shall restart nothing.
    ran = machine.pids(*ROLES)
    machine.run("systemctl", "mask", "--runtime", *(f"tricircle-{role}" for role in ROLES))
    machine.run("apt-get", "install", "-q", "-y", "--reinstall", new)
    machine.run("systemctl", "unmask", "--runtime", *(f"tricircle-{role}" for role in ROLES))
    assert machine.pids(*ROLES) == ran

    machine.run("apt-get", "remove", "-q", "-y", "tricircle-qos")
    assert machine.pids(*ROLES) == dict.fromkeys(ROLES, 0), "a removal ends all of them"
