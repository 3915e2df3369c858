"""The proof's bars say what was measured, and nothing that was not."""

import dataclasses

import pytest
from proof.contrasts import CONTRASTS, Found, joined, promises, table


def found(solved: int, episodes: int = 72) -> Found:
    """Three seeds with forty attempts each."""
    return Found((solved,) * 3, (40,) * 3, episodes, 9000, 100.0, 5.5)


GOOD = {
    "act": found(37),
    "bc": found(39),
    "clean": found(39),
    "all": found(4),
    "late": found(38),
    "screen": found(20),
    "shuffled": found(0),
}


def test_every_bar_can_be_met() -> None:
    assert all(one.met for one in promises(GOOD))


@pytest.mark.parametrize(
    ("name", "worse", "broken"),
    [
        ("act", found(35), {"ACT's success"}),
        ("act", found(37, 101), {"episodes that ACT and BC learn from"}),
        ("bc", found(37), {"BC's success", "curated, as a share of oracle-clean"}),
        ("all", found(32), {"curated far above all data"}),
        ("late", found(36), {"300 ms of logged delay against 0 ms"}),
        ("screen", found(35), {"the same 300 ms, not aligned"}),
        ("shuffled", found(3), {"shuffled actions"}),
    ],
)
def test_each_bar_is_missed_by_what_it_forbids(name: str, worse: Found, broken: set[str]) -> None:
    assert {one.what for one in promises(GOOD | {name: worse}) if not one.met} == broken


def test_a_policy_that_never_solves_meets_no_share_of_nothing() -> None:
    none = found(0)
    missed = {one.what for one in promises(GOOD | {"clean": none, "bc": none}) if not one.met}
    assert "curated, as a share of oracle-clean" in missed


def test_seeds_are_joined_and_shown_each_for_itself() -> None:
    results = [
        {"solved": solved, "attempts": 4, "seconds": [5.0, 6.0], "episodes": 7, "rows": 9, "train_s": 3.0}
        for solved in (4, 2)
    ]
    whole = joined(results)
    assert (whole.share, whole.by_seed, whole.seconds) == (0.75, (1.0, 0.5), 5.5)
    told = table({"bc": whole})
    assert "| 0.750 of 8 | 1.00, 0.50 | 5.5 | 3 |" in told
    assert told.count("\n") == 3


def test_names_of_contrasts_are_one_each() -> None:
    assert len({one.name for one in CONTRASTS}) == len(CONTRASTS)
    assert {field.name for field in dataclasses.fields(Found)} > {"solved", "attempts"}
