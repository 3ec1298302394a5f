"""A clean Debian 12 as a tarball: made by debootstrap from where apt of this machine takes its packages, and kept."""
import os
import re
import shutil
import subprocess

import pytest

from harness.processes import ROOT

CODENAME = "bookworm"
PLACE = ROOT / "build/package-test"


def apt(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def sources():
    """(URI, suite, component) of each source of Debian 12 that apt has here, the release itself first."""
    lines = apt("apt-get", "indextargets", "--format", "$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)").splitlines()
    found = [tuple(line.split()[1:]) for line in lines if line.startswith("Packages ")]
    ours = {source for source in found
            if re.fullmatch(f"{CODENAME}(-updates|-security)?", source[1]) and source[0].startswith("http")}
    return sorted(ours, key=lambda source: (source[1], source[2] != "main", source))


def apt_settings():
    """What apt of this machine was told of proxies and of old mirrors: in a new Debian it holds as well."""
    kept = [line for line in apt("apt-config", "dump", "Acquire").splitlines()
            if re.match(r"Acquire::(https?::(Proxy|Verify|CaInfo)|Check-)", line)]
    return "".join(line + "\n" for line in kept)


def skip_unless_possible():
    if os.geteuid() != 0:
        pytest.skip("the package is not tested: that wants root")
    for tool in ("debootstrap", "unshare", "chroot"):
        if not shutil.which(tool):
            pytest.skip(f"the package is not tested: there is no {tool}; scripts/install-deps installs it")
    if not sources():
        pytest.skip(f"the package is not tested: apt has no {CODENAME} over http here")


def debootstrap(folder):
    """Skips when no mirror gives a Debian: that says nothing of the package."""
    uri = sources()[0][0]
    proxy = re.search(r'^Acquire::http::Proxy "(.+)";', apt_settings(), re.M)
    done = subprocess.run(["debootstrap", "--variant=minbase", CODENAME, folder, uri], text=True, timeout=900,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env={**os.environ, **({"http_proxy": proxy[1]} if proxy else {})})
    if done.returncode:
        said = " / ".join(done.stdout.splitlines()[-3:])
        pytest.skip(f"the package is not tested: debootstrap made no Debian: {said}")


def tarball():
    """The file, made by the first run and used by all later ones; `make clean` takes it away."""
    kept = PLACE / f"{CODENAME}.tar"
    if kept.exists():
        return kept
    folder, unfinished = PLACE / "debootstrap", PLACE / "unfinished.tar"
    try:
        debootstrap(folder)
        subprocess.run(["tar", "-C", folder, "--numeric-owner", "-cf", unfinished, "."], check=True, timeout=300)
        unfinished.rename(kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.unlink(missing_ok=True)
    return kept


def write_apt_files(root):
    """Where the new Debian gets packages now: a tarball may be older than this machine's settings."""
    lines = [f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {' '.join(source)}\n"
             for source in sources()]
    (root / "etc/apt/sources.list").write_text("".join(lines))
    (root / "etc/apt/apt.conf.d/00machine").write_text(apt_settings())
    for name in ("resolv.conf", "hosts"):
        (root / "etc" / name).write_bytes(open(f"/etc/{name}", "rb").read())
