"""docs/api.md is what the server says of itself; docs/admin-api.md has every route of the Admin API and no other."""
import re
import subprocess

import pytest
import requests

from harness.processes import ROOT
from harness.server import Server

ADMIN_PAGE = ROOT / "docs/admin-api.md"
METHODS = ("GET", "POST", "PUT", "DELETE")
NOBODY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def central(tmp_path_factory):
    server = Server("central", tmp_path_factory.mktemp("docs") / "central", ["central", "--no-auth"]).start()
    yield server.url
    server.stop()


def documented():
    """[(method, path)] of the page."""
    return re.findall(r"^### (GET|POST|PUT|DELETE) (/v1\.0\S*)$", ADMIN_PAGE.read_text(), re.M)


def is_documented(method, path):
    """`/v1.0/jobs/{id}` is also where `/v1.0/jobs/detail` would be deleted."""
    return any(known == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", shape), path)
               for known, shape in documented())


def answer(central, method, path):
    path = path.replace("{kind}", "pod").replace("/routings/{id}", "/routings/7")
    return requests.request(method, central + re.sub(r"\{\w+\}", NOBODY, path), timeout=30)


def is_served(reply):
    """It is known there, whatever it says to an empty call about nothing."""
    return reply.status_code != 405 and "There is nothing at" not in reply.text


def test_the_api_reference_is_what_the_script_makes(central):
    made = subprocess.run([ROOT / "scripts/api-reference", central], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    assert made.stdout == (ROOT / "docs/api.md").read_text(), "scripts/api-reference URL > docs/api.md"


def test_every_part_of_the_admin_api_has_its_chapter():
    source = (ROOT / "src/api/admin.cpp").read_text()
    parts = {"tokens", *re.findall(r'\{"(\w+)", handle_\w+\}', source), *re.findall(r'path\[0\] == "(\w+)"', source)}
    assert len(parts) > 20
    assert parts == set(re.findall(r"^## /v1\.0/(\w+)$", ADMIN_PAGE.read_text(), re.M))


def test_every_documented_route_is_served(central):
    assert len(documented()) > 40
    for method, path in documented():
        assert is_served(answer(central, method, path)), f"{method} {path}"


def test_every_method_that_is_served_is_documented(central):
    """/v1.0/tokens aside: without a Keystone it says to every method that there is none."""
    for path in sorted({path for _, path in documented()} - {"/v1.0/tokens"}):
        for method in METHODS:
            if not is_documented(method, path):
                assert not is_served(answer(central, method, path)), f"{method} {path}"
