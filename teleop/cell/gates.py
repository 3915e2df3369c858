"""The gates that every control message passes before it may become a setpoint.

Pure. Each refusal has a one-word reason that is counted. Age is judged twice: by the page's clock
with its estimated offset, and by our own clock through the newest state (`echo_ns`) and picture
(`seen`) that the page says it has shown; nobody can fake the second kind by setting a clock.
Speed falls with the age of what the player saw, and with the link's round trip and jitter.
"""

from dataclasses import dataclass, replace
from typing import Literal

from teleop.clock import Estimate
from teleop.wire.player_in import Control
from teleop.wire.player_out import Slowing

MAX_AGE_NS = 150_000_000
MAX_CLOCK_ERROR_NS = 250_000_000
DERATE_FROM_NS = 500_000_000
HOLD_FROM_NS = 1_000_000_000
UNSEEN_SCALE = 0.5
# Browsers tell about once a second which packets have come (RFC 3550, section 6.2); one report may be lost.
UNREACHED_NS = 2_500_000_000
# Round trip and twice its jitter: up to the first of these full speed, from the second on the least. People
# work suitably up to 300 ms (Xu 2014); beyond that the page calls a link too slow for fine puzzles.
LINK_FULL_NS = 300_000_000
LINK_LEAST_NS = 700_000_000
LINK_LEAST_SCALE = 0.4

Reason = Literal[
    "wrong_epoch",
    "old_sequence",
    "clock_unknown",
    "clock_unsure",
    "too_old",
    "from_future",
    "echo_from_future",
    "state_stale",
    "picture_stale",
    "camera_stale",
    "hold_to_run_lost",
]
HoldReason = Literal["hold_to_run_lost", "stale_picture"]


@dataclass(frozen=True, slots=True)
class GateState:
    """The lease in force and the newest sequence number it has used."""

    epoch: int | None = None
    sequence: int = -1


@dataclass(frozen=True, slots=True)
class Sight:
    """What the cell knows when it judges: capture times are None for pictures unknown here.

    `reached_ns` is when pictures last surely came to the player; None where nobody could tell.
    """

    now_ns: int
    clock: Estimate | None
    seen_capture_ns: int | None
    camera_capture_ns: int | None
    reached_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """The message may drive at this fraction of full speed, for these reasons; it was this old on arrival."""

    speed_scale: float
    age_ns: int
    clock: Estimate
    slowed: tuple[Slowing, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The message moves nothing; with `hold` the arm shall make a controlled stop as well."""

    reason: Reason
    hold: HoldReason | None = None


def open_for(epoch: int | None) -> GateState:
    """The gate of a new lease, or shut for everyone (None)."""
    return GateState(epoch)


def admit(state: GateState, control: Control, sight: Sight) -> tuple[GateState, Admitted | Refused]:
    """Judges one control message; a newer sequence counts as used even when a later gate refuses it."""
    if control.lease_epoch != state.epoch:
        return state, Refused("wrong_epoch")
    if control.sequence <= state.sequence:
        return state, Refused("old_sequence")
    state = replace(state, sequence=control.sequence)
    clock = sight.clock
    if clock is None:
        return state, Refused("clock_unknown")
    age_ns = sight.now_ns - control.client_us * 1000 - clock.offset_ns
    refused = _by_page_clock(age_ns, clock) or _by_our_clock(control, sight)
    if refused is not None:
        return state, refused
    if not control.hold_to_run:
        return state, Refused("hold_to_run_lost", "hold_to_run_lost")
    shares = _shares(control, sight, clock)
    slowed: tuple[Slowing, ...] = tuple(reason for reason, share in shares if share < 1.0)
    return state, Admitted(min(share for _, share in shares), age_ns, clock, slowed)


def derating(age_ns: int) -> float:
    """Full speed up to 500 ms, then linearly less, nothing from one second on."""
    return min(1.0, max(0.0, (HOLD_FROM_NS - age_ns) / (HOLD_FROM_NS - DERATE_FROM_NS)))


def link_scale(clock: Estimate) -> float:
    """The speed that a link of this round trip and jitter leaves: what comes late must not be fast."""
    felt_ns = clock.round_trip_ns + 2 * clock.jitter_ns
    share = (felt_ns - LINK_FULL_NS) / (LINK_LEAST_NS - LINK_FULL_NS)
    return 1.0 - (1.0 - LINK_LEAST_SCALE) * min(1.0, max(0.0, share))


def _by_page_clock(age_ns: int, clock: Estimate) -> Refused | None:
    if clock.error_ns > MAX_CLOCK_ERROR_NS:
        return Refused("clock_unsure")
    if age_ns - clock.error_ns > MAX_AGE_NS:
        return Refused("too_old")
    if age_ns + clock.error_ns < 0:
        return Refused("from_future")
    return None


def _by_our_clock(control: Control, sight: Sight) -> Refused | None:
    if control.echo_ns > sight.now_ns:
        return Refused("echo_from_future")
    if sight.now_ns - control.echo_ns >= HOLD_FROM_NS:
        return Refused("state_stale", "stale_picture")
    if _age_ns(sight.camera_capture_ns, sight.now_ns) >= HOLD_FROM_NS:
        return Refused("camera_stale", "stale_picture")
    if _picture_stale(control, sight):
        return Refused("picture_stale", "stale_picture")
    return None


def _picture_stale(control: Control, sight: Sight) -> bool:
    """By the picture that the player names; where none is named, by whether any reach the page."""
    if control.seen is not None:
        return _age_ns(sight.seen_capture_ns, sight.now_ns) >= HOLD_FROM_NS
    return sight.reached_ns is not None and sight.now_ns - sight.reached_ns >= UNREACHED_NS


def _shares(control: Control, sight: Sight, clock: Estimate) -> tuple[tuple[Slowing, float], ...]:
    """What each thing that may slow the arm leaves of its speed, the least known to the player first."""
    unseen = control.seen is None
    return (
        ("picture_unseen", UNSEEN_SCALE if unseen else 1.0),
        ("picture_old", 1.0 if unseen else derating(_age_ns(sight.seen_capture_ns, sight.now_ns))),
        ("camera_old", derating(_age_ns(sight.camera_capture_ns, sight.now_ns))),
        ("state_old", derating(sight.now_ns - control.echo_ns)),
        ("link_slow", link_scale(clock)),
    )


def _age_ns(capture_ns: int | None, now_ns: int) -> int:
    return HOLD_FROM_NS if capture_ns is None else now_ns - capture_ns
