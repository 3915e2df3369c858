"""Bytes from a terminal as names of keys. Pure."""

_SEQUENCES: dict[bytes, str] = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1bOA": "up",
    b"\x1bOB": "down",
    b"\x1bOC": "right",
    b"\x1bOD": "left",
}
_SINGLE: dict[int, str] = {
    0x03: "ctrl-c",
    0x04: "ctrl-d",
    0x09: "tab",
    0x0A: "enter",
    0x0D: "enter",
    0x1B: "escape",
    0x20: "space",
    0x7F: "backspace",
}


def decode(data: bytes, more: bool) -> tuple[tuple[str, ...], bytes]:
    """The keys in these bytes, and the start of one that is not complete unless no `more` will come."""
    names: list[str] = []
    while data:
        name, length = _first(data)
        if not length and more:
            break
        length = max(1, length)
        if name or data[0] in _SINGLE or 0x20 < data[0] < 0x7F:
            names.append(name or _SINGLE.get(data[0]) or chr(data[0]))
        data = data[length:]
    return tuple(names), data


def _first(data: bytes) -> tuple[str, int]:
    """The name and length of an escape sequence at the start; length 0 where it may still become one."""
    if data[:1] != b"\x1b":
        return "", 1
    for sequence, name in _SEQUENCES.items():
        if data.startswith(sequence):
            return name, len(sequence)
    if data in (b"\x1b", b"\x1b[", b"\x1bO"):
        return "", 0
    return ("unknown", _length(data)) if data[1:2] in (b"[", b"O") else ("", 1)


def _length(data: bytes) -> int:
    """The length of an escape sequence that no key here has: up to its final byte."""
    for at, byte in enumerate(data[2:], 3):
        if 0x40 <= byte <= 0x7E:
            return at
    return len(data)
