"""The stages on one episode: labels, idle ranges, measures, statistics."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted.defects import _act, _obs
from planted.taping import shown
from planted.turns import Plan, Turn, good_turn
from saved_subtasks import segments

from teleop.annotation.standing import DAMAGED, Standing
from teleop.curation.measures import log_dimensionless_jerk, measure, smoothness, spectral_arc, tool_path
from teleop.curation.recipe import Annotation, Capture, Filtering, Normalization
from teleop.curation.stages import active_ranges, annotate, capture, normalize, pooled, spread
from teleop.episodes.format import Closing, Event
from teleop.episodes.loading import Episode

HOW = Annotation()


def plain(turn: Turn) -> Episode:
    """The turn without pictures."""
    return shown(turn, {})


def made(**plan: object) -> Episode:
    return plain(good_turn(Plan(seconds=4.0, fps=2.0, cameras=("overview",), **plan)))


@pytest.fixture(scope="module")
def turn() -> Turn:
    return good_turn(Plan(seed=3, seconds=5.0, fps=2.0, cameras=("overview",)))


def nothing_of(turn: Turn) -> Episode:
    return plain(replace(turn, observations=_obs(turn, slice(0, 0)), actions=_act(turn, slice(0, 0))))


def test_idle_rule_cuts_runs_of_seven_keeps_sixteen_and_drops_the_last_ten() -> None:
    idle = np.zeros(60, dtype=np.bool_)
    idle[20:26] = True
    idle[40:47] = True
    assert active_ranges(idle, HOW) == [(0, 29)]
    idle[47:60] = False
    assert active_ranges(idle, replace_how(active_rows=13)) == [(0, 29), (47, 49)]
    assert active_ranges(np.ones(30, dtype=np.bool_), HOW) == []
    assert active_ranges(np.zeros(0, dtype=np.bool_), HOW) == []


def replace_how(**changes: int) -> Annotation:
    return Annotation(**changes)


@given(st.lists(st.booleans(), max_size=120), st.integers(1, 12), st.integers(1, 30), st.integers(0, 15))
def test_kept_ranges_rise_and_hold_no_long_idle_run(
    flags: list[bool], idle_rows: int, active_rows: int, cut: int
) -> None:
    idle = np.array(flags, dtype=np.bool_)
    how = Annotation(idle_rows=idle_rows, active_rows=active_rows, cut_rows=cut)
    last_end = -1
    for first, last in active_ranges(idle, how):
        assert last_end < first <= last < len(idle)
        last_end = last
        text = "".join("x" if one else "." for one in idle[first : last + 1])
        assert "x" * idle_rows not in text


def test_a_pause_is_idle(turn: Turn) -> None:
    moving = annotate(plain(turn), HOW)
    applied = turn.actions.applied_rad.copy()
    applied[200:350] = applied[200]
    paused = replace(turn, actions=replace(turn.actions, applied_rad=applied))
    found = annotate(plain(paused), HOW)
    assert found.idle_share > moving.idle_share + 0.2
    assert all(not first < turn.actions.t_ns[280] < last for first, last in found.keep_ranges_ns)


def test_labels_tell_how_it_ended_and_what_happened(turn: Turn) -> None:
    assert annotate(plain(turn), HOW).labels == ("by_player", "success")
    retried = replace(turn, events=(*turn.events, Event(turn.header.started_ns, "piece_dropped", {})))
    assert "recovery" in annotate(plain(retried), HOW).labels
    modes = ("latched", *turn.observations.mode[1:])
    stopped = replace(
        turn,
        closing=Closing("interrupted", "", 0, 0, None),
        observations=replace(turn.observations, mode=modes),
    )
    assert annotate(plain(stopped), HOW).labels == ("by_player", "interrupted", "stopped", "unjudged")
    assert "failure" in annotate(made(seed=1, solved=False), HOW).labels


def test_labels_tell_what_people_saved(turn: Turn) -> None:
    parts = segments((0, "reach"), (400, "grasp"), length_ms=1000)
    one = annotate(plain(turn), HOW, Standing("unreviewed", 1, segments=parts))
    assert one.labels == ("annotated", "by_player", "subtask_grasp", "subtask_reach", "success")
    assert one.agreement is None
    two = annotate(plain(turn), HOW, Standing("accepted", 2, kappa=2 / 3, segments=parts))
    assert "reviewed" in two.labels and two.agreement == 0.666666667
    assert annotate(plain(turn), HOW, DAMAGED).labels == ("by_player", "success")


def test_nothing_recorded_is_no_error(turn: Turn) -> None:
    empty = nothing_of(turn)
    assert annotate(empty, HOW).keep_ranges_ns == ()
    assert annotate(empty, HOW).idle_share == 1.0
    assert measure(empty, Filtering()).states == ()
    assert measure(empty, Filtering()).values["limit_share"] == 0
    assert normalize(empty, Normalization(), ()).state.count == 0
    assert capture(empty, Capture()).duration_s == 0
    none = {name: value[:0] for name, value in _fields(turn.inputs).items()}
    silent = replace(turn, inputs=type(turn.inputs)(**none))
    assert capture(plain(silent), Capture()).device == "none"
    assert "clock_error_s" not in measure(plain(silent), Filtering()).values


def _fields(values: object) -> dict:
    return {name: getattr(values, name) for name in type(values).__slots__}


def test_capture_tells_origin_latency_and_places(turn: Turn) -> None:
    found = capture(plain(turn), Capture())
    assert (found.contributor, found.cell, found.puzzle, found.arm) == (
        "quiet-otter",
        "home",
        "tower",
        "so101",
    )
    assert found.latency_s == pytest.approx(0.04, abs=1e-4)
    assert found.device == "keyboard"
    assert len(found.places) > len(capture(plain(turn), Capture(place_m=0.5)).places)
    assert found.digest != capture(made(seed=4), Capture()).digest


def test_tremor_is_less_smooth_by_every_measure() -> None:
    calm = measure(made(seed=8), Filtering()).values
    shaken = measure(made(seed=8, tremor_rad=0.02), Filtering()).values
    assert shaken["ldlj"] < calm["ldlj"]
    assert shaken["sparc"] < calm["sparc"]
    assert shaken["jerk_rms_m_s3"] > calm["jerk_rms_m_s3"]
    assert shaken["path_efficiency"] < calm["path_efficiency"] <= 1


def test_smoothness_knows_no_length() -> None:
    """A path said twice is as smooth as said once: most measures of whole turns tell their length."""
    once = tool_path(made(seed=8), 50.0)
    there_and_back = np.concatenate([once, once[::-1]])
    one, two = smoothness(once, Filtering()), smoothness(there_and_back, Filtering())
    assert two["ldlj"] == pytest.approx(one["ldlj"], abs=0.7)


def test_minimum_jerk_has_the_published_ldlj_and_scale_does_not_matter() -> None:
    """Hogan and Sternad 2009: a minimum-jerk reach has a dimensionless jerk of 204.8."""
    t = np.linspace(0, 1, 2001)
    reach = np.stack([t**3 * (10 - 15 * t + 6 * t**2)] * 3, axis=1)
    assert log_dimensionless_jerk(reach, 2000.0) == pytest.approx(-np.log(204.8), abs=0.01)
    assert log_dimensionless_jerk(7 * reach, 2000.0) == pytest.approx(-np.log(204.8), abs=0.01)
    assert spectral_arc(reach, 2000.0) == pytest.approx(spectral_arc(7 * reach, 2000.0), abs=1e-6)


def test_a_still_or_short_path_has_no_smoothness() -> None:
    assert smoothness(np.zeros((300, 3)), Filtering()) == {}
    assert smoothness(np.random.default_rng(1).normal(size=(20, 3)), Filtering()) == {}
    assert len(tool_path(plain(good_turn(Plan(seconds=0.06, fps=40.0))), 50.0)) < 5


def test_a_turn_shorter_than_the_look_ahead_has_no_samples(turn: Turn) -> None:
    short = plain(replace(turn, observations=_obs(turn, slice(0, 25)), actions=_act(turn, slice(0, 25))))
    assert measure(short, Filtering(ahead_s=0.5)).states == ()


def test_pictures_and_limits_are_measured(turn: Turn) -> None:
    from planted.taping import taped

    values = measure(taped(turn), Filtering()).values
    assert values["picture_gap_s"] == pytest.approx(0.5, abs=0.01)
    assert 0 < values["limit_share"] < 0.1
    assert values["cameras_missing"] == 0


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_pooled_statistics_are_those_of_all_rows(counts: list[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    parts = [draw.normal(3, 2, (count, 2)) for count in counts]
    together, whole = pooled(tuple(spread(part) for part in parts)), spread(np.concatenate(parts))
    assert together.count == whole.count
    for name in ("mean", "deviation", "least", "most"):
        assert getattr(together, name) == pytest.approx(getattr(whole, name), rel=1e-6, abs=1e-6)


def test_statistics_leave_out_what_is_idle(turn: Turn) -> None:
    episode = plain(turn)
    ranges = ((int(turn.actions.t_ns[100]), int(turn.actions.t_ns[149])),)
    assert normalize(episode, Normalization(), ranges).action.count == 50
    assert normalize(episode, Normalization(active_only=False), ranges).action.count == len(turn.actions.t_ns)
