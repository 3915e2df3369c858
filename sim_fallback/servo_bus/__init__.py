"""An emulated chain of Feetech STS servos: registers, wire, motion profile, protection, pseudo-terminal."""

from sim_fallback.servo_bus.chain import Reply, ServoChain
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Drive, Sensed, ServoSpec

__all__ = ["Drive", "PtyBus", "Reply", "Sensed", "ServoChain", "ServoSpec"]
