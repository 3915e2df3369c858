"""The player's link in one message of an episode. Pure."""

from teleop import clock
from teleop.cell.bit_rate import Link, Signs
from teleop.cell.quality import Quality
from teleop.episodes.format import Network


def network(
    known: clock.ClockState, link: Link, signs: Signs | None, quality: Quality, now_ns: int
) -> Network:
    """What is known of the player's clock and link now, and the quality of the pictures it is sent."""
    here, drift = clock.estimate(known, now_ns), clock.drift(known)
    return Network(
        t_ns=now_ns,
        offset_ns=None if here is None else here.offset_ns,
        offset_error_ns=None if here is None else here.error_ns,
        drift_ppm=None if drift is None else drift.ppm,
        round_trip_ns=None if here is None else here.round_trip_ns,
        jitter_ns=None if here is None else here.jitter_ns,
        late_ns=None if signs is None else max(0, round(signs.late_s * 1e9)),
        loss=None if signs is None else signs.loss,
        allowed_bit_s=None if link.now_ns is None else link.bit_s,
        sent_bit_s=None if signs is None else max(0.0, signs.sent_bit_s),
        estimated_bit_s=None if signs is None else signs.remb_bit_s,
        blocked=link.blocked,
        quarters=quality.quarters,
        every=quality.every,
        share=quality.share,
    )
