"""Taking a region's own networks and policies over, as an operator does it."""
import json
import subprocess

from harness.processes import binary


class Import:
    """What one of the commands said: exit code, the import, the plan's items, and its words."""

    def __init__(self, cloud, *words, timeout=120):
        run = subprocess.run([binary(), *words, "--url", cloud.central.url, "-f", "json"], capture_output=True, text=True,
                             timeout=timeout)
        self.code, self.words = run.returncode, run.stdout + run.stderr
        answer = json.loads(run.stdout) if run.stdout else {"import": None, "items": []}
        self.about, self.items = answer["import"], answer["items"]

    def lines(self, kind=None):
        """action resource_type name state of each item."""
        return sorted(f"{item['action']} {item['resource_type']} {item['name']} {item['state']}".rstrip()
                      for item in self.items if kind in (None, item["resource_type"]))

    def count(self, action, kind, state="done"):
        return sum((item["action"], item["resource_type"], item["state"]) == (action, kind, state) for item in self.items)

    def found(self, name):
        (item,) = [item for item in self.items if item["name"] == name]
        return item["found"]

    @property
    def calls(self):
        return {pod["region_name"]: pod["calls"] for pod in self.about["pods"]}


def take_over(cloud, *words, **options):
    """An import that must come to its end."""
    done = Import(cloud, *words, **options)
    assert done.code == 0, done.words
    return done
