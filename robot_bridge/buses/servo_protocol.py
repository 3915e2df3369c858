"""What a chain needs of a servo protocol: what to ask, what to write, how to read the answers. Pure.

A `Block` is a run of registers that every servo is asked for at once. Positions are raw steps, speeds
steps/s; how a register codes them stays behind this interface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec import Struct

from robot_bridge.wire.state import Cause

Phase = Literal[
    "identify",
    "inspect",
    "limits",
    "sense",
    "restart",
    "guard",
    "engage",
    "ready",
    "partial",
    "release",
    "released",
]
"""Where a chain is; `servo_chain` says what each does."""


Purpose = Literal["model", "settings", "told", "check", "state"]
"""Why a block is asked: `told` is everything that was written and the state, `check` enough to notice that
it was lost and the state, `state` how the servo is."""


QUESTIONS = 64
"""How many different questions are kept made up: a chain asks few, one of them in every tick."""


@dataclass(frozen=True, slots=True)
class ServoSpec:
    """What one servo shall be.

    Calibration in steps, top speed in steps/s, acceleration in steps/s2, torque limit in 0.1 % of full.
    A shadow names its leader: it obeys in its own firmware what is written to that id.
    """

    name: str
    servo_id: int
    model_number: int
    homing_offset: int
    range_min: int
    range_max: int
    goal_speed: int
    acceleration: int
    torque_limit: int
    drive_mode: int = 0
    leader_id: int | None = None


class Block(Struct, frozen=True):
    """Registers from `first` on; an empty block asks nothing."""

    first: int
    length: int

    def since(self, address: int, data: bytes) -> bytes:
        """The part of this block's data that begins at the address."""
        return data[address - self.first :]


NOTHING = Block(0, 0)


def blocks_around(first: int, last: int, farthest: int) -> tuple[Block, ...]:
    """Blocks that hold the registers `first` to `last`, each a byte longer than the one before.

    They end ever later, up to the register `farthest`, and then begin ever earlier; twenty-six at most.
    """
    longer = tuple(Block(first, end + 1 - first) for end in range(last, farthest + 1))
    earlier = tuple(Block(first - more, farthest + 1 - first + more) for more in range(1, first + 1))
    return (longer + earlier)[:26]


class Answer(Struct, frozen=True):
    """One servo's answer: its status byte, the bytes it was asked for, and how many bytes came after it."""

    servo_id: int
    status: int
    data: bytes
    followed_by: int = 0


class Parsed(Struct, frozen=True):
    """Answers found, bytes that may still become one, and how many bytes were junk."""

    answers: tuple[Answer, ...]
    rest: bytes
    junk: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What one servo shall keep without power and does not yet: its name for people, address and bytes."""

    servo_id: int
    name: str
    address: int
    data: bytes


def by_address(settings: Sequence[Setting]) -> dict[int, dict[int, bytes]]:
    """The bytes of each servo by address."""
    found: dict[int, dict[int, bytes]] = {}
    for one in settings:
        found.setdefault(one.address, {})[one.servo_id] = one.data
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """What a servo keeps without power.

    `wrong` says why it may not be driven, or is empty; `unset` is what must be written before it is, and
    `closed` that it takes nothing of that now, as it carries torque.
    """

    homing_offset: int
    wrong: str = ""
    unset: tuple[Setting, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """What a servo was told; `torque_on` is None where the block does not say.

    `unlike` names the first bound that is not as written, or is empty; `stopped` says that the servo's own
    watchdog stopped it and holds its goals; `fault` that only a restart of the servo gives torque again.
    """

    torque_on: bool | None
    goal_steps: int
    unlike: str = ""
    stopped: bool = False
    fault: Cause = "none"


class Present(Struct, frozen=True):
    """How a servo is: steps, steps/s, signed share of full duty, volts, degrees Celsius, fault bits."""

    position_steps: int
    velocity_steps_s: int
    load: float
    voltage_v: float
    temperature_c: float
    status: int


class ServoProtocol(Protocol):
    """One maker's protocol and register table; no method has a state or waits for anything."""

    def blocks(self, purpose: Purpose) -> tuple[Block, ...]:
        """Blocks that serve this purpose, the shortest first, twenty-six, no two of one length."""
        ...

    def vague(self, status: int) -> bool:
        """Whether the status says that there is a fault but not which; a block to know `told` says it."""
        ...

    @property
    def joint_answers(self) -> bool:
        """Whether servos can build one answer together, shorter on the wire; a gap in it loses the rest."""
        ...

    def ask(self, servo_ids: Sequence[int], block: Block, *, joint: bool) -> bytes:
        """The question; the servos answer in this order, each alone or all in one answer."""
        ...

    def answers_bytes(self, count: int, block: Block, *, joint: bool) -> int:
        """How many bytes so many servos answer with, stuffing apart."""
        ...

    def parse(self, buffer: bytes, expected: Mapping[int, int], *, joint: bool) -> Parsed:
        """Splits received bytes into answers of the servos asked, each with the data length asked of it."""
        ...

    def model_number(self, answer: Answer, block: Block) -> int:
        """The model, from a block to know the `model`."""
        ...

    def settings(self, servo: ServoSpec, answer: Answer, block: Block) -> Settings:
        """The settings held against what they shall be, from a block to know the `settings`."""
        ...

    def control(self, servo: ServoSpec, answer: Answer, block: Block) -> Control | None:
        """What the servo was told; None where the block does not hold it."""
        ...

    def present(self, answer: Answer, block: Block) -> Present:
        """How the servo is; from a block to know `told`, `check` or `state`."""
        ...

    def trouble(self, status: int) -> Cause:
        """What the fault bits say is wrong."""
        ...

    def write_settings(self, settings: Sequence[Setting]) -> bytes:
        """Writes these for good."""
        ...

    def write_bounds(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Writes torque limit, speed, acceleration, watchdog and goal."""
        ...

    def write_torque(self, servo_ids: Sequence[int], on: bool) -> bytes:
        """Gives or takes the torque."""
        ...

    def write_goals(self, servos: Sequence[ServoSpec], goals: Sequence[int]) -> bytes:
        """Gives every servo its goal."""
        ...

    def restart(self, servo_ids: Sequence[int]) -> bytes:
        """Restarts servos that a fault has shut down; empty where torque on alone clears it."""
        ...
