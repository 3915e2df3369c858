"""Makes episodes of finished journals in a process of their own, so that the next turn need not wait."""

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import structlog

_COMMAND = (sys.executable, "-m", "teleop.episodes.journal")
_log = structlog.get_logger()


class Made(msgspec.Struct, frozen=True):
    """A finished episode: its SHA-256 in hex and its size."""

    episode_id: str
    sha256: str
    bytes: int


async def make_episode(journal: Path) -> Made | None:
    """The episode of a journal, made now or already; None when there is none: the bytes are kept then."""
    return await asyncio.to_thread(_make, journal)


def _make(journal: Path) -> Made | None:
    try:
        # A session of its own: what ends this process, or a key in its terminal, does not end the other.
        done = subprocess.run(
            [*_COMMAND, str(journal)], capture_output=True, check=False, start_new_session=True
        )
    except OSError as error:
        _log.error("episode_not_made", journal=journal.name, error=str(error))
        return None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")[-400:]
        _log.error("episode_not_made", journal=journal.name, code=done.returncode, error=said)
        return None
    return msgspec.json.decode(done.stdout, type=Made)
