"""A browser: decodes in order, begins at keyframes, asks for what is lost, answers each question."""

from dataclasses import dataclass, field
from random import Random

from small_link.clock import MS, Clock, Packet, Way
from teleop.cell.feedback import Report

ASK_AGAIN_NS = 100 * MS
MOST_ASKED = 10
SCREEN_NS = 16 * MS
DECODE_NS = 3 * MS
UNHAPPY_NS = 300 * MS


@dataclass(frozen=True, slots=True)
class Piece:
    """One packet of a picture; `sequence` counts packets, `first` is the picture's first."""

    picture: int
    captured_ns: int
    keyframe: bool
    width: int
    sequence: int
    first: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that came on the screen."""

    at_s: float
    captured_s: float
    width: int


@dataclass
class _Asked:
    last_ns: int = 0
    times: int = 0


@dataclass
class Browser:
    """The far end of the link; `back` leads to the cell. `told` are (heard, sent) of messages, in s."""

    clock: Clock
    random: Random
    back: Way
    shown: list[Shown] = field(default_factory=list)
    told: list[tuple[float, float]] = field(default_factory=list)
    _pictures: dict[int, dict[int, Piece]] = field(default_factory=dict)
    _missing: dict[int, _Asked] = field(default_factory=dict)
    _decoded: int = 0
    _decoded_ns: int = 0
    _highest: int = -1
    _lost: int = 0
    _report: tuple[int, int] | None = None

    def take(self, packet: Packet) -> None:
        """Takes a packet from the link."""
        if packet.kind == "question":
            self.back.send(Packet("answer", packet.size, packet.data))
        elif packet.kind == "control":
            self.told.append((self.clock.now_ns / 1e9, packet.data / 1e9))
        elif packet.kind == "sender report":
            self._report = (packet.data, self.clock.now_ns)
        elif packet.kind in ("picture", "again"):
            self._take(packet.data, packet.kind == "again")

    def report(self) -> None:
        """Reports about once a second, and asks for a keyframe when nothing can be decoded."""
        now_ns = self.clock.now_ns
        self.clock.at(now_ns + round((0.7 + 0.6 * self.random.random()) * 1e9), self.report)
        if self._report is None:
            return
        named, heard_ns = self._report
        since = round((now_ns - heard_ns) / 1e9 * 65_536)
        self.back.send(Packet("report", 90, Report(0, self._lost, self._highest, named, since)))
        if self._pictures and now_ns - self._decoded_ns > UNHAPPY_NS:
            self.back.send(Packet("keyframe please", 70))

    def _take(self, piece: Piece, again: bool) -> None:
        if not again:
            new = range(self._highest + 1, piece.sequence)
            self._missing |= {sequence: _Asked() for sequence in new}
            self._lost += len(new)
            self._highest = max(self._highest, piece.sequence)
        self._missing.pop(piece.sequence, None)
        if piece.picture > self._decoded:
            self._pictures.setdefault(piece.picture, {})[piece.sequence] = piece
        self._ask()
        while self._decode():
            pass

    def _ask(self) -> None:
        now_ns, asked = self.clock.now_ns, []
        for sequence, one in self._missing.items():
            if one.times < MOST_ASKED and (not one.times or now_ns - one.last_ns >= ASK_AGAIN_NS):
                one.last_ns, one.times = now_ns, one.times + 1
                asked.append(sequence)
        if asked:
            self.back.send(Packet("missing", 80 + len(asked) // 4, tuple(asked)))
            self.clock.at(now_ns + ASK_AGAIN_NS, self._ask)

    def _decode(self) -> bool:
        for picture in sorted(self._pictures):
            pieces = self._pictures[picture]
            one = next(iter(pieces.values()))
            if len(pieces) == one.pieces and (one.keyframe or picture == self._decoded + 1):
                self._show(one)
                return True
        return False

    def _show(self, one: Piece) -> None:
        now_ns = self.clock.now_ns
        self._decoded, self._decoded_ns = one.picture, now_ns
        self._pictures = {number: kept for number, kept in self._pictures.items() if number > one.picture}
        self._missing = {number: kept for number, kept in self._missing.items() if number > one.first}
        at_s = (now_ns + DECODE_NS + self.random.randrange(SCREEN_NS)) / 1e9
        if self.shown and at_s <= self.shown[-1].at_s:
            self.shown.pop()
        self.shown.append(Shown(at_s, one.captured_ns / 1e9, one.width))
