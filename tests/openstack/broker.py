"""The lab's message broker goes away and comes back. Meanwhile the pods answer nobody who changes something there, so such
tests have the lab to themselves."""
import os
import pathlib
import signal
import subprocess

from harness.api import wait_until


def stop_broker(lab, how=signal.SIGTERM):
    group = int((lab.folder / "run" / "rabbitmq.pid").read_text())  # the broker is a child of the process that leads it
    os.killpg(group, how)
    wait_until(lambda: not lives(group), 30, "the broker's end")


def lives(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def start_broker(lab):
    up = pathlib.Path(__file__).with_name("lab") / "up"
    subprocess.run([up], check=True, env={**os.environ, "LAB_DIR": str(lab.folder)}, stdout=subprocess.DEVNULL)
