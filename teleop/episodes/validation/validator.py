"""Runs every rule over episodes in memory. Pure."""

from collections.abc import Callable

from teleop.episodes.validation import motion, picture_lag, pictures, timing
from teleop.episodes.validation.evidence import Evidence, Finding, Findings

Rule = Callable[[Evidence], Findings]
RULES: tuple[Rule, ...] = (
    timing.whole,
    timing.header,
    timing.ends,
    timing.ticks,
    timing.pairs,
    timing.page,
    timing.seen_pictures,
    motion.numbers,
    motion.ranges,
    motion.servos,
    motion.texture,
    motion.staleness,
    motion.following,
    motion.speeds,
    motion.poses,
    pictures.streams,
    pictures.clocks,
    pictures.contents,
    picture_lag.lags,
)


def validate(evidence: Evidence) -> tuple[Finding, ...]:
    """Everything that the rules find in one episode, in the order of the rules."""
    return tuple(one for rule in RULES for one in rule(evidence))
