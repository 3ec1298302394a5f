"""Databases of a test's own on the MariaDB that TRICIRCLE_TEST_MARIADB names, the URL that the unit tests take too."""
import atexit
import itertools
import os
import subprocess
from urllib.parse import unquote, urlsplit, urlunsplit

_numbers = itertools.count(1)


class Mariadb:
    """An empty database, dropped when the tests end: a centre that was stopped may be started again on it."""

    def __init__(self, url):
        self._at = urlsplit(url)
        self.name = f"tricircle_service_{os.getpid()}_{next(_numbers)}"
        self.url = urlunsplit(self._at._replace(path="/" + self.name))
        self._client(f"CREATE DATABASE {self.name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
        atexit.register(self._client, f"DROP DATABASE {self.name}")

    def number(self, query):
        """What the query gives, one number."""
        return int(self._client(query, self.name))

    def rows(self, query):
        return self._client(query, self.name).splitlines()

    def _client(self, statement, *database):
        # The list of hosts may be several; who tests a cluster looks at its first node.
        host, _, port = self._at.netloc.rpartition("@")[2].split(",")[0].partition(":")
        command = ["mariadb", "--no-defaults", "--protocol=tcp", f"--host={host}", f"--port={port or 3306}",
                   f"--user={unquote(self._at.username)}", "--batch", "--skip-column-names", f"--execute={statement}"]
        environment = {**os.environ, "MYSQL_PWD": unquote(self._at.password or "")}
        done = subprocess.run(command + list(database), env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{statement}: {done.stderr}"
        return done.stdout


def own_database():
    """None: no server is named, and a centre has its SQLite file."""
    url = os.environ.get("TRICIRCLE_TEST_MARIADB")
    return Mariadb(url) if url else None
