"""Cards of episodes that were never recorded, for tests of what is made of cards."""

import msgspec

from teleop.wire.browser_out import EpisodeCard
from teleop.wire.player_out import Bilingual

DAY_NS = 86_400 * 10**9


def card(number: int, **changes: object) -> EpisodeCard:
    """An episode that began on the day of this number."""
    plain = EpisodeCard(
        episode_id=f"e-{number}",
        turn_id=f"T{number}",
        puzzle_id="tower",
        puzzle_title=Bilingual("The tower", "高塔"),
        pseudonym="p-a",
        solved=True,
        duration_s=10.0 * number,
        started_utc_ns=number * DAY_NS,
        source="sim",
        bytes=1000,
        sha256="",
        cameras=("overview",),
        cell_id="home",
        judged="solved",
        day=f"2026-01-{number:02}",
        rules="tower 1 / referee-1",
        round_trip_s=0.01 * number,
        pictures=300,
    )
    return msgspec.structs.replace(plain, **changes)
