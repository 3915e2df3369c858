"""The scripted player behind a delayed link: the ghost saves waiting, the arm rests where he let go."""

from collections.abc import Iterator

import pytest
from delay.page import Page, page_in
from delay.rig import SO101, Terms
from delay.trials import let_go, reach
from lock_step import IdealServos, LockStep

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page's own code, bundled once."""
    with page_in(tmp_path_factory.mktemp("page")) as made:
        yield made


def on_the_bus() -> LockStep:
    """The bridge with its servo chain and the emulated servos."""
    return LockStep(IdealServos(SO101), SO101)


def test_with_the_ghost_a_late_reach_takes_little_longer_and_without_it_much(page: Page) -> None:
    near = reach(page, Terms("ghost"), seed=1)
    late = reach(page, Terms("ghost", 0.3), seed=1)
    blind = reach(page, Terms("no_ghost", 0.3), seed=1)
    assert near.known_s <= late.known_s < 1.1 * near.known_s
    assert late.known_s < 0.85 * blind.known_s


def test_the_arm_rests_where_the_ghost_did_and_naive_rate_control_goes_on(page: Page) -> None:
    ghost = let_go(page, Terms("ghost", 0.3), seed=1)
    naive = let_go(page, Terms("naive", 0.3), seed=1)
    assert ghost.from_ghost_m < 0.002
    assert naive.from_screen_m > 0.03


def test_ideal_servos_read_directly_are_those_on_the_emulated_bus(page: Page) -> None:
    terms = Terms("ghost", 0.1, 0.02, 0.05)
    assert reach(page, terms, seed=2) == reach(page, terms, seed=2, bridge=on_the_bus)
