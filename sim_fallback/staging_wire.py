"""The staging wire: one JSON line in, one JSON line out, on the simulation's Unix stream socket."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sim_fallback.layout import MAX_LAYOUT_BYTES, Layout
from sim_fallback.servo_bus.faults import Plan

MAX_LINE_BYTES = MAX_LAYOUT_BYTES + 1024


class Arrange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="arrange"):
    """Asks to lay the pieces out anew; answered once they lie still."""

    version: Literal[1]
    layout: Layout


class AskTruth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="truth"):
    """Asks for the true poses, to score the referee in tests."""

    version: Literal[1]


class InjectFaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="faults"):
    """Asks to make the servo bus fail as planned, from now on; answered once the plan is taken."""

    version: Literal[1]
    plan: Plan


class PieceIs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The true pose of one piece: metres, and a unit quaternion x, y, z, w."""

    id: str
    position_m: tuple[float, float, float]
    orientation: tuple[float, float, float, float]
    held: bool


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Done or not, with a sentence when not; pieces and joint angles when the truth was asked for."""

    done: bool
    reason: Annotated[str, Meta(max_length=400)] = ""
    pieces: tuple[PieceIs, ...] = ()
    joints_rad: tuple[float, ...] = ()


Request = Arrange | AskTruth | InjectFaults
_decoder = msgspec.json.Decoder(Request)


def decode_request(line: bytes) -> Request:
    """Reads one request; raises msgspec.DecodeError saying what is wrong with it."""
    request: Request = _decoder.decode(line)
    return request


def encode_line(message: Request | Answer) -> bytes:
    """One message as a line."""
    return msgspec.json.encode(message) + b"\n"


def decode_answer(line: bytes) -> Answer:
    """Reads an answer; raises msgspec.DecodeError."""
    return msgspec.json.decode(line, type=Answer)
