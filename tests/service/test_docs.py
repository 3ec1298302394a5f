"""The manual says what is so: commands, options, metrics, alerts and links that it names are there."""
import re

import pytest

from harness.commands import run
from harness.manual import Page, mistake_in, named, pages, slug
from harness.metrics import family
from harness.processes import ROOT

RULES = ROOT / "docs/examples/prometheus-rules.yml"
# Of other programs: what a region's Neutron must be told, and what OpenStack Tricircle was.
FOREIGN = {("oslo_messaging_notifications", "driver")}
NO_METRIC = {"tricircle_db_connection", "tricircle_sim"}


@pytest.fixture(scope="module", params=pages(), ids=named)
def page(request):
    return Page(request.param)


@pytest.fixture(scope="module")
def options():
    """(section, option) of all that there are."""
    found, section = set(), None
    for line in run("config-reference").splitlines():
        if heading := re.match(r"#?\[(.*)\]$", line):
            section = heading.group(1)
        elif option := re.match(r"#?(\w+) =", line):
            found.add((section, option.group(1)))
    assert ("xjob", "lease") in found and ("pod:REGION", "cafile") in found
    return found


@pytest.fixture(scope="module")
def metrics():
    return set(re.findall(r"^\| `([a-z_]+)`", run("metric-reference"), re.M))


def test_each_command_can_be_typed(page):
    mistakes = [f"{named(page.path)}:{number}: tricircle {' '.join(command)}: {mistake}"
                for number, command, whole in page.commands() if (mistake := mistake_in(command, whole))]
    assert not mistakes, "\n".join(mistakes)


def test_each_option_is_in_the_reference(page, options):
    unknown = [f"{named(page.path)}:{number}: [{section}] {option}" for number, section, option in page.options()
               if (re.sub("^pod:.*", "pod:REGION", section), option) not in options | FOREIGN]
    assert not unknown, "\n".join(unknown)


def test_each_metric_is_in_the_reference(page, metrics):
    """Programs of the build are called alike."""
    rooms = re.findall(r"^tricircle_room\((\w+)", (ROOT / "src/CMakeLists.txt").read_text(), re.M)
    programs = {f"tricircle_{room}{end}" for room in rooms for end in ("", "_test")}
    text = page.path.read_text()
    unknown = {name for name in re.findall(r"\btricircle_[a-z_]*[a-z]", text)
               if family(name) not in metrics | programs | NO_METRIC}
    assert not unknown


def test_each_link_leads_somewhere(page):
    lost = []
    for number, target in page.links():
        file, _, anchor = target.partition("#")
        where = (page.path.parent / file).resolve() if file else page.path
        if not where.exists() or anchor and anchor not in Page(where).anchors():
            lost.append(f"{named(page.path)}:{number}: {target}")
    assert not lost, "\n".join(lost)


def test_each_alert_has_its_entry_in_the_runbook():
    rules = re.findall(r"- alert: (\w+)\n(.*?)(?=\n      - |\Z)", RULES.read_text(), re.S)
    assert len(rules) >= 10
    anchors = Page(ROOT / "docs/runbook.md").anchors()
    for alert, rule in rules:
        assert slug(alert) in anchors, f"docs/runbook.md has no entry {alert}"
        assert f"\n          runbook_url: docs/runbook.md#{slug(alert)}" in rule


def test_the_checks_see_what_is_wrong(tmp_path):
    """A page of mistakes: each is found, and what is right is not."""
    path = tmp_path / "page.md"
    path.write_text(
        "`tricircle pod set R --from-catalogue` `tricircle pod lost` `tricircle pod list -x` `tricircle up`\n"
        "\n    tricircle job list --status FAIL --all-projects   # good\n    tricircle pod show\n"
        "    $ X=y tricircle pod show a b\n\n"
        "[here](page.md#there) [x](missing.md) `[xjob] lease` `[xjob] lost = 1`\n\n    [agent]\n    x = 2\n")
    page = Page(path)
    assert [mistake_in(command, whole) for _, command, whole in page.commands()] == \
        [None, "it wants more", "it takes fewer words", None, "there is no lost", "there is no option -x", None]
    assert list(page.options()) == [(7, "xjob", "lease"), (7, "xjob", "lost"), (10, "agent", "x")]
    assert [target for _, target in page.links()] == ["page.md#there", "missing.md"]
    assert page.anchors() == set()
