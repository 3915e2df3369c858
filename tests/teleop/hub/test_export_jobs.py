"""The queue of exports: one runs, a bounded number waits, restarts interrupt, nothing is lost."""

import msgspec
import pytest

from teleop.curation.recipe import RecipeInvalid, parse
from teleop.episodes.formats import FORMATS
from teleop.hub import export_jobs as room
from teleop.hub.export_jobs import MAX_WAITING, NOTHING, REMEMBERED, Job, JobRefused, Order, Outcome, Progress
from teleop.wire.browser_out import LeftOut

ORDER = Order(("e-1", "e-2"), room.RECIPE, "mcap", 30, "")


def job(number: int, state: str = "queued", **changes: object) -> Job:
    return msgspec.structs.replace(Job(f"x{number}", number, ORDER, state), **changes)


def states(jobs: room.Jobs) -> dict[str, str]:
    return {one.export_id: one.state for one in jobs}


def test_the_first_recipe_can_be_used_and_every_form_is_offered():
    assert room.recipe_fault(room.RECIPE) == "" and room.recipe_name(room.RECIPE) == "successes"
    assert "name" in room.recipe_fault("version = 1")
    assert parse(room.RECIPE, "it").rules
    with pytest.raises(RecipeInvalid):
        room.recipe_name("")
    assert set(room.FORMS) <= set(FORMATS)


def test_one_at_a_time_in_the_order_asked():
    jobs = room.asked(room.asked((), job(1)), job(2))
    assert room.due(jobs) is jobs[0]
    jobs = room.started(jobs, "x1")
    assert room.due(jobs) is None and states(jobs) == {"x1": "running", "x2": "queued"}
    jobs = room.ended(jobs, "x1", Outcome(2, ()), 9)
    assert states(jobs)["x1"] == "done" and jobs[0].ended_utc_ns == 9
    assert room.due(jobs) is jobs[1]
    assert room.due(()) is None


def test_the_queue_is_bounded_and_takes_no_empty_set():
    jobs: room.Jobs = (job(0, "running"),)
    for number in range(1, MAX_WAITING + 1):
        assert room.may_ask(jobs)
        jobs = room.asked(jobs, job(number))
    assert not room.may_ask(jobs)
    with pytest.raises(JobRefused, match="exports_full"):
        room.asked(jobs, job(99))
    with pytest.raises(JobRefused, match="nothing_chosen"):
        room.asked((), job(1, order=msgspec.structs.replace(ORDER, episode_ids=())))


def test_an_end_without_an_outcome_says_what_the_process_said():
    jobs = room.ended((job(1, "running"), job(2)), "x1", None, 5, "disk full")
    assert (jobs[0].state, jobs[0].trouble, jobs[0].detail) == ("failed", "worker_died", "disk full")
    refused = Outcome(0, (LeftOut("labels", 2),), trouble="none_kept", detail="none")
    jobs = room.ended((job(1, "running"),), "x1", refused, 5)
    assert (jobs[0].state, jobs[0].trouble, jobs[0].outcome) == ("failed", "none_kept", refused)


@pytest.mark.parametrize("state", ["queued", "running", "interrupted"])
def test_cancelling_holds_whatever_its_process_still_says(state):
    jobs = room.cancelled((job(1, state), job(2)), "x1", 7)
    assert (jobs[0].state, jobs[0].ended_utc_ns, jobs[0].trouble) == ("cancelled", 7, "cancelled")
    assert room.started(jobs, "x1") == jobs and room.ended(jobs, "x1", Outcome(2, ()), 8) == jobs


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_what_is_over_is_not_cancelled(state):
    with pytest.raises(JobRefused, match="export_over"):
        room.cancelled((job(1, state),), "x1", 7)
    with pytest.raises(JobRefused, match="not_found"):
        room.cancelled((), "x1", 7)


def test_a_restart_interrupts_and_resuming_queues_last():
    before = (job(3, "running"), job(2), job(1, "done"))
    jobs = room.after_restart(before, 20)
    assert states(jobs) == {"x1": "done", "x2": "interrupted", "x3": "interrupted"}
    assert jobs[1].trouble == "hub_stopped" and jobs[1].ended_utc_ns == 20
    jobs = room.resumed(jobs, "x2")
    assert [one.export_id for one in jobs] == ["x1", "x3", "x2"]
    assert (jobs[2].state, jobs[2].trouble, jobs[2].ended_utc_ns) == ("queued", "", None)
    with pytest.raises(JobRefused, match="export_over"):
        room.resumed(jobs, "x2")
    with pytest.raises(JobRefused, match="not_found"):
        room.resumed(jobs, "x9")
    assert room.resumed((job(1, "failed"),), "x1")[0].state == "queued"


def test_only_so_many_that_are_over_are_remembered():
    jobs = tuple(job(at, "done", ended_utc_ns=1000 - at) for at in range(REMEMBERED + 2)) + (job(900),)
    assert {one.export_id for one in room.forgettable(jobs)} == {f"x{REMEMBERED}", f"x{REMEMBERED + 1}"}
    assert room.forgettable(jobs[:3]) == ()


def test_erased_episodes_are_named_in_no_job_but_one_that_runs():
    said = "e-2 cannot be read"
    over = job(
        1, "done", detail=said, outcome=Outcome(1, (LeftOut("labels", 1),), detail=said), ended_utc_ns=5
    )
    jobs = (over, job(2, "running"), job(3), job(4, "interrupted"))
    left = room.forgotten(jobs, {"e-2", "e-9"}, 77)
    assert [one.order.episode_ids for one in left] == [("e-1",), ("e-1", "e-2"), ("e-1",), ("e-1",)]
    assert states(left) == states(jobs) and "e-2" not in left[0].detail + left[0].outcome.detail
    card = room.card(left[0], NOTHING, "")
    assert card.kept + sum(one.episodes for one in card.left_out) == card.captured == 2
    assert room.forgotten(left, {"e-2"}, 78) == left == room.forgotten(left, (), 78)


def test_a_job_of_which_nothing_is_left_is_given_up():
    jobs = (job(1, "done", ended_utc_ns=5), job(2), job(3, "interrupted", ended_utc_ns=6))
    left = room.forgotten(jobs, ("e-1", "e-2"), 77)
    assert states(left) == {"x1": "done", "x2": "cancelled", "x3": "cancelled"}
    assert [one.ended_utc_ns for one in left] == [5, 77, 77]
    assert [one.order.forgotten for one in left] == [2, 2, 2]


def test_an_erased_episode_is_taken_out_of_what_was_said_of_others():
    (left,) = room.forgotten((job(1, "failed", detail="e-7 is in the way"),), {"e-7"}, 77)
    assert (left.detail, left.order) == ("", ORDER)


def test_a_card_tells_progress_and_where_the_result_lies():
    card = room.card(job(1, "running"), Progress("exporting", 1, 2, 40), "/exports/x1")
    assert (card.step, card.done, card.total, card.pictures) == ("exporting", 1, 2, 40)
    assert (card.captured, card.recipe, card.place) == (2, "successes", "")
    over = job(1, "done", outcome=Outcome(1, (LeftOut("labels", 1),), ("puzzle swap",), 5))
    card = room.card(over, NOTHING, "/exports/x1")
    assert (card.place, card.kept, card.gone, card.bytes) == ("/exports/x1", 1, ("puzzle swap",), 5)
    assert card.kept + sum(one.episodes for one in card.left_out) == card.captured
