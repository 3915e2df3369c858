"""The commands `arrange`, `truth` and `fault`: short-lived, so they import little and start fast."""

import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sim_fallback.layout import read_layout
from sim_fallback.servo_bus.faults import Plan, Step, kinds, parse_plan, parse_words
from sim_fallback.staging_wire import (
    Answer,
    Arrange,
    AskTruth,
    InjectFaults,
    Request,
    decode_answer,
    encode_line,
)

_WAIT_S = 15.0


def ask(path: Path, request: Request) -> Answer:
    """Sends one request and waits for its answer; raises OSError or msgspec.DecodeError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(_WAIT_S)
        server.connect(str(path))
        server.sendall(encode_line(request))
        data = b""
        while not data.endswith(b"\n"):
            part = server.recv(65_536)
            if not part:
                break
            data += part
    return decode_answer(data)


def arrange(path: Path, layout: Path) -> int:
    """Lays the pieces out; returns 0 once they lie there, otherwise 1 and says why."""
    try:
        answer = ask(path, Arrange(version=1, layout=read_layout(layout)))
    except (OSError, msgspec.DecodeError) as error:
        return _fail(f"arrange: {error}")
    return 0 if answer.done else _fail(f"arrange: {answer.reason}")


def truth(path: Path) -> int:
    """Prints the true poses as JSON; for tests, never for the referee."""
    try:
        answer = ask(path, AskTruth(version=1))
    except (OSError, msgspec.DecodeError) as error:
        return _fail(f"truth: {error}")
    if not answer.done:
        return _fail(f"truth: {answer.reason}")
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    return 0


def fault(path: Path, words: Sequence[str], plan: Path | None) -> int:
    """Makes the bus fail as the words or the plan's file say; without either, prints what can fail."""
    if plan is None and not words:
        sys.stdout.write(kinds() + "\n")
        return 0
    try:
        wished = parse_plan(plan.read_bytes()) if plan else Plan((Step(0.0, parse_words(words)),))
        answer = ask(path, InjectFaults(version=1, plan=wished))
    except (OSError, msgspec.DecodeError) as error:
        return _fail(f"fault: {error}")
    return 0 if answer.done else _fail(f"fault: {answer.reason}")


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
