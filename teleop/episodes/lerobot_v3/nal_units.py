"""What the units of an H.264 access unit tell without decoding it (ITU-T H.264, 7.3.1 and 7.4.1). Pure."""

import re

_START = re.compile(b"\x00\x00\x01")
SLICE, IDR_SLICE, SPS, PPS = 1, 5, 7, 8
_PICTURE = {SLICE, IDR_SLICE}
_MIN_SLICE_BYTES = 4


def units(annex_b: bytes) -> list[bytes]:
    """The NAL units of one access unit, without start codes; none when it is no Annex B."""
    starts = [found.end() for found in _START.finditer(annex_b)]
    if not starts or annex_b[: starts[0] - 3].strip(b"\x00"):
        return []
    ends = [start - 3 for start in starts[1:]] + [len(annex_b)]
    return [annex_b[start:end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=True)]


def parameter_sets(annex_b: bytes) -> tuple[bytes, ...] | None:
    """Sequence and picture parameter sets of a picture that decodes on its own; None for any other."""
    found = units(annex_b)
    sets = tuple(unit for unit in found if unit[:1] and unit[0] & 31 in (SPS, PPS))
    kinds = {unit[0] & 31 for unit in sets}
    return sets if kinds == {SPS, PPS} and _shows(found, IDR_SLICE) else None


def predicted(annex_b: bytes) -> bool:
    """Whether this is a whole picture that needs the one before it."""
    found = units(annex_b)
    return not any(unit[:1] and unit[0] & 31 in (SPS, PPS) for unit in found) and _shows(found, SLICE)


def _shows(found: list[bytes], kind: int) -> bool:
    slices = [unit for unit in found if unit[:1] and unit[0] & 31 in _PICTURE]
    return bool(slices) and all(unit[0] & 31 == kind and len(unit) >= _MIN_SLICE_BYTES for unit in slices)
