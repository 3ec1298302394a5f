"""A long run by hand, against a lab that is up:

    LAB_DIR=/tmp/tricircle-lab PYTHONPATH=tests:tests/openstack \\
        /usr/bin/python3 -m differential --seed 7 --count 3000
"""
import argparse
import sys
import tempfile
import time

from real_pods import Lab

from .report import brief, known_table, report, summary
from .session import session
from .side import NO_ANSWER


def arguments():
    parser = argparse.ArgumentParser(prog="differential", 
                                     description="The same requests to the centre and to a Neutron")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--region", default="RegionTwo")
    parser.add_argument("--report", help="a file for the whole report; the short one goes to standard output")
    return parser.parse_args()


def main():
    asked, started = arguments(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tricircle-differential.") as folder, \
            session(Lab(), asked.seed, folder, asked.region) as run:
        for exchange in run.go(asked.count):
            if NO_ANSWER in (exchange.pod.status, exchange.ours.status):
                print(f"no answer to {exchange.number}: {exchange.request}", file=sys.stderr)
            if exchange.number % 500 == 0:
                print(f"{time.monotonic() - started:4.0f} s: {summary(run.history)}", file=sys.stderr)
    text = report(run.history, asked.seed)
    if asked.report:
        with open(asked.report, "w", encoding="utf-8") as file:
            file.write(text)
        print(summary(run.history), known_table(run.history), brief(run.history), sep="\n")
    else:
        print(text)
    sys.exit(any(exchange.new for exchange in run.history))


main()
