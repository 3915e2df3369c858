"""An emulated chain of servos, Feetech or Dynamixel: registers, wire, motion, protection, pseudo-terminal."""

from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.faulted import FaultedChain
from sim_fallback.servo_bus.motor import Ailment, Drive, Sensed, ServoSpec
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.wire import Chain, Reply

__all__ = [
    "Ailment",
    "Chain",
    "Drive",
    "DynamixelChain",
    "FaultedChain",
    "PtyBus",
    "Reply",
    "Sensed",
    "ServoChain",
    "ServoSpec",
]
