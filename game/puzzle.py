"""Puzzles as data: versioned TOML files with bilingual texts, checked when they are read.

Positions are metres in the arm's base frame: x forward, y left, table at z = 0.
"""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import combinations
from math import hypot
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from game.words import Words

MAX_LEVEL = 5
FIRST_TAG, LAST_TAG = 1, 20
SLOT_SPACING_M = 0.065  # the open gripper between two pieces
_UNKNOWN_KEY = re.compile(r"unknown field `([^`]*)`")

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9_]+$")]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
TableMetres = Annotated[float, Meta(ge=-0.6, le=0.6)]


class PuzzleError(ValueError):
    """A puzzle file that cannot be played; the message names the file, the place and the way out."""


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cube with an ArUco tag on its top face."""

    id: Name
    name: Words
    tag: Annotated[int, Meta(ge=FIRST_TAG, le=LAST_TAG)]
    size_m: Annotated[float, Meta(ge=0.02, le=0.04)]
    colour: Colour


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place on the table that can take a piece, or a stack of them."""

    id: Name
    name: Words
    x_m: TableMetres
    y_m: TableMetres
    radius_m: Annotated[float, Meta(ge=0.02, le=0.06)]
    colour: Colour | None = None


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece in a slot, `level` pieces above the table."""

    piece: Name
    slot: Name
    level: Annotated[int, Meta(ge=0, le=MAX_LEVEL)] = 0


Named = TypeVar("Named", Piece, Slot)


class Puzzle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One puzzle; `par_s` and `par_moves` are what earns full marks."""

    format: Literal[1]
    id: Name
    version: Annotated[int, Meta(ge=1, le=2**31)]
    title: Words
    prompt: Words
    difficulty: Annotated[int, Meta(ge=1, le=5)]
    time_limit_s: Annotated[float, Meta(ge=10, le=3600)]
    par_s: Annotated[float, Meta(gt=0, le=3600)]
    par_moves: Annotated[int, Meta(ge=1, le=100)]
    pieces: Annotated[tuple[Piece, ...], Meta(min_length=1, max_length=12)]
    slots: Annotated[tuple[Slot, ...], Meta(min_length=1, max_length=24)]
    start: Annotated[tuple[Place, ...], Meta(min_length=1)]
    goal: Annotated[tuple[Place, ...], Meta(min_length=1)]

    def piece(self, piece_id: str) -> Piece:
        """Returns a piece; raises KeyError for an id that the puzzle does not have."""
        return _named(self.pieces, piece_id)

    def slot(self, slot_id: str) -> Slot:
        """Returns a slot; raises KeyError for an id that the puzzle does not have."""
        return _named(self.slots, slot_id)


def load_puzzles() -> dict[str, Puzzle]:
    """Reads every puzzle that ships with the game, by id; raises PuzzleError for the first bad one."""
    folder = resources.files("game").joinpath("puzzles")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    puzzles = [parse_puzzle(one.read_text("utf-8"), one.name) for one in files]
    return {puzzle.id: puzzle for puzzle in puzzles}


def parse_puzzle(text: str, source: str) -> Puzzle:
    """Reads one puzzle from TOML; raises PuzzleError saying where in `source` what is wrong."""
    try:
        puzzle = msgspec.convert(tomllib.loads(text), Puzzle)
    except tomllib.TOMLDecodeError as error:
        raise PuzzleError(f"{source}: not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise PuzzleError(f"{source}: {error}{_nearest_key(str(error))}") from error
    for fault in _faults(puzzle):
        raise PuzzleError(f"{source}: {fault}")
    return puzzle


def _named(things: Iterable[Named], wanted: str) -> Named:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)


def _nearest_key(error: str) -> str:
    found = _UNKNOWN_KEY.search(error)
    known = {key for kind in (Puzzle, Piece, Slot, Place, Words) for key in kind.__struct_fields__}
    return _nearest(found[1], known) if found else ""


def _nearest(wrong: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else ""


def _faults(puzzle: Puzzle) -> Iterator[str]:
    """Yields a sentence for each thing that makes the puzzle unplayable."""
    yield from _repeated("piece id", [piece.id for piece in puzzle.pieces])
    yield from _repeated("slot id", [slot.id for slot in puzzle.slots])
    yield from _repeated("tag", [str(piece.tag) for piece in puzzle.pieces])
    for one, other in combinations(puzzle.slots, 2):
        apart = hypot(one.x_m - other.x_m, one.y_m - other.y_m)
        if apart < SLOT_SPACING_M:
            yield f"slots {one.id} and {other.id} are {apart:.3f} m apart, closer than {SLOT_SPACING_M} m"
    yield from _place_faults(puzzle, "start", puzzle.start)
    yield from _place_faults(puzzle, "goal", puzzle.goal)
    for piece in {piece.id for piece in puzzle.pieces} - {place.piece for place in puzzle.start}:
        yield f"start: piece {piece} has no place"
    if set(puzzle.goal) <= set(puzzle.start):
        yield "the start already is the goal"
    if puzzle.par_s >= puzzle.time_limit_s:
        yield f"par_s {puzzle.par_s:g} is not below time_limit_s {puzzle.time_limit_s:g}"


def _place_faults(puzzle: Puzzle, where: str, places: tuple[Place, ...]) -> Iterator[str]:
    pieces = {piece.id for piece in puzzle.pieces}
    slots = {slot.id for slot in puzzle.slots}
    taken = {(place.slot, place.level) for place in places}
    yield from _repeated(f"{where}: piece", [place.piece for place in places])
    yield from _repeated(f"{where}: place", [f"{place.slot} level {place.level}" for place in places])
    for place in places:
        if place.piece not in pieces:
            yield f"{where}: unknown piece {place.piece}{_nearest(place.piece, pieces)}"
        if place.slot not in slots:
            yield f"{where}: unknown slot {place.slot}{_nearest(place.slot, slots)}"
        if place.level > 0 and (place.slot, place.level - 1) not in taken:
            yield f"{where}: piece {place.piece} has nothing below it in slot {place.slot}"


def _repeated(what: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name} is used {count} times"
