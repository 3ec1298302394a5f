"""What the bench's programs share: where the built programs are, what a process uses, tables and JSON."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build/release"))
TICKS = os.sysconf("SC_CLK_TCK")


def program(name):
    """A program of the bench itself: calls, commits, pods."""
    return BUILD / "tests/bench" / f"tricircle_bench_{name}"


def measured(name, *arguments, text=""):
    """What such a program has printed as JSON; its failure is ours."""
    done = subprocess.run([str(program(name)), *map(str, arguments)], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


def cpu_seconds(*pids):
    """What the processes have used so far, in user mode and in the kernel."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def session_of(leader):
    """The pids of a session, that of the lab's pods."""
    found = subprocess.run(["ps", "-s", str(leader), "-o", "pid="], capture_output=True, text=True, check=True)
    return [int(pid) for pid in found.stdout.split()]


def resident_mib(pid):
    """(now, the most so far)."""
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(round(int(status[name].split()[0]) / 1024, 1) for name in ("VmRSS", "VmHWM"))


def table(title, rows, columns):
    """Prints dicts; columns: name -> heading. What a row lacks is left blank."""
    cells = [list(columns.values())] + [[_text(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    print(f"\n{title}")
    for line in cells:
        print("  " + "  ".join(text.ljust(width) if i == 0 else text.rjust(width)
                               for i, (text, width) in enumerate(zip(line, widths))).rstrip())


def _text(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def keep(figures, out):
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(figures, indent=2) + "\n")
