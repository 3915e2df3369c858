"""Measures and weights that need the whole set."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.curation.deciding import flips
from teleop.curation.filtering import excluded
from teleop.curation.information import local_information, scores
from teleop.curation.recipe import Recipe, Reweighting, Rule
from teleop.curation.records import Annotated, Captured, Measured, Normalized, Records, Selected, Spread
from teleop.curation.reweighting import weights

EMPTY = Spread(0, (), (), (), (), (), (), ())


def record(
    number: int, who: str = "ann", states: object = (), actions: object = (), **values: float
) -> Records:
    """An episode's records with nothing in them but what a test is about."""
    name = f"ep-{number:03d}"
    captured = Captured(name, who, "home", "tower", "so101", "keyboard", "sim", 5.0, 0.05, number, (), name)
    rows = [tuple(tuple(row) for row in np.asarray(side).tolist()) for side in (states, actions)]
    measured = Measured({"duration_s": 5.0} | values, *rows)
    return Records(
        f"{name}.mcap", name, captured, Annotated(("success",), (), 0.0), measured, Normalized(EMPTY, EMPTY)
    )


def test_information_of_gaussians_is_what_theory_says() -> None:
    draw = np.random.default_rng(1)
    rho = 0.8
    one = draw.normal(size=(1500, 1))
    other = rho * one + np.sqrt(1 - rho**2) * draw.normal(size=(1500, 1))
    assert local_information(one, other).mean() == pytest.approx(-0.5 * np.log(1 - rho**2), abs=0.06)
    assert local_information(one, draw.normal(size=(1500, 1))).mean() == pytest.approx(0, abs=0.06)


def test_an_episode_whose_actions_fit_no_state_scores_low() -> None:
    draw = np.random.default_rng(2)
    states = [draw.normal(size=(40, 3)) for _ in range(10)]
    actions = [np.sin(state) for state in states]
    actions[4] = draw.permutation(actions[4])
    found = scores(states, actions)
    assert int(np.argmin(found)) == 4
    assert scores(states[:1], [actions[0][:40]])[0] != 0
    assert scores([np.zeros((3, 2)), np.zeros(0)], [np.zeros((3, 2)), np.zeros(0)]) == [0.0, 0.0]
    assert scores([*states, np.zeros(0)], [*actions, np.zeros(0)])[-1] == 0.0


def test_weights_follow_the_method() -> None:
    draw = np.random.default_rng(3)

    def turn(number: int, who: str, turned: float) -> Records:
        states = draw.normal(size=(30, 2))
        return record(number, who, states, turned * states + 0.01 * draw.normal(size=(30, 2)))

    kept = [turn(number, "ann", 1.0) for number in range(8)] + [turn(9, "odd", -1.0), turn(10, "odd", -1.0)]
    assert weights(Reweighting(), kept) == [1.0] * 10
    uniform = weights(Reweighting(method="uniform"), kept)
    assert uniform[-1] / uniform[0] == pytest.approx(4.0)
    robust = weights(Reweighting(method="robust"), kept)
    assert robust[-1] > robust[0]
    assert sum(robust) == pytest.approx(10) == sum(uniform)
    assert weights(Reweighting(method="robust", at_most=1.0), kept) == pytest.approx([1.0] * 10, abs=1e-3)
    assert weights(Reweighting(method="robust"), []) == []
    bare = [record(1, "ann"), record(2, "odd")]
    assert weights(Reweighting(method="robust"), bare) == [1.0, 1.0]
    some = [*kept, record(11, "silent")]
    assert len(weights(Reweighting(method="robust"), some)) == 11


def against(recipe: Recipe, records: list[Records]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in excluded(recipe, records, [], {}):
        found.setdefault(row.episode_id, []).append(row.rule)
    return found


def test_a_missing_measure_is_a_reason_too() -> None:
    records = [record(1, ldlj=-5.0), record(2)]
    bound = Rule("smooth", "ldlj", at_least=-8.0)
    worst = Rule("worst", "ldlj", drop=0.4)
    assert against(Recipe(1, "a", rules=(bound,)), records) == {"ep-002": ["smooth"]}
    assert against(Recipe(1, "a", rules=(worst,)), records) == {"ep-002": ["worst"]}
    assert against(Recipe(1, "a", rules=(Rule("all", "ldlj", drop=1.0),)), records[:1]) == {"ep-001": ["all"]}


def test_the_highest_are_dropped_where_low_is_good() -> None:
    records = [record(number, jerk=float(number)) for number in range(10)]
    rule = Rule("calm", "jerk", drop=0.2, highest=True)
    assert against(Recipe(1, "a", rules=(rule,)), records) == {"ep-008": ["calm"], "ep-009": ["calm"]}


def test_length_is_taken_off_where_it_explains_the_measure() -> None:
    records = [record(number) for number in range(9)]
    for at, one in enumerate(records):
        length = 2.0 + at
        odd = -1.0 if at == 2 else 0.0
        values = {"duration_s": length, "ldlj": -4 * float(np.log(length)) + odd}
        records[at] = msgspec.structs.replace(one, measured=Measured(values, (), ()))
    rule = Rule("smooth", "ldlj", drop=0.12)
    assert against(Recipe(1, "a", rules=(rule,)), records) == {"ep-008": ["smooth"]}
    controlled = msgspec.structs.replace(rule, length_controlled=True)
    assert against(Recipe(1, "a", rules=(controlled,)), records) == {"ep-002": ["smooth"]}
    same = [record(number, ldlj=float(number)) for number in range(4)]
    third = Rule("smooth", "ldlj", drop=0.25, length_controlled=True)
    assert against(Recipe(1, "a", rules=(third,)), same) == {"ep-000": ["smooth"]}


def chosen(name: str, keep: bool) -> Selected:
    return Selected(name, name, keep, (), 1.0, (), () if keep else ("rule: reason",))


def test_flips_name_what_changed_and_what_came_or_went() -> None:
    before = [chosen("a", True), chosen("b", False), chosen("c", True), chosen("a", False)]
    after = [chosen("a", False), chosen("b", False), chosen("d", True)]
    assert [(one.episode_id, one.before, one.after) for one in flips(before, after)] == [
        ("a", True, False),
        ("c", True, None),
        ("d", None, True),
    ]


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.floats(0, 1))
def test_dropping_a_share_drops_no_more_than_that(values: list[float], share: float) -> None:
    records = [record(number, ldlj=value) for number, value in enumerate(values)]
    gone = against(Recipe(1, "a", rules=(Rule("worst", "ldlj", drop=share),)), records)
    assert len(gone) == int(len(values) * share)
