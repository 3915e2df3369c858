"""Every reason that the hub refuses for has a text in both languages."""

import re
from pathlib import Path
from typing import get_args

import pytest

import teleop.hub
from teleop.hub import access, queue, wires
from teleop.hub.api.requests import REASON_OF_STATUS
from teleop.hub.texts import TEXTS, failure

SOURCES = sorted(Path(teleop.hub.__file__).parent.rglob("*.py"))
NAMED = re.compile(r"(?:Refusal\(\d+, |failure\(|_say\([^\"\n]*)\"(\w+)\"")


def reasons() -> set[str]:
    written = {name for path in SOURCES for name in NAMED.findall(path.read_text())}
    assert {"consent_missing", "cell_offline", "turn_lost", "place_expired"} <= written
    typed = {*get_args(access.Denial), *get_args(queue.RefusalReason), *get_args(wires.BadMessage)}
    return written | typed | set(REASON_OF_STATUS.values()) | {"bad_request", "failed"}


@pytest.mark.parametrize("reason", sorted(reasons() - {"not_binary"}))
def test_a_reason_has_words(reason):
    en, zh = TEXTS[reason]
    assert en.endswith(".") and zh.endswith("。") and not zh.isascii()
    assert failure(reason, 3, "why").text.en == f"{en} (why)"
    assert failure(reason, 3).request == 3


def test_an_unknown_reason_still_has_words():
    assert failure("no such reason").text.en == TEXTS["failed"][0]
