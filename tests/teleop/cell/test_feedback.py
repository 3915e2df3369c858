"""What a viewer's RTCP says about his link."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.feedback import (
    NACKS_KEPT,
    ONCE_NS,
    REPORTS_KEPT,
    RUNS_WINDOW_NS,
    SENDER_REPORTS_KEPT,
    SHORTEST_DRIFT_S,
    STALE_NS,
    Feedback,
    Heard,
    Report,
    digest,
    forget_lost,
    sent_report,
    take_nack,
    take_remb,
    take_report,
)

S = 1_000_000_000


def report(highest: int, lost: int, fraction: int = 0, last_sr: int = 0, since_sr: int = 0) -> Report:
    return Report(fraction, lost, highest, last_sr, since_sr)


def reported(*reports: tuple[float, Report]) -> Heard:
    heard = Heard()
    for at_s, one in reports:
        heard = take_report(heard, one, int(at_s * S))
    return heard


def test_nothing_is_known_of_a_viewer_who_said_nothing():
    assert digest(Heard(), 5 * S) == Feedback()


def test_pictures_reach_a_viewer_while_the_count_of_their_packets_grows():
    assert Heard().reached_ns is None
    assert reported((1, report(1000, 0)), (2, report(1030, 0))).reached_ns == 2 * S
    assert reported((1, report(1000, 0)), (2, report(1000, 0)), (9, report(1000, 0))).reached_ns == 1 * S


def test_the_last_second_is_told_apart():
    heard = reported((0, report(1000, 0)), (1, report(1100, 50)), (1.9, report(1200, 50)))
    assert digest(heard, 2 * S).loss == 0.25
    assert digest(heard, 2 * S).lost_lately == 0.0
    heard = take_report(heard, report(1200, 50, fraction=64), 5 * S)
    assert digest(heard, 5 * S).lost_lately == 0.25


def test_what_was_lost_can_be_forgotten_but_not_the_way():
    heard = take_nack(take_remb(reported((0, report(1000, 0)), (1, report(1100, 50))), 10**6, S), [7], S)
    feedback = digest(forget_lost(heard, S), S)
    assert (feedback.loss, feedback.lost_lately, feedback.run, feedback.remb_bit_s) == (
        None,
        None,
        1.0,
        10**6,
    )


def test_what_is_reported_soon_after_a_full_queue_is_not_counted():
    heard = forget_lost(reported((0, report(1000, 0))), S)
    heard = take_report(heard, report(1100, 50, fraction=128), 2 * S)
    assert digest(heard, 2 * S).loss is None and heard.reached_ns == 2 * S
    heard = take_report(heard, report(1200, 90, fraction=128), 3 * S)
    assert digest(heard, 3 * S).loss is None
    heard = take_report(heard, report(1300, 92, fraction=5), 4 * S)
    assert digest(heard, 4 * S).loss == 0.02


def test_what_was_lost_all_at_once_is_no_loss_of_the_link_until_it_happens_again():
    heard = reported((0, report(1000, 0)), (1, report(1100, 20)))
    assert digest(heard, S).loss == 0.2
    heard = take_nack(take_nack(heard, [7, 8], S), [11], S + ONCE_NS)
    assert digest(heard, 2 * S).loss == 0.0
    assert digest(take_nack(heard, [20], S + ONCE_NS + 1), 2 * S + 1).loss == 0.2


def test_a_queue_is_what_even_the_quickest_round_trip_of_two_seconds_waited():
    heard = Heard()
    for second, took_s in enumerate((0.05, 0.25, 0.25, 0.15, 0.25)):
        heard = sent_report(heard, second + 1, second * S)
        heard = take_report(heard, report(100, 0, last_sr=second + 1), round((second + took_s) * S))
    assert digest(heard, 4 * S + S // 4).queue_s == pytest.approx(0.1, abs=0.005)
    assert digest(heard, 6 * S).queue_s == 0.0


def test_the_first_report_is_believed_by_its_own_fraction():
    assert digest(reported((1, report(500, 9, fraction=64))), S).loss == 0.25


@given(
    start=st.integers(0, 2**32 - 1),
    sent=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=4),
)
def test_loss_is_what_was_lost_of_what_was_sent_however_the_count_wraps(start, sent):
    highest, lost, heard = start, 7, reported((0, report(start, 7)))
    for number, (packets, missing) in enumerate(sent, 1):
        highest, lost = (highest + packets) % 2**32, lost + min(missing, packets)
        heard = take_report(heard, report(highest, lost), number * S)
    feedback = digest(heard, len(sent) * S)
    total = sum(packets for packets, _ in sent)
    assert feedback.loss == pytest.approx(sum(min(m, p) for p, m in sent) / total)
    assert 0 <= feedback.loss <= 1


def test_loss_forgets_what_is_older_than_its_window():
    bad = ((0, report(0, 0)), (1, report(100, 50)))
    good = tuple((2 + i, report(200 + 100 * i, 50)) for i in range(6))
    assert digest(reported(*bad, *good[:1]), 2 * S).loss == 0.25
    assert digest(reported(*bad, *good), 7 * S).loss == 0.0


def test_a_count_that_falls_is_no_negative_loss():
    assert digest(reported((0, report(0, 50)), (1, report(100, 20))), S).loss == 0.0


def test_a_report_that_does_not_continue_the_last_begins_anew():
    heard = reported((0, report(5_000, 10)), (1, report(4_000, 0, fraction=128)))
    assert len(heard.reports) == 1
    assert digest(heard, S).loss == 0.5


def test_an_old_report_says_nothing_any_more():
    heard = reported((0, report(0, 0)), (1, report(100, 10)))
    assert digest(heard, S + STALE_NS).loss == 0.1
    assert digest(heard, S + STALE_NS + 1).loss is None


def test_the_round_trip_is_the_time_since_the_report_it_answers_without_the_wait():
    heard = sent_report(Heard(), 111, 0)
    heard = sent_report(heard, 222, 2 * S)
    heard = take_report(heard, report(1, 0, last_sr=222, since_sr=65_536 // 2), int(2.7 * S))
    feedback = digest(heard, 3 * S)
    assert feedback.round_trip_s == pytest.approx(0.2)
    assert feedback.shortest_s == pytest.approx(0.2)


def test_the_shortest_round_trip_stays_but_drifts_up():
    heard = sent_report(Heard(), 1, 0)
    heard = take_report(heard, report(1, 0, last_sr=1), S // 10)
    heard = take_report(heard, report(2, 0, last_sr=1), S // 2)
    assert heard.round_trip_s == pytest.approx(0.5)
    assert heard.shortest_s == pytest.approx(0.1 + SHORTEST_DRIFT_S)
    heard = take_report(heard, report(3, 0, last_sr=1), S // 20)
    assert heard.shortest_s == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("answers", "since_sr", "at_ns"),
    [(99, 0, S), (0, 0, S), (1, 2 * 65_536, S), (1, 0, 11 * S)],
    ids=["unknown", "none", "before it was sent", "beyond belief"],
)
def test_a_report_that_answers_none_of_ours_times_nothing(answers, since_sr, at_ns):
    heard = sent_report(sent_report(Heard(), 0, 0), 1, 0)
    assert take_report(heard, report(1, 0, last_sr=answers, since_sr=since_sr), at_ns).round_trip_s is None


def test_few_sender_reports_are_remembered_each_once_with_its_last_time():
    heard = Heard()
    for number in range(SENDER_REPORTS_KEPT + 3):
        heard = sent_report(heard, number, number)
    heard = sent_report(heard, 5, 99)
    assert len(heard.sent) == SENDER_REPORTS_KEPT
    assert heard.sent[-1] == (5, 99) and [name for name, _ in heard.sent].count(5) == 1


@pytest.mark.parametrize(
    ("asked", "run"),
    [([[5], [9], [20]], 1.0), ([[5, 6, 7]], 3.0), ([[5], [6, 7], [9]], 2.0), ([[65_535, 0, 1], [9]], 2.0)],
)
def test_packets_lost_side_by_side_are_one_run(asked, run):
    heard = Heard()
    for sequences in asked:
        heard = take_nack(heard, sequences, S)
    assert digest(heard, S).run == run


def test_a_packet_asked_for_again_counts_once():
    heard = reported((0, report(0, 0)), (1, report(100, 3)))
    for sequences in ([10, 11], [10, 11], [9], [10, 11, 30]):
        heard = take_nack(heard, sequences, S)
    assert digest(heard, S).nacked == pytest.approx(0.03)
    assert digest(heard, S).run == 1.5
    assert digest(heard, 6 * S).nacked == 0.0


def test_the_share_asked_for_is_a_share():
    heard = take_nack(reported((0, report(0, 0)), (1, report(2, 0))), range(100), S)
    assert digest(heard, S).nacked == 1.0
    assert digest(replace(heard, reports=()), S).nacked == 0.0


def test_a_flood_is_not_remembered_whole():
    heard = Heard()
    for number in range(NACKS_KEPT + 9):
        heard = take_report(take_nack(heard, [2 * number], S), report(number, 0), S)
    assert len(heard.missed) == NACKS_KEPT and len(heard.reports) == REPORTS_KEPT
    assert heard.reports[-1][1].highest_sequence == NACKS_KEPT + 8


def test_runs_are_forgotten():
    heard = take_nack(take_nack(Heard(), [1, 2, 3], 0), [9], RUNS_WINDOW_NS)
    assert digest(heard, RUNS_WINDOW_NS).run == 2.0
    assert digest(heard, RUNS_WINDOW_NS + 1).run == 1.0
    assert len(take_nack(heard, [10], RUNS_WINDOW_NS + 1).missed) == 2


def test_the_estimated_rate_is_the_newest_and_grows_stale():
    heard = take_remb(take_remb(Heard(), 3_000_000, 0), 2_000_000, S)
    assert digest(heard, 2 * S).remb_bit_s == 2_000_000
    assert digest(heard, S + STALE_NS + 1).remb_bit_s is None
