"""Stops and resets: sent to the bridge at once, confirmed only when the arm's own state says so."""

import asyncio
import time

import structlog

from robot_bridge.wire.commands import Reset, Stop
from teleop.cell.bridge_client import BridgeClient
from teleop.wire.cell_to_hub import OrderDone
from teleop.wire.hub_to_cell import Order

CONFIRM_S = 1.0
POLL_S = 0.01
_log = structlog.get_logger()


class Orders:
    """What people other than the player may ask of the arm."""

    def __init__(self, bridge: BridgeClient) -> None:
        """Orders go to this bridge."""
        self._bridge = bridge

    def stop(self, stop_id: str, reason: str) -> None:
        """Latches the arm; anyone may."""
        _log.warning("stop", stop_id=stop_id, reason=reason)
        self._bridge.send(Stop(version=1, stop_id=stop_id, reason=reason))

    async def carry_out(self, order: Order) -> OrderDone:
        """Carries out an operator's order and waits until the arm's state shows it."""
        if order.kind == "stop":
            self.stop(order.stop_id, order.reason)
            done = await self._becomes(latched=True)
        else:
            _log.warning("reset", stop_id=order.stop_id, by=order.by)
            state = self._bridge.state(time.monotonic_ns())
            if state is None or state.stop_id != order.stop_id:
                return OrderDone(1, order.order_id, False, "this is not the stop that is in force")
            self._bridge.send(Reset(version=1, stop_id=order.stop_id))
            done = await self._becomes(latched=False)
        return OrderDone(1, order.order_id, done, "" if done else "the arm did not confirm it")

    async def _becomes(self, latched: bool) -> bool:
        deadline_s = time.monotonic() + CONFIRM_S
        while time.monotonic() < deadline_s:
            state = self._bridge.state(time.monotonic_ns())
            if state is not None and (state.mode == "latched") == latched:
                return True
            await asyncio.sleep(POLL_S)
        return False
