"""A real Neutron that one test starts for itself, beside the lab's pods: with the plugins that it asks for."""
import configparser
import contextlib
import getpass
import subprocess
import uuid

import requests

from harness.api import wait_until
from harness.processes import Process, free_port

# (The agents' RPC stays in the process: no broker, and nobody else hears of what happens here.)
ALONE = {
    "DEFAULT": {"transport_url": "fake://", "rpc_workers": "0"},
    "oslo_messaging_notifications": {"driver": "noop"},
}


class OwnPod:
    """A neutron-server in a folder, with a database of its own in the lab's MariaDB. Its Keystone is the lab's, whose
    catalogue does not have it."""

    def __init__(self, lab, folder):
        self.lab, self.folder, self.port = lab, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = "own_" + uuid.uuid4().hex[:12]
        self.process = None

    def start(self, service_plugins, extension_drivers):
        """Serves when this returns."""
        self.folder.mkdir(exist_ok=True)
        if self.process is None:
            self._make_database()
        config = self._write_config(service_plugins, extension_drivers)
        self.process = Process("neutron-server", ["neutron-server", "--config-file", config], self.folder / "log").start()
        wait_until(self._serves, 60, "a Neutron that serves", every=0.1)
        return self

    def stop(self):
        if self.process is not None:
            self.process.stop()

    def remove(self):
        """Stopped, and nothing of it left in the lab."""
        try:
            self.stop()
        finally:
            self._sql(f"DROP DATABASE IF EXISTS {self.database}; DROP USER IF EXISTS {self.database}@localhost;")

    def _serves(self):
        assert self.process.running(), self.process.log_text()
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(self.url, timeout=10).status_code == 200
        return False

    def _write_config(self, service_plugins, extension_drivers):
        """That of the first pod, but for what makes it another."""
        config = configparser.RawConfigParser()
        config.read_string((self.lab.folder / "pod1" / "neutron.conf").read_text())
        config.read_dict(ALONE)
        config.read_dict({
            "DEFAULT": {"host": "own", "bind_port": self.port, "state_path": self.folder,
                        "service_plugins": service_plugins},
            "oslo_concurrency": {"lock_path": self.folder / "lock"},
            "ml2": {"extension_drivers": extension_drivers},
            "database": {"connection": config["database"]["connection"].replace("neutron_pod1", self.database)},
        })
        path = self.folder / "neutron.conf"
        path.touch(0o600)
        with path.open("w") as file:
            config.write(file)
        return path

    def _make_database(self):
        """The tables of the first pod, without what is in them: the quickest way to a schema."""
        self._sql(f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;"
                  f" CREATE USER {self.database}@localhost IDENTIFIED BY '{self.lab.values['LAB_PASSWORD']}';"
                  f" GRANT ALL PRIVILEGES ON {self.database}.* TO {self.database}@localhost;")
        tables = self._client("mariadb-dump", "--no-data", self.lab.values["POD1_DB_NAME"])
        self._client("mariadb", self.database, words="SET foreign_key_checks = 0;" + tables)

    def _sql(self, words):
        self._client("mariadb", words=words)

    def _client(self, program, *arguments, words=None):
        """One of MariaDB's own programs, as the lab's user, who may do anything there."""
        done = subprocess.run([program, "--no-defaults", "--socket", self.lab.values["DB_SOCKET"], "--user",
                               getpass.getuser(), *arguments], input=words, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout
