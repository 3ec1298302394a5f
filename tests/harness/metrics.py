"""What a process of ours tells in Prometheus' form."""
import re

import requests

SERIES = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")


def series(url):
    """(name, labels as a sorted tuple of pairs) -> value."""
    found = {}
    for line in requests.get(url + "/metrics", timeout=10).text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SERIES.match(line).groups()
        pairs = tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")))
        assert (name, pairs) not in found, f"{line} comes twice"
        found[name, pairs] = float(value)
    return found


def family(name):
    """The metric that a series belongs to."""
    return re.sub(r"_(?:bucket|sum|count)$", "", name)


def moved(before, after):
    """Names of the metrics of which a series has come, gone or changed."""
    return {family(key[0]) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
