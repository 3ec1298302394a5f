"""docs/tutorial.md, typed line by line into one shell: each command does, and prints, what the page says."""
import fnmatch
import os
import pathlib
import re
import subprocess

from harness.processes import ROOT, binary, free_port

PAGE = ROOT / "docs" / "tutorial.md"
MARK = "-- of line "


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


def test_every_line_of_the_tutorial_does_what_it_says(tmp_path):
    commands = steps()
    assert len(commands) > 30
    text = script(commands)
    for port in ("9696", "9701", "9702", "9703"):
        text = text.replace(port, str(free_port()))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "TRICIRCLE_"))}
    central = re.search(r"OS_ENDPOINT=(http://\S+)", text).group(1)
    clean["TRICIRCLE_URL"] = central  # where the page has the default
    clean["PATH"] = f"{pathlib.Path(binary()).parent}:{clean['PATH']}"
    done = subprocess.run(["bash"], input=text.replace("$PWD/build/release/src/app:", ""), capture_output=True, text=True,
                          cwd=tmp_path, env=clean, timeout=240)
    output = printed(done.stdout)
    assert done.returncode == 0, f"at line {max(output, default=0)}: {done.stderr}\n{done.stdout[-2000:]}"
    for number, command, lines in commands:
        for line in lines:
            assert shows(line, output[number]), f"line {number}: {command}\n{line}\nis not in\n" + "\n".join(output[number])
