"""Faults that the bridge finds in the bus, in the servos' health, and in how the arm follows."""

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import BusPhase, BusReading, JointSample
from robot_bridge.wire.state import Cause

BUS_FAULTS: tuple[Cause, ...] = ("bus_lost", "servo_missing", "servo_rebooted", "servo_bounds")
COOLED_C = 5.0  # how far below its limit a servo must cool before an overheat is over
RECOVERED_V = 0.2  # how far inside its bounds the supply must come before a voltage fault is over
_CONFIRMATIONS = 3  # samples in a row, since an 8-bit checksum lets one damaged frame in 256 through
_START_TICKS = 100
_LET_GO: tuple[BusPhase, ...] = ("releasing", "released")
_FOLLOW_TICKS = 30
_FOLLOW_FACTOR = 2.0


class Health(Struct, frozen=True):
    """The fault that stands, and how long its rivals have lasted, in ticks."""

    fault: Cause = "none"
    suspect: Cause = "none"
    suspected: int = 0
    starting: int = 0
    straying: int = 0
    was_ready: bool = False


def step(
    health: Health, model: ArmModel, reading: BusReading, leads_rad: tuple[float, ...]
) -> tuple[Health, Cause | None]:
    """Health after this tick's reading, and the cause when a fault began with it.

    `leads_rad` is how far each goal lies from its measured position while the arm is moved.
    """
    after = replace(health, fault=_fault(health, model, reading, leads_rad))
    after = _count(after, model, reading, leads_rad)
    began = after.fault != "none" and after.fault != health.fault
    return after, after.fault if began else None


def joint_trouble(model: ArmModel, sample: JointSample, standing: Cause = "none") -> Cause:
    """What this sample says is wrong with its joint; a standing fault ends some way inside its bound."""
    servo, volts, celsius = model.servo, sample.voltage_v, sample.temperature_c
    if sample.trouble != "none":
        return sample.trouble
    cooled_c = COOLED_C if standing == "overheat" else 0.0
    if celsius is not None and celsius > servo.max_temperature_c - cooled_c:
        return "overheat"
    inside_v = RECOVERED_V if standing == "voltage" else 0.0
    within = volts is None or servo.min_voltage_v + inside_v <= volts <= servo.max_voltage_v - inside_v
    return "none" if within else "voltage"


def _fault(health: Health, model: ArmModel, reading: BusReading, leads_rad: tuple[float, ...]) -> Cause:
    if reading.phase == "absent":
        return "bus_lost"
    if reading.phase == "starting":
        return _start_fault(health, reading)
    if reading.phase == "releasing":
        return reading.trouble if health.fault == "none" else health.fault
    suspect = _suspect(model, reading, health.fault)
    if suspect != "none" and suspect == health.suspect and health.suspected + 1 >= _CONFIRMATIONS:
        return suspect
    if _strays(model, leads_rad) and health.straying + 1 >= _FOLLOW_TICKS:
        return "following_error"
    return suspect if suspect == health.fault else "none"


def _start_fault(health: Health, reading: BusReading) -> Cause:
    """A bus that was whole must come back at once; one that never was, or was released, has a second.

    While a fault of the bus stands it keeps its name, unless the start-up found that bounds were refused.
    """
    if health.fault in BUS_FAULTS:
        return "servo_bounds" if reading.trouble == "servo_bounds" else health.fault
    if health.was_ready:
        return "bus_lost" if reading.trouble == "none" else reading.trouble
    return reading.trouble if health.starting >= _START_TICKS else "none"


def _count(health: Health, model: ArmModel, reading: BusReading, leads_rad: tuple[float, ...]) -> Health:
    answers = reading.phase in ("ready", "released")
    suspect = _suspect(model, reading, health.fault) if answers else "none"
    same = suspect != "none" and suspect == health.suspect
    return replace(
        health,
        suspect=suspect,
        suspected=health.suspected + 1 if same else int(suspect != "none"),
        starting=health.starting + 1 if reading.phase == "starting" else 0,
        straying=health.straying + 1 if _strays(model, leads_rad) else 0,
        was_ready=reading.phase == "ready" or (health.was_ready and reading.phase not in _LET_GO),
    )


def _suspect(model: ArmModel, reading: BusReading, standing: Cause) -> Cause:
    for sample in reading.samples:
        trouble = joint_trouble(model, sample, standing) if sample is not None else "none"
        if trouble != "none":
            return trouble
    return "none"


def _strays(model: ArmModel, leads_rad: tuple[float, ...]) -> bool:
    """Whether an arm joint (the gripper may squeeze) is far from where it was told to be."""
    bounds = model.motion.look_ahead_rad[:-1]
    return any(abs(lead) > bound * _FOLLOW_FACTOR for lead, bound in zip(leads_rad, bounds, strict=False))
