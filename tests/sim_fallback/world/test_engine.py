"""A missing physics engine is said in words that help."""

import pytest

from sim_fallback.world.engine import SimulatedCellUnavailable, advice, require


def test_a_newer_python_is_named_with_what_to_do():
    text = advice((3, 12))
    assert "Python 3.12" in text
    assert "3.10 or 3.11" in text
    assert "armcade[sim]" in text


def test_on_a_python_with_wheels_the_extra_is_named():
    assert "install armcade[sim]" in advice((3, 11))


def test_a_missing_engine_is_refused():
    with pytest.raises(SimulatedCellUnavailable, match="armcade"):
        require("an_engine_that_is_nowhere")


def test_an_engine_that_is_there_is_accepted():
    require("json")
