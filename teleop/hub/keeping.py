"""Has the lineage of the hub's episodes kept by another process: withdrawals at once, the rest by and by."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from teleop.hub.episode_files import EpisodeFiles
from teleop.hub.store.turns import TurnStore
from teleop.lineage.consent_record import UNSTATED, Controller
from teleop.lineage.documents import keep_controller
from teleop.wire.hub_to_cell import Consent

KEY_FILE = "lineage_key.pem"
EVERY_S = 600.0
log = structlog.get_logger("teleop.hub.keeping")


class KeepingFailed(Exception):
    """The work could not be done; the text says why. What was begun is finished the next time."""


class Kept(msgspec.Struct, frozen=True):
    """What the other process answers: all erased episodes, how many this time, exports left for hands.

    `rules_refused` says what kept the retention rules from being applied, if anything did.
    """

    erased: tuple[str, ...]
    now: int
    by_hand: tuple[str, ...]
    rules_refused: str = ""


@dataclass(slots=True)
class Keeping:
    """Starts the work, one at a time, and takes erased episodes out of the results."""

    episodes: Path
    key: Path
    rules: Path | None
    turns: TurnStore
    files: EpisodeFiles
    utc_ns: Callable[[], int]
    controller: Controller = UNSTATED
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Tells the folder who answers for it, and works every ten minutes, until cancelled."""
        try:
            await asyncio.to_thread(keep_controller, self.episodes, self.controller)
        except OSError as error:
            log.error("who answers for the data is not written", error=str(error))
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.work()
            except KeepingFailed as error:
                log.error("lineage not kept", error=str(error))

    async def work(self, withdraw: str | None = None, answer: Consent | None = None) -> Kept:
        """Does what is due, and withdraws an account's episodes when asked; raises KeepingFailed.

        The account's `answer`, by which it withdraws, is kept as a record.
        """
        async with self._one_at_a_time:
            kept = await self._done(self._command(withdraw, answer))
            await self.turns.forget_episodes(kept.erased)
            try:
                await self.files.forget_gone()
            except OSError as error:
                log.error("the index of episodes is not up to date", error=str(error))
        for path in kept.by_hand:
            log.error("an export holds withdrawn episodes and must be dealt with by hand", path=path)
        if kept.rules_refused:
            log.error("the retention rules were not applied", error=kept.rules_refused)
        return kept

    def _command(self, withdraw: str | None, answer: Consent | None) -> tuple[str, ...]:
        words = [sys.executable, "-m", "teleop.lineage.keeping", str(self.episodes), "--key", str(self.key)]
        words += ["--utc-ns", str(self.utc_ns())]
        words += [] if self.rules is None else ["--rules", str(self.rules)]
        words += [] if withdraw is None else ["--withdraw", withdraw]
        words += [] if answer is None else ["--answer", msgspec.json.encode(answer).decode()]
        return tuple(words)

    async def _done(self, command: tuple[str, ...]) -> Kept:
        pipe = asyncio.subprocess.PIPE
        self.episodes.mkdir(parents=True, exist_ok=True)
        try:
            worker = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise KeepingFailed(str(error)) from error
        try:
            answer, said = await worker.communicate()
        finally:
            if worker.returncode is None:
                worker.terminate()
                await worker.wait()
        if worker.returncode:
            raise KeepingFailed(said.decode(errors="replace").strip())
        return msgspec.json.decode(answer, type=Kept)
