"""The cell's hand on the encoders: the player's link sets the quality, a full link gets a rest."""

from dataclasses import replace

from robot_bridge.wire.frames import Frame
from teleop.cell.bit_rate import HEADERS, Signs
from teleop.cell.cameras import Camera
from teleop.cell.quality import FULL, Size, bit_rate_for
from teleop.cell.rate_control import STALLED_NS, WATCHERS_TURN, RateControl
from teleop.metrics import CellMetrics

STEP_NS = 20_000_000
FULL_BIT_S = bit_rate_for(Size(640, 480))


class ViewerDouble:
    """A connection that shows what the test says, and carries all that it is sent."""

    def __init__(self, signs: Signs | None) -> None:
        self.shows = signs
        self.sent_bytes = 0
        self.held: list[bool] = []
        self.asked = 0
        self.forgot = self.glimpses = 0
        self.closely: bool | None = None

    def signs(self, now_ns: int) -> Signs | None:
        self.asked += 1
        return self.shows

    def hold_back(self, blocked: bool) -> None:
        self.held.append(blocked)

    def forget_lost(self) -> None:
        self.forgot += 1

    def glimpse(self) -> None:
        self.glimpses += 1

    def attend(self, closely: bool) -> None:
        self.closely = closely


class Rig:
    """One camera of 640x480 and its control."""

    def __init__(self) -> None:
        self.metrics = CellMetrics()
        self.camera = Camera("overview", "no-ring", self.metrics)
        self.camera.size = (640, 480)
        self.camera.newest = Frame(1, 1, b"")
        self.control = RateControl([self.camera], self.metrics)
        self.now_ns = 10**9

    def run(self, seconds: float, *viewers: tuple[bool, ViewerDouble]) -> None:
        for _ in range(int(seconds * 50)):
            self.now_ns += STEP_NS
            for _, viewer in viewers:
                viewer.sent_bytes += int(self.camera.quality.share * FULL_BIT_S * HEADERS / 8 / 50)
            self.control.tick(viewers, self.now_ns)


CLEAN = Signs(round_trip_s=0.05)
LATE = Signs(late_s=0.2, newest_late_s=0.2, round_trip_s=0.05)


def test_without_pictures_or_viewers_nothing_changes():
    rig = Rig()
    rig.run(0.1)
    rig.camera.newest = None
    rig.run(0.1, (True, ViewerDouble(LATE)))
    assert rig.camera.quality == FULL


def test_the_players_late_link_lowers_the_quality_and_a_clean_one_brings_it_back():
    rig, player = Rig(), ViewerDouble(LATE)
    rig.run(4, (True, player))
    assert rig.camera.quality.quarters < 4
    assert rig.metrics.picture_share._value.get() == rig.camera.quality.share < 0.5
    player.shows = CLEAN
    rig.run(10, (True, player))
    assert rig.camera.quality == FULL and player.held == []


def test_a_watchers_late_link_changes_nothing_for_the_player():
    rig = Rig()
    rig.run(4, (True, ViewerDouble(CLEAN)), (False, ViewerDouble(LATE)))
    assert rig.camera.quality == FULL


def test_a_full_link_gets_no_pictures_until_its_queue_is_empty():
    rig, watcher = Rig(), ViewerDouble(replace(LATE, overdue=5))
    rig.run(1, (False, watcher))
    assert watcher.held == [True]
    watcher.shows = CLEAN
    rig.run(1, (False, watcher))
    assert watcher.held == [True, False]
    assert rig.metrics.links_blocked._value.get() == 1


def test_repairs_cost_bits_that_pictures_do_not_get():
    rig, player = Rig(), ViewerDouble(replace(CLEAN, wire_factor=4.0))
    rig.run(0.1, (True, player))
    assert 0.25 < rig.camera.quality.share < 0.45


def test_a_full_link_gets_a_single_picture_now_and_then_and_what_it_lost_is_forgotten():
    rig, player, watcher = Rig(), ViewerDouble(replace(LATE, overdue=5)), ViewerDouble(CLEAN)
    rig.run(1, (True, player), (False, watcher))
    assert (player.glimpses, watcher.glimpses) == (4, 0)
    assert player.forgot > 40 and not watcher.forgot
    assert player.closely is True and watcher.closely is False


def test_while_the_players_link_may_be_full_no_picture_is_made_and_a_watchers_doubt_counts_for_nothing():
    rig, player = Rig(), ViewerDouble(CLEAN)
    for shows, held in ((CLEAN, False), (replace(CLEAN, overdue=1), True), (CLEAN, False)):
        player.shows = shows
        rig.run(0.02, (True, player))
        assert rig.camera.held is held
    rig.run(0.2, (False, ViewerDouble(replace(CLEAN, overdue=1))))
    assert not rig.camera.held
    player.shows = replace(LATE, overdue=5)
    rig.run(0.02, (True, player))
    assert player.held == [True] and not rig.camera.held


def test_after_a_stall_of_our_own_nobody_is_judged_before_his_answers_are_read():
    rig, player = Rig(), ViewerDouble(CLEAN)
    rig.run(1, (True, player))
    player.shows = replace(LATE, overdue=5)
    rig.now_ns += STALLED_NS
    rig.run(0.02, (True, player))
    assert player.held == []
    rig.run(0.02, (True, player))
    assert player.held == [True]


def test_a_watcher_is_looked_at_less_often_than_the_player():
    rig, player, watcher = Rig(), ViewerDouble(CLEAN), ViewerDouble(CLEAN)
    rig.run(1, (True, player), (False, watcher))
    assert player.asked == 50 and watcher.asked <= 50 // WATCHERS_TURN + 1


def test_a_connection_that_is_not_up_says_nothing():
    rig = Rig()
    rig.run(1, (True, ViewerDouble(None)))
    assert rig.camera.quality == FULL
