"""The operator's commands, as an operator types them."""
import subprocess

from harness.processes import binary


def run(*arguments, url=None, code=0):
    """A command's standard output; the exit code must be `code`. Of one that failed, what it said on standard error."""
    command = [binary(), *arguments] + (["--url", url] if url else [])
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def rows(table):
    """The cells of a printed table, a dict a row."""
    lines = [[cell.strip() for cell in line.strip("|\n").split(" | ")]
             for line in table.splitlines() if line.startswith("|")]
    return [dict(zip(lines[0], line)) for line in lines[1:]]
