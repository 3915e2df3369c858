"""Offers waiting for a cell's answer, as a pure table, and what an offer may look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ANSWER_NS = 10_000_000_000
MAX_WAITING = 256
MAX_WAITING_PER_PAGE = 4
MAX_WAITING_PER_SUBJECT = 8
MAX_SDP_BYTES = 16_384
MAX_SDP_LINE = 1_024
MAX_SECTIONS = 4
MAX_CANDIDATES = 20
OfferFault = Literal["too_long", "not_sdp", "too_many_sections", "too_many_candidates", "no_fingerprint"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An offer that was relayed: of which page and whom, and until when its answer counts."""

    session: str
    page: int
    request: int
    cell_id: str
    deadline_ns: int
    subject: str = ""


Table = Mapping[str, Waiting]


def fault(sdp: str) -> OfferFault | None:
    """Why this session description is not relayed, or None; nothing but its outline is read."""
    if len(sdp.encode()) > MAX_SDP_BYTES:
        return "too_long"
    lines = sdp.replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0] != "v=0" or any(not _is_line(line) for line in lines):
        return "not_sdp"
    if sum(line.startswith("m=") for line in lines) > MAX_SECTIONS:
        return "too_many_sections"
    if sum(line.startswith("a=candidate:") for line in lines) > MAX_CANDIDATES:
        return "too_many_candidates"
    if not any(line.startswith("a=fingerprint:") for line in lines):
        return "no_fingerprint"
    return None


def put(table: Table, waiting: Waiting) -> Table | None:
    """The table with one more offer; None when the page, its person or the hub has too many waiting."""
    of_page = sum(other.page == waiting.page for other in table.values())
    of_subject = sum(other.subject == waiting.subject for other in table.values() if waiting.subject)
    crowded = of_page >= MAX_WAITING_PER_PAGE or of_subject >= MAX_WAITING_PER_SUBJECT
    if crowded or len(table) >= MAX_WAITING:
        return None
    return MappingProxyType({**table, waiting.session: waiting})


def take(table: Table, session: str, cell_id: str) -> tuple[Table, Waiting | None]:
    """Removes the offer that a cell answers; None when that cell was not asked."""
    waiting = table.get(session)
    if waiting is None or waiting.cell_id != cell_id:
        return table, None
    return _without(table, (session,)), waiting


def expire(table: Table, now_ns: int) -> tuple[Table, tuple[Waiting, ...]]:
    """Removes the offers whose time is up."""
    late = tuple(waiting for waiting in table.values() if waiting.deadline_ns <= now_ns)
    return _without(table, tuple(waiting.session for waiting in late)), late


def forget_page(table: Table, page: int) -> Table:
    """Removes the offers of a page that left."""
    return _without(table, tuple(w.session for w in table.values() if w.page == page))


def _is_line(line: str) -> bool:
    return (
        2 <= len(line) <= MAX_SDP_LINE
        and line[1] == "="
        and line[0].isalpha()
        and line.isascii()
        and line.isprintable()
    )


def _without(table: Table, sessions: tuple[str, ...]) -> Table:
    return MappingProxyType({key: value for key, value in table.items() if key not in sessions})
