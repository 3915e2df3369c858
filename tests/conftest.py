"""What every test starts from: logging as imported, and generated examples judged by no wall clock."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# A wide terminal for every test: folders of parallel runs are long, and a broken line is no other answer.
os.environ["COLUMNS"] = "240"
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Takes back what a process's own main set up, so that no later test logs to a closed stream."""
    yield
    structlog.reset_defaults()
