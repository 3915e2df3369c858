"""Player, operator and a network that delivers anything late, twice or never, against the bridge's own table.

Each message is made from what its sender saw then. Whatever the order in which they arrive, each step is the
table's, and nothing that was made before the newest stop or fault has any effect but a stop's.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from robot_bridge.safety import (
    ENDS_LEASE,
    KIND,
    TABLE,
    EnableAsked,
    Fault,
    HoldAsked,
    ResetAsked,
    RestAsked,
    SafetyEvent,
    StopAsked,
    boot,
    step,
)
from robot_bridge.wire.state import Cause

Made = tuple[SafetyEvent, int]
FAULTS: tuple[Cause, ...] = ("overheat", "bus_lost", "servo_rebooted", "cannot_lower")
HOLDS: tuple[Cause, ...] = ("silence", "hold_to_run_lost", "turn_over", "operator")


class Cell(RuleBasedStateMachine):
    """One bridge, and every message ever made for it."""

    made = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self.state = boot("boot-1", 1, 0)
        self.now_ns = 0
        self.count = 0
        self.rested: set[str] = set()
        self.ended: set[int] = set()

    @rule(target=made, leap=st.integers(0, 2), lowering=st.sampled_from([False, False, False, True]))
    def player_enables(self, leap: int, lowering: bool) -> Made:
        event = EnableAsked(self.state.lease_epoch + leap, self.state.stop_generation, lowering)
        return event, self.state.stop_generation

    @rule(target=made)
    def somebody_presses_stop(self) -> Made:
        self.count += 1
        return StopAsked(f"stop-{self.count}", "stop_pressed"), self.state.stop_generation

    @rule(target=made, hindrance=st.sampled_from(["", "", "bus_not_ready"]))
    def operator_resets(self, hindrance: str) -> Made:
        return ResetAsked(self.state.stop_id or "none", hindrance), self.state.stop_generation

    @rule(target=made, hindrance=st.sampled_from(["", "", "already_released"]))
    def operator_lowers(self, hindrance: str) -> Made:
        self.count += 1
        event = RestAsked(f"rest-{self.count}", self.state.stop_generation, hindrance)
        return event, self.state.stop_generation

    @rule(message=made)
    def arrives(self, message: Made) -> None:
        self.take(*message)

    @rule()
    def operator_clears_what_is_in_force(self) -> None:
        self.take(ResetAsked(self.state.stop_id or "none"), self.state.stop_generation)

    @rule(message=made)
    def operator_clears_and_an_older_message_arrives(self, message: Made) -> None:
        self.operator_clears_what_is_in_force()
        self.take(*message)

    @rule(cause=st.sampled_from(FAULTS))
    def bridge_finds_a_fault(self, cause: Cause) -> None:
        self.take(Fault(cause), self.state.stop_generation)

    @rule(cause=st.sampled_from(HOLDS))
    def hold_is_due(self, cause: Cause) -> None:
        self.take(HoldAsked(cause), self.state.stop_generation)
        if cause in ENDS_LEASE:
            self.ended.add(self.state.lease_epoch)

    def take(self, event: SafetyEvent, made_in: int) -> None:
        """One step, held against the table and against when the message was made."""
        before = self.state
        self.now_ns += 1
        self.state, refused = step(before, event, self.now_ns)
        wanted = TABLE[before.mode][KIND[type(event)]]
        if refused:
            assert self.state == before
            return
        assert self.state.mode == wanted
        if isinstance(event, EnableAsked | ResetAsked | RestAsked):
            assert made_in == before.stop_generation
        if isinstance(event, EnableAsked):
            assert event.lease_epoch not in self.ended and not event.lowering
        if isinstance(event, RestAsked):
            assert event.order_id not in self.rested
            self.rested.add(event.order_id)

    @invariant()
    def latched_has_a_name_that_counts_once(self) -> None:
        assert (self.state.mode == "latched") == (self.state.stop_id is not None)
        names = self.state.seen_stops
        assert len(set(names)) == len(names)


TestCell = Cell.TestCase
TestCell.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
