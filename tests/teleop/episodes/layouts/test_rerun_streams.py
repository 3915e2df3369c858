"""What Rerun shows: every joint as measured, applied and asked for, at its true time, and notes in order."""

from dataclasses import replace
from typing import Any

import numpy as np

from teleop.annotation.standing import Standing
from teleop.episodes.exporting.choice import choose
from teleop.episodes.format import Event
from teleop.episodes.layouts.rerun_streams import about, curves_of, notes_of
from teleop.wire.annotation_in import Prompt, Segment

MS = 1_000_000


def test_curves_have_their_true_times_and_no_point_where_nothing_is_known(record: Any) -> None:
    chosen = choose(record(seconds=0.3).path, 30)
    episode = chosen.episode
    asked = episode.actions.requested_rad.copy()
    asked[:3], asked[3:] = 0.1, np.nan
    episode = replace(episode, actions=replace(episode.actions, requested_rad=asked))
    found = {one.name: one for one in curves_of(episode)}
    start, joint = episode.header.started_ns, episode.header.joint_names[1]
    seen, done = episode.observations, episode.actions
    measured = found[f"joints/{joint}/measured"]
    assert measured.values.tolist() == seen.positions_rad[:, 1].tolist()
    assert (measured.t_ns + start).tolist() == (seen.t_ns - seen.sample_age_ns[:, 1]).tolist()
    applied = found[f"joints/{joint}/applied"]
    assert (applied.t_ns + start).tolist() == done.t_ns.tolist()
    assert len(found[f"joints/{joint}/requested"].t_ns) == 3
    assert {"tool/x_m", f"loads/{joint}", "limits/acting", "limits/speed_scale"} <= found.keys()
    empty = replace(episode, actions=replace(done, requested_rad=np.full_like(asked, np.nan)))
    told = about(replace(chosen, episode=empty), curves_of(empty))
    assert f"joints/{joint}/applied" in told.curves and f"joints/{joint}/requested" not in told.curves


def test_notes_are_events_limits_and_sub_tasks_in_the_order_of_time(record: Any) -> None:
    chosen = choose(record(seconds=0.3).path, 30)
    done = chosen.episode.actions
    start = chosen.episode.header.started_ns
    limits = (("speed",), *(() for _ in done.limits[1:]))
    event = Event(start + 50 * MS, "grasp", {"piece": "red"})
    episode = replace(chosen.episode, actions=replace(done, limits=limits), events=(event,))
    parts = (Segment(20 * MS, 300 * MS, "reach", "red", "", Prompt("reach", "伸向")),)
    chosen = replace(chosen, episode=episode, standing=Standing("accepted", 2, segments=parts))
    notes = notes_of(chosen)
    assert [(one.place, one.text.split()[0], one.level) for one in notes] == [
        ("events", "limit", "WARN"), ("subtasks", "reach:", "INFO"), ("events", "grasp", "INFO"),
    ]  # fmt: skip
    assert [one.t_ns for one in notes[1:]] == [20 * MS, 50 * MS] and '{"piece":"red"}' in notes[2].text
