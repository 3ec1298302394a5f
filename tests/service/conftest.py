import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cloud import Cloud  # noqa: E402


@pytest.fixture
def cloud(tmp_path):
    """Two embedded pods, all roles as processes of their own."""
    made = Cloud(tmp_path / "cloud")
    try:
        yield made.start()
    finally:
        made.stop()
