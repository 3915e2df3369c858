"""Exports that researchers ask for: one runs, a bounded number waits, and none is lost by a restart. Pure."""

from collections.abc import Collection
from typing import Literal, get_args

import msgspec

from teleop.curation.recipe import RecipeInvalid, parse
from teleop.wire.browser_in import ExportForm, Language
from teleop.wire.browser_out import ExportCard, ExportState, ExportStep, ExportTrouble, LeftOut

MAX_WAITING = 8
REMEMBERED = 50  # of those that are over
FORMS: tuple[ExportForm, ...] = get_args(ExportForm)
RECIPE = """\
version = 1
name = "successes"
labels = ["success"]        # or "failure", "recovery", ...

[filtering]
decode = false              # true also checks every picture, which takes its time

[[rules]]
name = "once"               # no copy of another episode
measure = "copies"
at_most = 0

[[rules]]
name = "all_cameras"
measure = "cameras_missing"
at_most = 0

[[rules]]
name = "pictures_flow"      # no gap longer than this, in s
measure = "picture_gap_s"
at_most = 0.5

[reweighting]
by = "contributor"
method = "uniform"
"""


class JobRefused(Exception):
    """What was asked of the exports is not done; the text is the reason."""


class Order(msgspec.Struct, frozen=True):
    """What is to be exported: these episodes, oldest first, in so far as the recipe keeps them.

    `forgotten` counts those that were asked for and have been erased since.
    """

    episode_ids: tuple[str, ...]
    recipe: str
    form: ExportForm
    fps: int
    licence: str
    language: Language = "en"
    forgotten: int = 0


