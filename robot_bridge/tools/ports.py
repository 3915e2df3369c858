"""Which serial ports may lead to servos, from what the system lists. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SERVO_NAMES = re.compile(r"tty(ACM|USB)\d+$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One port: the path to open, and its other names."""

    path: str
    names: tuple[str, ...] = ()


def candidates(devices: Iterable[str], links: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
    """One candidate per device, named by its steadiest name.

    `devices` are the paths of all terminals; `links` pairs of a steady name and the device behind it.
    A name by id goes before one by path; of two boards without serial numbers only one has a name by id.
    """
    found = sorted(path for path in devices if _SERVO_NAMES.search(path))
    names = list(links)
    known = [*found, *(target for _, target in names if target not in found)]
    return tuple(_candidate(path, names) for path in dict.fromkeys(known))


def _candidate(device: str, links: list[tuple[str, str]]) -> Candidate:
    names = tuple(sorted((name for name, target in links if target == device), key=_steadiness))
    return Candidate(names[0] if names else device, (*names[1:], device) if names else ())


def _steadiness(name: str) -> tuple[bool, str]:
    return ("/by-id/" not in name, name)


def explicit(paths: Iterable[str]) -> tuple[Candidate, ...]:
    """Ports that were named by a person, `socket://host:port` included."""
    return tuple(Candidate(path) for path in dict.fromkeys(paths))
