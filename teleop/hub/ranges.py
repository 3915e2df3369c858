"""HTTP byte ranges: one range per request, as players and download tools ask for. Pure."""

import re
from dataclasses import dataclass

RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to but not including `stop`."""

    start: int
    stop: int


def whole(size: int) -> Span:
    """All bytes."""
    return Span(0, size)


def wanted(header: str | None, size: int) -> Span | None:
    """The span a Range header asks for; None when it asks for bytes that are not there.

    Without a header, or with one that is not a single byte range, that is everything (RFC 9110 14.2).
    """
    match = RANGE.match(header or "")
    if match is None or match.groups() == ("", ""):
        return whole(size)
    first, last = match.groups()
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
    return Span(start, stop) if start < stop else None
