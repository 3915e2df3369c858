"""Stops, resets and rests: sent to the bridge at once, confirmed only when the arm's own state says so."""

import asyncio
import time
from collections.abc import Callable

import structlog

from robot_bridge.wire.commands import Reset, Rest, Stop
from robot_bridge.wire.state import ArmState
from teleop.cell.bridge_client import BridgeClient
from teleop.wire.cell_to_hub import OrderDone
from teleop.wire.hub_to_cell import Order

CONFIRM_S = 1.0
POLL_S = 0.01
REST_LASTS_NS = 1_000_000_000
_log = structlog.get_logger()


class Orders:
    """What people other than the player may ask of the arm."""

    def __init__(self, bridge: BridgeClient) -> None:
        """Orders go to this bridge."""
        self._bridge = bridge
        self.on_order: Callable[[str, str], None] = _nobody_hears

    def stop(self, stop_id: str, reason: str) -> None:
        """Latches the arm; anyone may."""
        _log.warning("stop", stop_id=stop_id, reason=reason)
        self.on_order("order_stop", stop_id)
        self._bridge.send(Stop(version=1, stop_id=stop_id, reason=reason))

    async def carry_out(self, order: Order) -> OrderDone:
        """Carries out an operator's order and waits until the arm's state shows it."""
        if order.kind == "stop":
            self.stop(order.stop_id, order.reason)
            return await self._confirmed(order, _is_latched)
        _log.warning(order.kind, stop_id=order.stop_id, by=order.by)
        state = self._bridge.state(time.monotonic_ns())
        hindrance = _hindrance(order, state)
        if hindrance:
            return OrderDone(1, order.order_id, False, hindrance)
        self.on_order(f"order_{order.kind}", order.stop_id)
        if order.kind == "reset":
            self._bridge.send(Reset(version=1, stop_id=order.stop_id))
            return await self._confirmed(order, _is_free)
        until_ns = time.monotonic_ns() + REST_LASTS_NS
        self._bridge.send(Rest(1, order.order_id, order.stop_generation, until_ns))
        return await self._confirmed(order, _goes_to_rest)

    async def _confirmed(self, order: Order, shown: Callable[[ArmState], bool]) -> OrderDone:
        done = await self._becomes(shown)
        return OrderDone(1, order.order_id, done, "" if done else "the arm did not confirm it")

    async def _becomes(self, shown: Callable[[ArmState], bool]) -> bool:
        deadline_s = time.monotonic() + CONFIRM_S
        while time.monotonic() < deadline_s:
            state = self._bridge.state(time.monotonic_ns())
            if state is not None and shown(state):
                return True
            await asyncio.sleep(POLL_S)
        return False


def _hindrance(order: Order, state: ArmState | None) -> str:
    """Why the arm cannot be asked for this now, empty when it can."""
    if state is None:
        return "the arm does not answer"
    if order.kind == "reset":
        return "" if state.stop_id == order.stop_id else "this is not the stop that is in force"
    if state.mode == "play":
        return "a turn is being played: end it first"
    return "" if state.stop_generation == order.stop_generation else "another stop has come meanwhile"


def _is_latched(state: ArmState) -> bool:
    return state.mode == "latched"


def _is_free(state: ArmState) -> bool:
    return state.mode != "latched"


def _goes_to_rest(state: ArmState) -> bool:
    return state.posture != "held"


def _nobody_hears(kind: str, stop_id: str) -> None:
    """Hears of an order, before the cell is wired up."""
