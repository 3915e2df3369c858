"""Finds servos behind ports: baud rates, protocols, ids, and two servos with one id."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from robot_bridge.tools.complaint import Complaint, Named, ToolFailed
from robot_bridge.tools.dialect import DIALECTS, Dialect, model_name
from robot_bridge.tools.ports import Candidate, candidates
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink

PING_WAIT_NS = 20_000_000
COMMON_IDS = tuple(range(1, 13))
Progress = Callable[[str, int, str], None]


@dataclass(frozen=True, slots=True)
class FoundServo:
    """One servo that answered; its registers, or None when they came damaged."""

    servo_id: int
    model: str
    image: Image | None


@dataclass(frozen=True, slots=True)
class FoundBus:
    """What one port carries; `heard_junk` says that something answered that no protocol explains."""

    port: Candidate
    baud: int = 0
    protocol: str = ""
    servos: tuple[FoundServo, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    heard_junk: bool = False


def list_ports(devices: Path = Path("/dev")) -> tuple[Candidate, ...]:
    """The candidates that this machine has now."""
    links = [
        (str(link), str(link.resolve()))
        for folder in ("by-id", "by-path")
        for link in sorted((devices / "serial" / folder).glob("*"))
    ]
    return candidates((str(path) for path in devices.glob("tty*")), links)


def scan(
    port: Candidate,
    ids: Sequence[int] = COMMON_IDS,
    told: Progress | None = None,
    dialects: Sequence[Dialect] = DIALECTS,
) -> FoundBus:
    """Tries each protocol at each baud rate until servos answer; a port that fails is a complaint."""
    junk = False
    for spoken, baud in _tries(dialects):
        if told is not None:
            told(port.path, baud, spoken.name)
        try:
            with ServoLink(port.path, baud, spoken, PING_WAIT_NS) as link:
                bus, noisy = _scan_at(link, port, ids)
        except ToolFailed as failed:
            return FoundBus(port, complaints=(failed.complaint,))
        junk |= noisy
        if bus.servos or bus.complaints:
            return bus
    return FoundBus(port, heard_junk=junk)


def _tries(spoken: Iterable[Dialect]) -> tuple[tuple[Dialect, int], ...]:
    """Every pair, the usual baud rates of each protocol first."""
    ranked = [(place, one, baud) for one in spoken for place, baud in enumerate(one.bauds)]
    return tuple((one, baud) for _, one, baud in sorted(ranked, key=lambda row: row[0]))


def _scan_at(link: ServoLink, port: Candidate, ids: Sequence[int]) -> tuple[FoundBus, bool]:
    """Where one servo answers, the silent are asked once more: a busy machine may have missed them.

    So are those that answered twice: the first may have been a late answer to the question before.
    """
    found: list[FoundServo] = []
    complaints: list[Complaint] = []
    pings = {servo_id: link.ping(servo_id) for servo_id in ids}
    noisy = any(heard.junk for heard in pings.values())
    if any(heard.answers for heard in pings.values()):
        pings |= {servo_id: link.ping(servo_id) for servo_id, heard in pings.items() if not heard.answers}
    for servo_id, heard in pings.items():
        if not heard.answers:
            continue
        if len(heard.answers) > 1 and len(link.ping(servo_id).answers) != 1:
            complaints.append(Complaint("id_clash", where=link.path, servo=str(servo_id)))
            found.append(FoundServo(servo_id, "", None))
        else:
            found.append(_inspect(link, servo_id, complaints))
    return FoundBus(port, link.baud, link.spoken.name, tuple(found), tuple(complaints)), noisy


def _inspect(link: ServoLink, servo_id: int, complaints: list[Complaint]) -> FoundServo:
    """Reads a servo that answered its ping; equal pings of two servos look like one, other answers do not."""
    try:
        image = link.image(Named(servo_id))
    except ToolFailed as failed:
        if failed.complaint.kind == "port_lost":
            raise
        complaints.append(failed.complaint)
        return FoundServo(servo_id, "", None)
    return FoundServo(servo_id, model_name(link.spoken, image.get("model")), image)


def scan_all(ports: Sequence[Candidate], ids: Sequence[int], told: Progress | None = None) -> list[FoundBus]:
    """Every port, one after another; with none at all, one complaint without a port."""
    if not ports:
        return [FoundBus(Candidate(""), complaints=(Complaint("no_port"),))]
    return [scan(port, ids, told) for port in ports]
