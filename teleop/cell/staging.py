"""Brings the pieces to a puzzle's start, by whatever command the cell's owner configured."""

import asyncio
import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from game.puzzle import Puzzle
from game.table import layout

STAGE_TIMEOUT_S = 45.0
LAYOUT_WORD = "{layout}"
_log = structlog.get_logger()


async def stage(command: Sequence[str], puzzle: Puzzle) -> bool:
    """Runs the command with the layout file's path for `{layout}`; True when the pieces lie there.

    Without a command people lay the pieces out themselves, and there is nothing to wait for.
    """
    if not command:
        return True
    with tempfile.TemporaryDirectory(prefix="armcade-layout-") as folder:
        path = Path(folder) / f"{puzzle.id}.json"
        path.write_bytes(msgspec.json.encode(layout(puzzle)))
        return await _run([word.replace(LAYOUT_WORD, str(path)) for word in command])


async def _run(words: Sequence[str]) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except OSError as error:
        _log.error("stage_command_failed", error=str(error))
        return False
    try:
        async with asyncio.timeout(STAGE_TIMEOUT_S):
            _, errors = await process.communicate()
    except TimeoutError:
        _log.error("stage_command_too_slow", timeout_s=STAGE_TIMEOUT_S)
        return False
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    if process.returncode != 0:
        _log.error(
            "stage_command_failed", code=process.returncode, error=errors.decode(errors="replace")[-400:]
        )
    return process.returncode == 0
