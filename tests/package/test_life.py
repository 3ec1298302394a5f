"""The package at work: its roles run as their units say, an upgrade keeps all, a removal much, a purge nothing."""
from centre import CONFIG, InstalledCentre, configure
from harness.api import wait_until
from harness.processes import free_port


def test_the_roles_serve_as_their_units_start_them(root, package, keystone):
    root.install(package)
    centre = InstalledCentre(root, keystone)
    centre.start()
    centre.make_policy("gold", 100_000)
    assert centre.policies() == {"gold": [100_000]}
    # 6: XJob has looked at the region, and nobody answers there. 5 would be: nobody looked.
    said = root.run(*centre.command("pod", "create", "RegionOne", "--az-name", "az1", "--neutron-url",
                                    f"http://127.0.0.1:{free_port()}"), code=6)
    assert "does not answer" in said
    root.path("/etc/default/tricircle-agent").write_text(
        f"TRICIRCLE_REGION=RegionOne\nTRICIRCLE_CENTRAL={centre.url}\n")
    given = dict(line.split("=", 1) for line in root.path("/etc/default/tricircle-agent").read_text().splitlines())
    agent = root.start("agent", {"TRICIRCLE_CONFIG": CONFIG, **given})
    assert agent.ready == "agent region=RegionOne hears=polling"
    agent.stop()
    centre.stop()
    assert root.identity("/var/lib/tricircle/central.db")[1:] == ("tricircle", "tricircle")


def test_a_log_file_is_rotated_under_the_program(root, package, keystone):
    root.install(package, "logrotate")
    centre = InstalledCentre(root, keystone)
    configure(root, "DEFAULT", log_file="/var/log/tricircle/tricircle.log", debug="true")
    centre.start()
    log, rotated = (root.path(f"/var/log/tricircle/tricircle.log{end}") for end in ("", ".1.gz"))
    centre.make_policy("before", 1000)
    wait_until(lambda: "/v2.0/qos/policies" in log.read_text(), what="the request in the log")
    assert root.identity("/var/log/tricircle/tricircle.log")[1:] == ("tricircle", "tricircle")
    root.run("logrotate", "--force", "/etc/logrotate.d/tricircle")
    assert rotated.exists()
    centre.policies()
    wait_until(lambda: "path=/v2.0/qos/policies" in log.read_text(), what="the log goes on")
    assert "\0" not in log.read_text()  # as a hole would read
    centre.stop()


def test_an_upgrade_keeps_data_and_what_was_configured(root, package, older_package, keystone):
    root.install(older_package)
    centre = InstalledCentre(root, keystone)
    configured, identity = root.path(CONFIG).read_text(), root.identity(CONFIG)
    centre.start()
    centre.make_policy("gold", 100_000)
    # The sample has an option more now: dpkg is told to keep what was edited.
    root.install(package, "-o", "Dpkg::Options::=--force-confold")
    assert root.path(CONFIG).read_text() == configured
    assert root.identity(CONFIG) == identity == ("0640", "root", "tricircle")
    assert "#in_flight_per_pod = 16\n" in root.path(CONFIG + ".dpkg-dist").read_text()
    assert centre.policies() == {"gold": [100_000]}, "what runs goes on"
    centre.stop()
    centre.start()
    assert centre.policies() == {"gold": [100_000]}
    centre.make_policy("silver", 20_000)
    assert centre.policies() == {"gold": [100_000], "silver": [20_000]}
    centre.stop()


def test_a_removal_keeps_configuration_and_data_and_a_purge_nothing(root, package, keystone):
    root.install(package)
    centre = InstalledCentre(root, keystone)
    configure(root, "DEFAULT", log_file="/var/log/tricircle/tricircle.log")
    centre.start()
    centre.make_policy("gold", 100_000)
    centre.stop()
    uid = root.user("tricircle").pw_uid
    configured = root.path(CONFIG).read_text()
    root.run("apt-get", "remove", "-q", "-y", "tricircle-qos")
    assert not root.path("/usr/bin/tricircle").exists()
    assert not list(root.path("/lib/systemd/system").glob("tricircle-*"))
    assert root.path(CONFIG).read_text() == configured

    root.install(package)
    centre.start()
    assert centre.policies() == {"gold": [100_000]}
    centre.stop()
    root.run("apt-get", "purge", "-q", "-y", "tricircle-qos")
    left = [path for place in ("/etc", "/usr", "/lib/systemd", "/var/lib", "/var/log")
            for path in root.path(place).rglob("*tricircle*")]
    assert left == []
    assert root.user("tricircle").pw_uid == uid, "the user stays"
