"""docs/tutorial.md, typed line by line into one shell: each command does, and prints, what the page says."""
import fnmatch
import os
import pathlib
import re
import subprocess
import threading

from harness.processes import ROOT, binary, free_port

PAGE = ROOT / "docs" / "tutorial.md"
MARK = "-- of line "
LONGEST = 200  # seconds


def steps():
    """[(number of the line, command, what it prints)]"""
    found = []
    for number, line in enumerate(PAGE.read_text().splitlines(), 1):
        if line.startswith("    $ "):
            found.append((number, line[6:], []))
        elif line.startswith("    ") and found:
            found[-1][2].append(line[4:])
    return found


def script(commands):
    """Nothing that fails is passed over: the shell says at which line it was."""
    text = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    for number, command, _ in commands:
        text += f"echo '{MARK}{number}'\n{command}\n"
    return text


def printed(output):
    """Number of a line -> what was printed after it."""
    parts = re.split(f"^{MARK}(\\d+)\n", output, flags=re.M)
    return {int(number): text.splitlines() for number, text in zip(parts[1::2], parts[2::2])}


def shows(pattern, lines):
    """Some line is as the page says, whatever stands for its `...`."""
    parts = [fnmatch.translate(part)[:-2].replace(".*", re.escape("*")) for part in pattern.split("...")]
    return any(re.fullmatch(".*".join(parts), line.rstrip()) for line in lines)


def typed(text, folder, environment):
    """Exit code, standard output and error. What the shell has started ends with it, also when it takes too long."""
    with subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          cwd=folder, env=environment) as shell:
        timer = threading.Timer(LONGEST, shell.terminate)
        timer.start()
        told, errors = shell.communicate(text)
        timer.cancel()
        return shell.returncode, told, errors


def test_every_line_of_the_tutorial_does_what_it_says(tmp_path):
    commands = steps()
    assert len(commands) > 30
    text = script(commands)
    ports = {port: str(free_port()) for port in ("9696", "9701", "9702", "9703")}
    text = re.sub(r":(9696|970[123])\b", lambda found: ":" + ports[found.group(1)], text)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "TRICIRCLE_"))}
    central = re.search(r"OS_ENDPOINT=(http://\S+)", text).group(1)
    clean["TRICIRCLE_URL"] = central  # where the page has the default
    clean["PATH"] = f"{pathlib.Path(binary()).parent}:{clean['PATH']}"
    code, told, errors = typed(text.replace("$PWD/build/release/src/app:", ""), tmp_path, clean)
    output = printed(told)
    assert code == 0, f"at line {max(output, default=0)}: {errors}\n{told[-2000:]}"
    for number, command, lines in commands:
        for line in lines:
            assert shows(line, output[number]), f"line {number}: {command}\n{line}\nis not in\n" + "\n".join(output[number])
