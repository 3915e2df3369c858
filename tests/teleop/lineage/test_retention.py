"""Episodes are kept as long as the rule of their consent says, and for ever without one."""

from typing import Any

import msgspec
import pytest
from synthetic_turns import makers

from teleop.lineage.retention import DAY_NS, Rule, Rules, RulesRefused, due, read_rules

STARTED_NS = 1_760_000_000_000_000_000
BOTH = read_rules('[[rule]]\nconsent = "2026-01"\nkeep_days = 2\n[[rule]]\nconsent = "*"\nkeep_days = 9\n')


def header(version: str = "2026-01") -> Any:
    made: Any = makers()
    whole = made.header_of(made.Script())
    consent = msgspec.structs.replace(whole.consent, text_version=version)
    return msgspec.structs.replace(whole, consent=consent, started_utc_ns=STARTED_NS)


@pytest.mark.parametrize(("version", "days"), [("2026-01", 2), ("other", 9)])
def test_the_time_is_up_at_the_end_of_the_last_day(version: str, days: int) -> None:
    assert not due(BOTH, header(version), STARTED_NS + days * DAY_NS - 1)
    assert due(BOTH, header(version), STARTED_NS + days * DAY_NS)


def test_without_a_rule_it_is_kept() -> None:
    assert not due(Rules((Rule("other", 1),)), header(), STARTED_NS * 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rule = 1", "array"),
        ("[[rule", "array"),
        ('[[rule]]\nconsent = "a"\nkeep_days = 0', "keep_days"),
        ('[[rule]]\nconsent = "a"\nkeep_days = 1\n[[rule]]\nconsent = "a"\nkeep_days = 2', "same consent"),
    ],
)
def test_wrong_rules_are_refused(text: str, why: str) -> None:
    with pytest.raises(RulesRefused, match=why):
        read_rules(text)
