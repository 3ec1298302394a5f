"""One clean Debian 12 of a test, in a folder."""
import contextlib
import pathlib
import pwd
import shutil
import stat
import subprocess

import pytest

from bootstrap import write_apt_files
from harness.processes import Process
from harness.units import command_of, service_of

# In a mount namespace of its own each command has its /proc, and nothing is left mounted however it ends. The program
# takes the place of the shell: its pid is the one that we know.
ENTER = ["unshare", "--mount", "--propagation", "private",
         "sh", "-c", 'mount -t proc proc "$0/proc" && exec chroot "$@"']
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


class DebianRoot:
    def __init__(self, folder, tarball):
        self.folder, self.tarball, self.processes = folder, tarball, []

    def unpack(self):
        self.folder.mkdir(parents=True)
        subprocess.run(["tar", "-C", self.folder, "--numeric-owner", "-xpf", self.tarball], check=True, timeout=300)
        write_apt_files(self.folder)

    def remove(self):
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.folder)
            for process in self.processes:
                stack.callback(process.kill9)

    def path(self, inside):
        return self.folder / inside.lstrip("/")

    def run(self, *words, code=0, user=None):
        """Runs it in here; its output."""
        command = [*ENTER, self.folder, *([f"--userspec={user}"] if user else []), self.folder, *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=600, env=ENVIRONMENT)
        assert done.returncode == code, f"{words} ended with {done.returncode}\n{done.stdout}"
        return done.stdout

    def put(self, file):
        """Copies a file of this machine into it; where it lies in there."""
        shutil.copy(file, self.folder)
        return f"/{file.name}"

    def update(self):
        """Skips when there is no mirror: what follows would say nothing of the package."""
        try:
            self.run("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any")
        except AssertionError as failed:
            pytest.skip(f"the package is not tested: no mirror answers: {str(failed)[-500:]}")

    def install(self, *packages):
        """Names of packages, or files of this machine. What they only recommend stays out."""
        words = [self.put(package) if isinstance(package, pathlib.Path) else package for package in packages]
        return self.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *words)

    def identity(self, inside):
        """(mode, user, group) as `ls` of this Debian would show them."""
        found = self.path(inside).stat()

        def name(file, number):
            lines = [line.split(":") for line in self.path(file).read_text().splitlines()]
            return {int(words[2]): words[0] for words in lines}.get(number)
        return f"{stat.S_IMODE(found.st_mode):04o}", name("/etc/passwd", found.st_uid), name("/etc/group", found.st_gid)

    def user(self, name):
        lines = [line for line in self.path("/etc/passwd").read_text().splitlines() if line.startswith(name + ":")]
        return pwd.struct_passwd(lines[0].split(":")) if lines else None

    def start(self, role, environment=None):
        """The role as its unit would run it: same words, same user; it has said that it serves."""
        unit = self.path(f"/lib/systemd/system/tricircle-{role}.service")
        service = service_of(unit)
        who = f"--userspec={service['User']}:{service['Group']}"
        words = [*ENTER, self.folder, who, self.folder, *command_of(unit, environment)]
        process = Process(role, words, self.folder.parent / f"{self.folder.name}-{role}.log", env=ENVIRONMENT)
        self.processes.append(process)
        process.start()
        process.ready = process.wait_ready()
        return process
