"""Faults as data: what can be wrong with a bus and its servos, and a plan of them in time.

Pure and typed; `FaultedChain` carries them out, and the pseudo-terminal those of the plug.
"""

from collections.abc import Sequence
from typing import Annotated, get_args

import msgspec
from msgspec import Meta

Chance = Annotated[float, Meta(ge=0.0, le=1.0)]
Milliseconds = Annotated[float, Meta(ge=0.0, le=10_000.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
Ids = tuple[Annotated[int, Meta(ge=0, le=252)], ...]


class Noise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="noise"):
    """Spoils bytes, each with its own chance, in both directions: lost, one bit turned, junk put before."""

    drop: Chance = 0.0
    flip: Chance = 0.0
    junk: Chance = 0.0


class Late(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="late"):
    """Holds answers back, each with this chance, by this long."""

    chance: Chance = 1.0
    late_ms: Milliseconds = 80.0


class Batching(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="batching"):
    """Hands answers over only when the USB adapter's latency timer runs out; 0 is at once."""

    timer_ms: Milliseconds = 16.0


class Mute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="mute"):
    """Servos with a loose plug: they neither hear nor answer, and go on to their last goal; () is all."""

    ids: Ids = ()


class Dead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="dead"):
    """Servos that are silent and limp; () is all."""

    ids: Ids = ()


class Overload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="overload"):
    """Servos that measure this share of their stall torque, whatever they push; () is all."""

    ids: Ids = ()
    load: Annotated[float, Meta(ge=-1.0, le=1.0)] = 1.0


class Overheat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="overheat"):
    """Servos as hot as this; () is all."""

    ids: Ids = ()
    temperature_c: Annotated[float, Meta(ge=-20.0, le=150.0)] = 90.0


class EncoderFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="encoder"):
    """Servos whose position sensor stands still and says that it failed; () is all."""

    ids: Ids = ()


class Sag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="sag"):
    """The supply at this share of its nominal voltage, until healed."""

    share: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.6


class BrownOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="brown_out"):
    """All servos lose and regain power: RAM at its power-on defaults, torque off."""


class Unplug(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unplug"):
    """The USB plug is pulled: the port is gone, the servos keep power."""


class Replug(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="replug"):
    """The plug is back: a new port under the old name."""


class Heal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="heal"):
    """Everything is as it should be again, except for what only a reset or a replug can mend."""


ServoFault = Mute | Dead | Overload | Overheat | EncoderFault
ChainFault = Noise | Late | Batching | ServoFault | Sag | BrownOut | Heal
PlugFault = Unplug | Replug
Fault = ChainFault | PlugFault


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault of a plan, this long after the plan began."""

    at_s: Seconds
    fault: Fault


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Faults in time; the same seed and the same traffic spoil the same bytes."""

    steps: tuple[Step, ...]
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0


def parse_plan(text: bytes) -> Plan:
    """Reads a plan from JSON; raises msgspec.DecodeError saying what is wrong with it."""
    return msgspec.json.decode(text, type=Plan)


def parse_words(words: Sequence[str]) -> Fault:
    """Reads a kind and its `name=value` words (`mute ids=2,3`); raises msgspec.ValidationError."""
    kind, *pairs = words
    fields: dict[str, str | list[str]] = {"type": kind}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise msgspec.ValidationError(f"{pair!r} is not of the form name=value")
        fields[name] = value.split(",") if name == "ids" else value
    fault: Fault = msgspec.convert(fields, type=Fault, strict=False)
    return fault


def kinds() -> str:
    """One line for each kind of fault: its word, its fields with what they are if not given, what it does."""
    lines = []
    for kind in get_args(Fault):
        fields = (f" {field.name}={_shown(field.default)}" for field in msgspec.structs.fields(kind))
        lines.append(f"{kind.__struct_config__.tag}{''.join(fields)}\n    {kind.__doc__}")
    return "\n".join(lines)


def _shown(default: object) -> str:
    return "all" if default == () else str(default)


def due(plan: Plan, after_s: float, until_s: float) -> tuple[Fault, ...]:
    """The plan's faults with after < at <= until, in the order of their times."""
    found = (step for step in plan.steps if after_s < step.at_s <= until_s)
    return tuple(step.fault for step in sorted(found, key=lambda step: step.at_s))
