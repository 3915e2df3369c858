"""How long episodes are kept: rules by the kind of consent, read from TOML. Pure.

[[rule]]
consent = "recording-1"   # a version of the consent text, or "*" for every other one
keep_days = 365

`DEFAULT_RULES` is the commented file that `armcade play` begins with.
"""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from teleop.episodes.format import Header

DEFAULT_RULES = Path(__file__).with_name("retention.toml")
DAY_NS = 86_400 * 1_000_000_000
ANY = "*"


class RulesRefused(Exception):
    """Rules that cannot be used; the text says why."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Episodes under this consent are kept so many days after their start."""

    consent: Annotated[str, Meta(min_length=1, max_length=64)]
    keep_days: Annotated[int, Meta(ge=1, le=36_500)]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules; an episode that none fits is kept."""

    rule: tuple[Rule, ...]


def read_rules(text: str) -> Rules:
    """Rules from TOML; raises RulesRefused."""
    try:
        rules = msgspec.convert(tomllib.loads(text), Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RulesRefused(str(error)) from error
    names = [rule.consent for rule in rules.rule]
    if len(set(names)) != len(names):
        raise RulesRefused("two rules are for the same consent")
    return rules


def due(rules: Rules, header: Header, now_utc_ns: int) -> bool:
    """Whether an episode's time is up."""
    days = {rule.consent: rule.keep_days for rule in rules.rule}
    kept = days.get(header.consent.text_version, days.get(ANY))
    return kept is not None and now_utc_ns >= header.started_utc_ns + kept * DAY_NS
