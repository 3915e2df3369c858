"""Pseudonyms: what people may call themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.hub.pseudonym import INVENTED_NAMES, MAX_CHARS, clean, distinct, invented, stem


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("Ann", "Ann"),
        ("小明", "小明"),
        ("  Jade Otter ", "Jade Otter"),
        ("e\u0301lan", "élan"),
        ("ちゃん★7", "ちゃん★7"),
        ("x" * 24, "x" * 24),
    ],
)
def test_visible_names_are_kept(wish, name):
    assert clean(wish) == name


@pytest.mark.parametrize(
    "wish",
    [
        "",
        "x",
        " x ",
        "x" * 25,
        "a\u200bb",
        "a\u202eb",
        "a\nb",
        "a\tb",
        "a\u00a0b",
        "a  b",
        "!!",
        "a\ud800",
        "a\ue000b",
        "a\u0316\u0316\u0316b",
        "a\u2028b",
    ],
    ids=ascii,
)
def test_other_names_are_refused(wish):
    assert clean(wish) is None


@given(st.text(max_size=40))
def test_a_clean_name_is_short_visible_and_stays_clean(wish):
    name = clean(wish)
    if name is not None:
        assert 2 <= len(name) <= MAX_CHARS and (name.isprintable() or " " in name)
        assert clean(name) == name


@given(st.integers(0, 10**9))
def test_invented_names_are_clean_and_repeat_only_after_all(number):
    assert clean(invented(number)) == invented(number) == invented(number + INVENTED_NAMES)


def test_invented_names_differ():
    assert len({invented(number) for number in range(INVENTED_NAMES)}) == INVENTED_NAMES


@pytest.mark.parametrize(
    ("name", "taken", "given"),
    [
        ("Ann", [], "Ann"),
        ("Ann", ["Anna", "Ann Lee"], "Ann"),
        ("Ann", ["Ann"], "Ann 2"),
        ("ANN", ["ann", "Ann 2", "Ann 4"], "ANN 3"),
        ("小明", ["小明"], "小明 2"),
        ("Ann", ["\uff21nn"], "Ann 2"),
        ("x" * 24, ["x" * 24], "x" * 18 + " 2"),
        ("x" * 17 + " yz", ["x" * 17 + " yz"], "x" * 17 + " 2"),
    ],
)
def test_a_name_that_is_taken_gets_the_first_free_number(name, taken, given):
    assert distinct(name, taken) == given


@given(st.text(max_size=24), st.lists(st.sampled_from(["Ann", "Ann 2", "ann 3", "x" * 24]), max_size=4))
def test_a_distinct_name_is_clean_and_nobody_elses(wish, taken):
    for name in (clean(wish), *taken):
        if name is not None:
            found = distinct(name, taken)
            assert found not in taken and clean(found) == found
            assert found == name or found.startswith(f"{stem(name)} ")
