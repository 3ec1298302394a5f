import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "service"), str(TESTS / "openstack")]

from harness import leaks  # noqa: E402

no_secret_is_said = leaks.no_secret_is_said
