"""What is known about a servo chain between two ticks, and the ways back to its beginning. Pure."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from robot_bridge.buses.servo_protocol import NOTHING, Answer, Block, Phase, ServoSpec, Setting
from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec
from robot_bridge.wire.state import Cause

READING: frozenset[Phase] = frozenset({"ready", "partial", "released"})
"""The phases in which the chain is read and nothing is changed."""


class Counts(Struct, frozen=True):
    """Running counts for the metrics page."""

    cycles: int = 0
    missing_answers: int = 0
    junk_bytes: int = 0
    implausible_samples: int = 0
    starts: int = 0


class TimedAnswer(Struct, frozen=True):
    """An answer, when its last byte was on the wire, as near as the port can tell, and what was asked."""

    answer: Answer
    at_ns: int
    block: Block


class ChainState(Struct, frozen=True):
    """Where the chain is; `trouble` and `note` say why it is not ready, in a word and in a sentence.

    `samples` are of the servos in the arm's order, then of the shadows.
    `released` says that the chain shall carry no torque; `consent` that servos which shut themselves down
    may be restarted; `suspect` is the servo whose settings looked lost once; `recent` holds the lengths of
    the last blocks asked, and in which cycle; `unset` is what the servos do not keep yet. `clean` counts
    readings in a row that every servo answered, below zero while joint answers are not tried since none came;
    `joint` says that this tick asked for one. `awaited_bytes` of its answers have not come yet.

    A struct, since it is copied several times a tick: a dataclass of this size takes ten times as long.
    """

    phase: Phase
    samples: tuple[ServoSample | None, ...]
    held: tuple[int, ...] = ()
    sensed: tuple[int, ...] = ()
    cycle: int = 0
    failures: int = 0
    limit_writes: int = 0
    unset: tuple[Setting, ...] = ()
    guards: int = 0
    suspect: int | None = None
    block: Block = NOTHING
    recent: tuple[tuple[int, int], ...] = ()
    due: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    clean: int = 0
    joint: bool = False
    buffer: bytes = b""
    awaited_bytes: int = 0
    answers: Mapping[int, TimedAnswer] = field(default_factory=dict)
    faulty: tuple[int, ...] = ()
    released: bool = False
    consent: bool = False
    trouble: Cause = "none"
    note: str = ""
    counts: Counts = Counts()


def start(spec: ChainSpec) -> ChainState:
    """Nothing known about any servo."""
    return ChainState("identify", (None,) * len(spec.everyone))


def again(state: ChainState, trouble: Cause, note: str) -> ChainState:
    """Back to the beginning for this reason; what was measured stays, and ages."""
    return replace(
        state,
        phase="identify",
        held=(),
        sensed=(),
        failures=0,
        guards=0,
        suspect=None,
        trouble=trouble,
        note=note,
        counts=replace(state.counts, starts=state.counts.starts + 1),
    )


def partial(state: ChainState, trouble: Cause, note: str) -> ChainState:
    """Reading on from those that answer, until all do."""
    return replace(again(state, trouble, note), phase="partial")


def answer_of(state: ChainState, servo: ServoSpec) -> Answer:
    """The servo's answer of this tick; raises KeyError when there is none."""
    return state.answers[servo.servo_id].answer


def unanswered(names: list[str]) -> str:
    """The sentence about silent servos."""
    return f"no answer from {', '.join(names)}"
