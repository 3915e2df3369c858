"""Which lost packets are sent again: a browser that asks much must not fill the link that loses them.

Pure. What is sent again may be a fifth of what is sent, and what was sent before a pause is of no more use:
a keyframe follows that.
"""

from dataclasses import dataclass, replace

SHARE = 0.2
MOST_BYTES = 32_000.0
RECENT = 1_024
_SEQUENCES = 2**16


@dataclass(frozen=True, slots=True)
class Resending:
    """The bytes that may be sent again, the newest packet, and how many up to that are of use."""

    bytes_left: float = MOST_BYTES
    newest: int = 0
    useful: int = 0


def sent(state: Resending, newest: int, packets: int, packets_bytes: int) -> Resending:
    """Notes a picture's packets of the pictures' own source; `newest` is the number of the last."""
    bytes_left, useful = state.bytes_left + SHARE * packets_bytes, state.useful + packets
    return Resending(
        bytes_left if bytes_left < MOST_BYTES else MOST_BYTES, newest, useful if useful < RECENT else RECENT
    )


def paused(state: Resending) -> Resending:
    """Notes that what was sent is of no more use."""
    return replace(state, useful=0)


def again(state: Resending, sequence: int, packet_bytes: int) -> tuple[Resending, bool]:
    """Whether a packet is sent again."""
    if (state.newest - sequence) % _SEQUENCES >= state.useful or state.bytes_left < packet_bytes:
        return state, False
    return replace(state, bytes_left=state.bytes_left - packet_bytes), True
