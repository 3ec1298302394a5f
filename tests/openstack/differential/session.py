"""All that a run stands on, from a lab that is up: accounts, a centre, and the clean pod afterwards."""
import contextlib
import pathlib

from .accounts import Accounts, take_away
from .centre import start_centre
from .run import Run


@contextlib.contextmanager
def session(lab, seed, folder, region="RegionTwo"):
    """A Run against the lab's region. What it made there is gone at the end."""
    values, pod_url = lab.values, lab.pods[region].url
    accounts = Accounts(values["KEYSTONE_URL"], values["LAB_PASSWORD"])
    with contextlib.ExitStack() as after:
        after.callback(accounts.stop)
        accounts.start()
        centre = start_centre(values, pathlib.Path(folder))
        after.callback(centre.stop)
        after.callback(_clean_up, pod_url, accounts)
        yield Run(seed, pod_url, centre.url, accounts.tokens, accounts.projects)


def _clean_up(pod_url, accounts):
    left = take_away(pod_url, accounts.tokens["admin"], accounts.projects.values())
    if left:
        raise AssertionError(f"the pod does not let go: {left}")
