"""What an erasure will do, decided before anything is touched, and what its receipt says. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from robot_bridge.wire.units import Identifier, Nanoseconds
from teleop.lineage.canonical import Signature, canonical, sha256_of
from teleop.lineage.places import LayoutRefused
from teleop.lineage.records import Part, Record, exports_with, runs_with

Fate = Literal["rewritten", "deleted", "elsewhere", "by_hand"]
ID_DIGITS = 12
ADDRESS = "://"
"""Stands in the place of a copy that was pushed to a store, and in no folder's."""


@dataclass(frozen=True, slots=True)
class Found:
    """Which of the wanted episodes an export holds, and how many others."""

    wanted: tuple[str, ...]
    others: int


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An export that was made with episodes of the forget-set."""

    export_id: str
    path: str
    format: str
    episodes: tuple[str, ...]


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An erasure that was decided: it is carried out to its end, after however many crashes."""

    erasure_id: Identifier
    contributor: str
    reason: str
    utc_ns: Nanoseconds
    episodes: tuple[Part, ...]
    exports: tuple[Held, ...]
    runs: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of an export: `kept` counts the episodes of others that are still in it."""

    export_id: str
    path: str
    fate: Fate
    kept: int
    note: str


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receipt states: which episodes are gone, from where, and who had used them."""

    erasure_id: Identifier
    contributor: str
    reason: str
    utc_ns: Nanoseconds
    episodes: tuple[Part, ...]
    exports: tuple[Outcome, ...]
    runs: tuple[str, ...]


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed statement."""

    statement: Statement
    signature: Signature


def intent_of(
    contributor: str, reason: str, utc_ns: int, episodes: Sequence[Part], records: Sequence[Record]
) -> Intent:
    """The erasure of exactly these episodes, with every export and training run that held any of them."""
    gone = frozenset(part.episode_id for part in episodes)
    exports = exports_with(records, gone)
    runs = runs_with(records, frozenset(one.export_id for one in exports))
    name = sha256_of(canonical([contributor, reason, utc_ns, sorted(gone)]))
    return Intent(
        erasure_id=f"erasure-{name[:ID_DIGITS]}",
        contributor=contributor,
        reason=reason,
        utc_ns=utc_ns,
        episodes=tuple(sorted(episodes, key=lambda part: part.episode_id)),
        exports=tuple(_held(one.export_id, one.path, one.format, one.episodes, gone) for one in exports),
        runs=tuple(one.run_id for one in runs),
    )


def statement_of(intent: Intent, outcomes: Sequence[Outcome]) -> Statement:
    """What the receipt of a finished erasure states."""
    return Statement(
        intent.erasure_id,
        intent.contributor,
        intent.reason,
        intent.utc_ns,
        intent.episodes,
        tuple(outcomes),
        intent.runs,
    )


def refuse_mention(name: str, content: bytes, gone: Collection[str]) -> None:
    """A file of unknown kind may stay only if it does not name an episode that goes; raises LayoutRefused."""
    named = next((one for one in sorted(gone) if one.encode() in content), None)
    if named is not None:
        raise LayoutRefused(f"{name} names episode {named}, and how to take it out is not known")


def _held(export_id: str, path: str, kind: str, parts: Sequence[Part], gone: frozenset[str]) -> Held:
    ids = tuple(part.episode_id for part in parts if part.episode_id in gone)
    return Held(export_id, path, kind, ids)
