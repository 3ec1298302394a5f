"""The same requests to the centre and to a real Neutron pod: their answers agree, but for what is known and why.
`python3 -m differential` is the same for thousands of requests; see docs/testing.md."""
from differential.known_differences import KNOWN
from differential.report import brief, summary
from differential.session import session

SEED, COUNT = 20, 300


def test_the_centre_answers_as_a_neutron_does(lab, tmp_path):
    with session(lab, SEED, tmp_path) as run:
        history = list(run.go(COUNT))
    assert sum(exchange.pod.succeeded for exchange in history) >= 0.4 * COUNT, summary(history)
    assert not any(exchange.new for exchange in history), f"{summary(history)}\n{brief(history)}"


def test_the_known_differences_are_few_and_say_why():
    assert len(KNOWN) <= 15
    assert len({entry.name for entry in KNOWN}) == len(KNOWN)
    assert all(entry.why for entry in KNOWN)
