"""Has researchers' exports worked on by another process, one at a time, and keeps what became of them.

Each export has a folder: `job.json`, the recipe's run in `recipe`, the result in `dataset`.
"""

import asyncio
import secrets
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from teleop.durable_files import write_whole
from teleop.hub import export_jobs as room
from teleop.hub.clocks import Clocks
from teleop.hub.export_jobs import NOTHING, Job, Order, Outcome, Progress
from teleop.lineage.ledger import read_ledger
from teleop.lineage.records import LedgerBroken, erased_ids
from teleop.wire.browser_out import ExportCard

JOB, DATASET, UNFINISHED, RECORDS = "job.json", "dataset", ".dataset.export", ".records"
LEFT_BY_CANCELLED = (DATASET, UNFINISHED, RECORDS, "recipe")
TIDY_S = 60.0
MAX_LINE = 2**24
MAX_SAID = 400  # characters of what a process says before it dies
log = structlog.get_logger("teleop.hub.exports")


@dataclass(slots=True)
class ExportDesk:
    """All exports of one hub, below `folder`, of the episodes in another."""

    folder: Path
    episodes: Path
    clocks: Clocks
    jobs: room.Jobs = ()
    _progress: Progress = NOTHING
    _worker: asyncio.subprocess.Process | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tidying: asyncio.Lock = field(default_factory=asyncio.Lock)

    def load(self) -> None:
        """Takes up the exports of the last hub that ran here; what it left unfinished is interrupted.

        Blocking; raises OSError.
        """
        found: list[Job] = []
        for path in sorted(self.folder.glob(f"*/{JOB}")):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Job))
            except (OSError, msgspec.MsgspecError) as error:
                log.error("an export's note cannot be read", path=str(path), error=str(error))
        self.jobs = room.after_restart(tuple(found), self.clocks.utc_ns())
        for one in self.jobs:
            if one not in found:
                self._write(one)

    def cards(self) -> tuple[ExportCard, ...]:
        """All exports, newest first."""
        return tuple(
            room.card(
                one, self._progress if one.state == "running" else NOTHING, str(self._place(one) / DATASET)
            )
            for one in sorted(self.jobs, key=lambda one: (-one.asked_utc_ns, one.export_id))
        )

    async def ask(self, order: Order) -> None:
        """Puts an export in the queue; raises JobRefused, OSError."""
        now_utc_ns = self.clocks.utc_ns()
        when = datetime.fromtimestamp(now_utc_ns / 1e9, UTC)
        job = Job(f"{when:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", now_utc_ns, order)
        await self._take(room.asked(self.jobs, job))

    async def cancel(self, export_id: str) -> None:
        """Gives an export up and removes what there is of it; raises JobRefused, OSError."""
        before = room.job_of(self.jobs, export_id)
        jobs = room.cancelled(self.jobs, export_id, self.clocks.utc_ns())
        if before is not None and before.state == "running" and self._worker is not None:
            _end(self._worker)
        await self._take(jobs)

    async def resume(self, export_id: str) -> None:
        """Puts an interrupted or failed export in the queue again; raises JobRefused, OSError."""
        await self._take(room.resumed(self.jobs, export_id))

    async def run(self) -> None:
        """Works the queue off, until cancelled."""
        while True:
            self._changed.clear()
            await self._tidy()
            job = room.due(self.jobs)
            if job is None:
                await self._changed.wait()
                continue
            try:
                await self._work(job)
            except OSError as error:
                log.error("an export was not worked on", error=str(error))
                self.jobs = room.ended(self.jobs, job.export_id, None, self.clocks.utc_ns(), str(error))

    async def keep_tidy(self) -> None:
        """Removes every minute what is not to stay, also while an export runs, until cancelled."""
        while True:
            await self._tidy()
            await asyncio.sleep(TIDY_S)

    async def _work(self, job: Job) -> None:
        async with self._tidying:
            self._progress = NOTHING
            await self._take(room.started(self.jobs, job.export_id))
        if not self._runs(job):
            return
        command = (sys.executable, "-m", "teleop.hub.export_work", str(self._place(job)))
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(
            *command, "--episodes", str(self.episodes), stdin=pipe, stdout=pipe, stderr=pipe, limit=MAX_LINE
        )
        self._worker = worker
        try:
            if not self._runs(job):
                _end(worker)
            outcome, said = await asyncio.gather(self._heard(worker), _said(worker))
            await worker.wait()
        finally:
            self._worker = None
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        await self._take(room.ended(self.jobs, job.export_id, outcome, self.clocks.utc_ns(), said))

    def _runs(self, job: Job) -> bool:
        now = room.job_of(self.jobs, job.export_id)
        return now is not None and now.state == "running"

    async def _heard(self, worker: asyncio.subprocess.Process) -> Outcome | None:
        """Follows a process to its end: its outcome, or None when it ends without one."""
        outcome: Outcome | None = None
        while worker.stdout is not None and (line := await worker.stdout.readline()):
            try:
                message = msgspec.json.decode(line, type=Progress | Outcome)
            except msgspec.MsgspecError:
                continue  # a library that talks
            if isinstance(message, Outcome):
                outcome = message
            else:
                self._progress = message
        return outcome

    async def _take(self, jobs: room.Jobs) -> None:
        """Takes the jobs as they are from now on, and writes those that changed; raises OSError."""
        changed = [one.export_id for one in jobs if not any(one is other for other in self.jobs)]
        self.jobs = jobs
        self._changed.set()
        async with self._writing:
            for export_id in changed:
                newest = room.job_of(self.jobs, export_id)
                if newest is not None:
                    await asyncio.to_thread(self._write, newest)

    async def _tidy(self) -> None:
        """Removes what cancelled exports left, and all that is left of episodes that were erased since."""
        async with self._tidying:
            old = room.forgettable(self.jobs)
            self.jobs = tuple(one for one in self.jobs if one not in old)
            gone = await asyncio.to_thread(self._remove, old, self.jobs)
            jobs = room.forgotten(self.jobs, gone, self.clocks.utc_ns())
            if jobs != self.jobs:
                await self._take(jobs)

    def _remove(self, old: room.Jobs, jobs: room.Jobs) -> frozenset[str]:
        """Removes files of these jobs; which of their episodes were erased."""
        for one in old:
            with suppress(OSError):
                (self._place(one) / JOB).unlink()
        for one in jobs:
            place = self._place(one)
            parts: tuple[str, ...] = LEFT_BY_CANCELLED if one.state == "cancelled" else ()
            if one.state in ("interrupted", "failed") and not self._all_here(one):
                parts = (UNFINISHED, RECORDS)
            for part in parts:
                shutil.rmtree(place / part, ignore_errors=True)
        return self._erased() if any(not self._all_here(one) for one in jobs) else frozenset()

    def _erased(self) -> frozenset[str]:
        try:
            return erased_ids(read_ledger(self.episodes))
        except (LedgerBroken, OSError) as error:
            log.error("exports may still name erased episodes", error=str(error))
            return frozenset()

    def _all_here(self, job: Job) -> bool:
        return all((self.episodes / f"{name}.mcap").is_file() for name in job.order.episode_ids)

    def _write(self, job: Job) -> None:
        place = self._place(job)
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / JOB, msgspec.json.encode(job))

    def _place(self, job: Job) -> Path:
        return self.folder.absolute() / job.export_id


def _end(worker: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        worker.terminate()


async def _said(worker: asyncio.subprocess.Process) -> str:
    """The last line of what a process complained about."""
    said = b"" if worker.stderr is None else await worker.stderr.read()
    return said.decode(errors="replace").strip().rpartition("\n")[2][:MAX_SAID]
