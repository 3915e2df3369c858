"""What every test starts from: logging as imported, and generated examples judged by no wall clock."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Takes back what a process's own main set up, so that no later test logs to a closed stream."""
    yield
    structlog.reset_defaults()
