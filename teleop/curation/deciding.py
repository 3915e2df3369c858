"""A recipe's whole result from the records of all episodes, as the files of a run. Pure."""

from collections.abc import Sequence

import msgspec

from teleop.curation.coverage import coverage
from teleop.curation.filtering import excluded, values_of, version_of
from teleop.curation.recipe import Recipe
from teleop.curation.records import Exclusion, Records, Selected, Unreadable, encode, lines
from teleop.curation.reweighting import weights
from teleop.curation.stages import pooled

SELECTION, EXCLUSIONS, MEASURES = "selection.jsonl", "exclusions.jsonl", "measures.jsonl"
COVERAGE, NORMALIZATION, RUN = "coverage.json", "normalization.json", "run.json"


class Measures(msgspec.Struct, frozen=True):
    """Every measure of one episode, so that its verdict can be checked by hand."""

    episode_id: str
    values: dict[str, float]


class Run(msgspec.Struct, frozen=True):
    """What was run: recipe, code of each stage, inputs, and how many episodes went where."""

    recipe: str
    code: dict[str, str]
    inputs: tuple[str, ...]
    captured: int
    kept: int
    excluded: int


class Statistics(msgspec.Struct, frozen=True):
    """Statistics of kept state and action by arm, pooled over episodes."""

    arms: dict[str, dict[str, object]]


def decide(
    recipe: Recipe, code: dict[str, str], records: Sequence[Records], unreadable: Sequence[Unreadable]
) -> dict[str, bytes]:
    """The files of a run by name: the same bytes from the same recipe, code and episodes, in any order."""
    records = sorted(
        records, key=lambda one: (one.captured.started_utc_ns, one.captured.episode_id, one.file)
    )
    unreadable = sorted(unreadable, key=lambda one: one.file)
    rows = excluded(recipe, records, unreadable, code)
    selection = _selection(recipe, records, unreadable, rows)
    kept = [one for one, chosen in zip(records, selection, strict=False) if chosen.keep]
    left_out = sum(not one.keep for one in selection)
    run = Run(
        recipe=version_of(recipe),
        code=dict(sorted(code.items())),
        inputs=tuple(one.sha256 for one in selection),
        captured=len(records) + len(unreadable),
        kept=len(kept),
        excluded=left_out,
    )
    if run.kept + run.excluded != run.captured:
        raise AssertionError(f"{run.kept} kept and {run.excluded} excluded are not {run.captured} captured")
    measured = zip(records, values_of(records), strict=True)
    return {
        SELECTION: lines(selection),
        EXCLUSIONS: lines(rows),
        MEASURES: lines(
            tuple(Measures(one.captured.episode_id, dict(sorted(found.items()))) for one, found in measured)
        ),
        COVERAGE: encode(coverage(records, kept)),
        NORMALIZATION: encode(_statistics(kept)),
        RUN: encode(run),
    }


def _selection(
    recipe: Recipe,
    records: Sequence[Records],
    unreadable: Sequence[Unreadable],
    rows: tuple[Exclusion, ...],
) -> tuple[Selected, ...]:
    """Readable episodes first, in their order."""
    against: dict[str, list[str]] = {}
    for row in rows:
        against.setdefault(row.file, []).append(f"{row.rule}: {row.reason}")
    kept = [one for one in records if one.file not in against]
    weight = dict(zip([one.file for one in kept], weights(recipe.reweighting, kept), strict=True))
    chosen = [
        Selected(
            episode_id=one.captured.episode_id,
            sha256=one.sha256,
            keep=one.file in weight,
            keep_ranges_ns=one.annotated.keep_ranges_ns,
            weight=weight.get(one.file, 0.0),
            labels=one.annotated.labels,
            reasons=tuple(against.get(one.file, ())),
        )
        for one in records
    ]
    bad = [
        Selected(one.file.removesuffix(".mcap"), one.sha256, False, (), 0.0, ("unreadable",), (one.reason,))
        for one in unreadable
    ]
    return (*chosen, *bad)


def _statistics(kept: Sequence[Records]) -> Statistics:
    arms: dict[str, dict[str, object]] = {}
    for arm in sorted({one.captured.arm for one in kept}):
        of_arm = [one.normalized for one in kept if one.captured.arm == arm]
        arms[arm] = {
            "state": pooled(tuple(one.state for one in of_arm)),
            "action": pooled(tuple(one.action for one in of_arm)),
        }
    return Statistics(arms)


def _kept(one: Selected) -> bool:
    """Of a file and its copies the kept one counts."""
    return one.keep


class Flip(msgspec.Struct, frozen=True):
    """An episode that two runs judge differently; None where a run did not capture it."""

    episode_id: str
    before: bool | None
    after: bool | None
    reasons: tuple[str, ...]


def flips(before: Sequence[Selected], after: Sequence[Selected]) -> tuple[Flip, ...]:
    """Episodes kept by only one of two runs, with the reasons of the one that left it out."""
    old, new = ({one.sha256: one for one in sorted(side, key=_kept)} for side in (before, after))
    found: list[Flip] = []
    for sha256 in sorted(old.keys() | new.keys()):
        one, other = old.get(sha256), new.get(sha256)
        was, now = one.keep if one else None, other.keep if other else None
        if was == now:
            continue
        told = [side for side in (one, other) if side is not None]
        reasons = tuple(reason for side in told for reason in side.reasons)
        found.append(Flip(told[0].episode_id, was, now, reasons))
    return tuple(sorted(found, key=lambda flip: flip.episode_id))