class Outcome(msgspec.Struct, frozen=True, tag="outcome"):
    """What became of the episodes; `trouble` is empty when the export lies in its folder.

    `gone` are what the recipe's coverage report misses: `puzzle swap`.
    """

    kept: int
    left_out: tuple[LeftOut, ...]
    gone: tuple[str, ...] = ()
    bytes: int = 0
    trouble: Literal["", "none_kept", "refused"] = ""
    detail: str = ""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far the present step is."""

    step: ExportStep
    done: int
    total: int
    pictures: int


NOTHING = Progress("", 0, 0, 0)
NO_OUTCOME = Outcome(0, ())


class Job(msgspec.Struct, frozen=True):
    """One export with all that is kept of it."""

    export_id: str
    asked_utc_ns: int
    order: Order
    state: ExportState = "queued"
    ended_utc_ns: int | None = None
    outcome: Outcome = NO_OUTCOME
    trouble: ExportTrouble = ""
    detail: str = ""


Jobs = tuple[Job, ...]  # in the order in which they are due


def recipe_fault(text: str) -> str:
    """What is wrong with a recipe; empty when it can be used."""
    try:
        parse(text, "recipe")
    except RecipeInvalid as error:
        return str(error)
    return ""


def recipe_name(text: str) -> str:
    """The name that a recipe gives itself; raises RecipeInvalid."""
    return parse(text, "recipe").name


def may_ask(jobs: Jobs) -> bool:
    """True while the queue has room."""
    return sum(one.state == "queued" for one in jobs) < MAX_WAITING


def asked(jobs: Jobs, job: Job) -> Jobs:
    """With one more, the last in the queue; raises JobRefused."""
    if not job.order.episode_ids:
        raise JobRefused("nothing_chosen")
    if not may_ask(jobs):
        raise JobRefused("exports_full")
    return (*jobs, job)


def due(jobs: Jobs) -> Job | None:
    """The one to start now: none while another runs."""
    if any(one.state == "running" for one in jobs):
        return None
    return next((one for one in jobs if one.state == "queued"), None)


def job_of(jobs: Jobs, export_id: str) -> Job | None:
    """The job of this id."""
    return next((one for one in jobs if one.export_id == export_id), None)


def started(jobs: Jobs, export_id: str) -> Jobs:
    """With a waiting one running; one that was cancelled meanwhile stays so."""
    return tuple(
        _with(one, state="running") if one.export_id == export_id and one.state == "queued" else one
        for one in jobs
    )


def ended(jobs: Jobs, export_id: str, outcome: Outcome | None, now_utc_ns: int, said: str = "") -> Jobs:
    """With a running one over: by its outcome, or without one, its process having died saying `said`.

    One that was cancelled meanwhile stays so.
    """

    def over(job: Job) -> Job:
        if job.export_id != export_id or job.state != "running":
            return job
        if outcome is None:
            return _with(job, state="failed", ended_utc_ns=now_utc_ns, trouble="worker_died", detail=said)
        return _with(
            job,
            state="failed" if outcome.trouble else "done",
            ended_utc_ns=now_utc_ns,
            outcome=outcome,
            trouble=outcome.trouble,
            detail=outcome.detail,
        )

    return tuple(over(one) for one in jobs)


def cancelled(jobs: Jobs, export_id: str, now_utc_ns: int) -> Jobs:
    """With one given up; raises JobRefused where it is over already or not known."""
    job = job_of(jobs, export_id)
    if job is None:
        raise JobRefused("not_found")
    if job.state not in ("queued", "running", "interrupted"):
        raise JobRefused("export_over")
    gone = _with(job, state="cancelled", ended_utc_ns=now_utc_ns, trouble="cancelled", detail="")
    return tuple(gone if one is job else one for one in jobs)


def resumed(jobs: Jobs, export_id: str) -> Jobs:
    """With an interrupted or failed one last in the queue again; raises JobRefused."""
    job = job_of(jobs, export_id)
    if job is None:
        raise JobRefused("not_found")
    if job.state not in ("interrupted", "failed"):
        raise JobRefused("export_over")
    again = _with(job, state="queued", ended_utc_ns=None, outcome=NO_OUTCOME, trouble="", detail="")
    return asked(tuple(one for one in jobs if one is not job), again)


def after_restart(jobs: Jobs, now_utc_ns: int) -> Jobs:
    """What a hub that starts makes of the jobs of the last one: what ran or waited is interrupted."""
    ordered = sorted(jobs, key=lambda one: (one.asked_utc_ns, one.export_id))
    return tuple(
        _with(one, state="interrupted", ended_utc_ns=now_utc_ns, trouble="hub_stopped")
        if one.state in ("queued", "running")
        else one
        for one in ordered
    )


def forgettable(jobs: Jobs) -> Jobs:
    """Those that were over first, beyond the number that is remembered; their results stay."""
    over = sorted(
        (one for one in jobs if one.state in ("done", "failed", "cancelled")),
        key=lambda one: (one.ended_utc_ns or 0, one.export_id),
    )
    return tuple(over[: max(0, len(over) - REMEMBERED)])


def forgotten(jobs: Jobs, gone: Collection[str], now_utc_ns: int) -> Jobs:
    """With no mention of erased episodes; one that waited for nothing else is given up.

    One that runs is left until it is over, since its process has read its order.
    """
    return tuple(one if one.state == "running" else _without(one, gone, now_utc_ns) for one in jobs)


def _without(job: Job, gone: Collection[str], now_utc_ns: int) -> Job:
    left = tuple(one for one in job.order.episode_ids if one not in gone)
    fewer = len(job.order.episode_ids) - len(left)
    if not fewer and not any(one in job.detail + job.outcome.detail for one in gone):
        return job
    order = msgspec.structs.replace(job.order, episode_ids=left, forgotten=job.order.forgotten + fewer)
    job = _with(job, order=order, outcome=msgspec.structs.replace(job.outcome, detail=""), detail="")
    if left or job.state in ("done", "failed", "cancelled"):
        return job
    return _with(job, state="cancelled", ended_utc_ns=now_utc_ns, trouble="cancelled")


def card(job: Job, progress: Progress, place: str) -> ExportCard:
    """A job as pages show it; `place` is its folder."""
    outcome = job.outcome
    return ExportCard(
        export_id=job.export_id,
        state=job.state,
        step=progress.step,
        done=progress.done,
        total=progress.total,
        pictures=progress.pictures,
        asked_utc_ns=job.asked_utc_ns,
        ended_utc_ns=job.ended_utc_ns,
        recipe=recipe_name(job.order.recipe),
        form=job.order.form,
        captured=len(job.order.episode_ids) + job.order.forgotten,
        kept=outcome.kept,
        left_out=outcome.left_out,
        gone=outcome.gone,
        place=place if job.state == "done" else "",
        bytes=outcome.bytes,
        trouble=job.trouble,
        detail=job.detail,
    )


def _with(job: Job, **changes: object) -> Job:
    return msgspec.structs.replace(job, **changes)
