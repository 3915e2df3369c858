"""Soaks take minutes to hours; `make soak` runs them."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=200, help="how many times processes are killed or stopped")
