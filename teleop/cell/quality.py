"""How a camera's pictures are encoded for those who watch, and which encodings that takes.

Pure. An episode always gets the full quality, whatever the player's link carries: while the link carries it
too, both share one H.264 encoder; else the episode has one of its own, and no picture of it changes in size.
"""

from dataclasses import dataclass
from typing import Literal

Codec = Literal["h264", "vp8"]
Use = Literal["full", "live", "vp8"]
FRAMES_PER_SECOND = 30
BITS_A_PIXEL = 0.13
LEAST_FULL_BIT_S = 300_000


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's size in pixels, both even."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Pictures for viewers: each side `quarters`/4 of the camera's, each `every`-th picture, and bits.

    `share` is of the full bit rate.
    """

    quarters: int = 4
    every: int = 1
    share: float = 1.0


FULL = Quality()


@dataclass(frozen=True, slots=True)
class Encoding:
    """One encoder's work: for whom (`live` are viewers, `recorded` an episode), and how."""

    use: Use
    codec: Codec
    size: Size
    bit_s: int
    pictures_s: int
    live: bool
    recorded: bool


def bit_rate_for(size: Size) -> int:
    """Bits a second for a picture size: about 0.13 bit a pixel, as measured to look clean here."""
    return max(LEAST_FULL_BIT_S, int(size.width * size.height * FRAMES_PER_SECOND * BITS_A_PIXEL))


def scaled(source: Size, quarters: int) -> Size:
    """Each side so many quarters of the source's, rounded down to even pixels."""
    return Size(source.width * quarters // 8 * 2, source.height * quarters // 8 * 2)


def encodings(
    source: Size, quality: Quality, codecs: frozenset[Codec], recording: bool
) -> tuple[Encoding, ...]:
    """The encoders that are needed for these watchers' codecs and an episode; the viewers' come first."""
    full_bit_s = bit_rate_for(source)
    size, pictures_s = scaled(source, quality.quarters), FRAMES_PER_SECOND // quality.every
    bit_s = int(quality.share * full_bit_s)
    shared = quality == FULL and "h264" in codecs
    found: list[Encoding] = []
    if "h264" in codecs and not shared:
        found.append(Encoding("live", "h264", size, bit_s, pictures_s, True, False))
    if "vp8" in codecs:
        found.append(Encoding("vp8", "vp8", size, bit_s, pictures_s, True, False))
    if shared or recording:
        found.append(Encoding("full", "h264", source, full_bit_s, FRAMES_PER_SECOND, shared, recording))
    return tuple(found)
