from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus import packets
from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.dynamixel import packets as protocol2
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.faulted import FaultedChain, worse
from sim_fallback.servo_bus.faults import (
    Batching,
    BrownOut,
    ChainFault,
    Dead,
    EncoderFault,
    Heal,
    Late,
    Mute,
    Noise,
    Overheat,
    Overload,
    Sag,
)
from sim_fallback.servo_bus.health import ANGLE_FAULT, HEAT_FAULT, OVERLOAD_FAULT, VOLTAGE_FAULT
from sim_fallback.servo_bus.motor import SOUND, Ailment, Sensed, ServoSpec
from sim_fallback.servo_bus.packets import BROADCAST, instruction_frame

IDS = (1, 2, 3)
DT = 0.01
STILL = [Sensed(2048.0, 0.0, 0.0)] * 3
PING_ALL = instruction_frame(BROADCAST, packets.PING)
TORQUE_ON = instruction_frame(BROADCAST, packets.WRITE, bytes((40, 1)))


def feetech(*faults: ChainFault) -> FaultedChain:
    bus = FaultedChain(ServoChain([ServoSpec(one, 0, 0, 4095) for one in IDS]), Random(1))
    bus.sense(STILL, DT)
    bus.receive(TORQUE_ON, 0)
    for fault in faults:
        bus.inject(fault)
    return bus


def dynamixel(*faults: ChainFault) -> FaultedChain:
    bus = FaultedChain(DynamixelChain([ServoSpec(one, 0, 0, 4095, 1020) for one in IDS]), Random(1))
    bus.sense(STILL, DT)
    for item, value in ((table.RETURN_DELAY, 0), (table.TORQUE_ENABLE, 1)):
        data = protocol2.word(item.address) + bytes((value,))
        bus.receive(protocol2.instruction_frame(protocol2.BROADCAST, protocol2.WRITE, data), 0)
    for fault in faults:
        bus.inject(fault)
    return bus


def answering(bus: FaultedChain, ping: bytes = PING_ALL, at: int = 2) -> list[int]:
    return [reply.data[at] for reply in bus.receive(ping, 10**9)]


def status(bus: FaultedChain, servo_id: int, register: reg.Register = reg.STATUS) -> int:
    request = instruction_frame(servo_id, packets.READ, bytes((register.address, register.length)))
    (reply,) = bus.receive(request, 10**9)
    return int.from_bytes(reply.data[5:-1], "little")


def item(bus: FaultedChain, servo_id: int, wanted: table.Item) -> int:
    data = protocol2.word(wanted.address) + protocol2.word(wanted.length)
    (reply,) = bus.receive(protocol2.instruction_frame(servo_id, protocol2.READ, data), 10**9)
    return int.from_bytes(reply.data[9:-2], "little")


def live(bus: FaultedChain, seconds: float) -> None:
    for _ in range(round(seconds / DT)):
        bus.drive(DT)
        bus.sense(STILL, DT)


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_without_faults_it_is_the_chain_itself(sent: list[bytes]) -> None:
    bare, bus = ServoChain([ServoSpec(one, 0, 0, 4095) for one in IDS]), feetech()
    bare.sense(STILL, DT)
    bare.receive(TORQUE_ON, 0)
    for at, data in enumerate(sent):
        assert bus.receive(data + PING_ALL, at) == bare.receive(data + PING_ALL, at)
    assert bus.drive(DT) == bare.drive(DT)
    assert (bus.ids, bus.goal_changed_ns) == (bare.ids, bare.goal_changed_ns)


def test_noise_spoils_both_ways_and_the_seed_says_how() -> None:
    noise = Noise(drop=0.05, flip=0.05, junk=0.05)
    first, second = feetech(noise), feetech(noise)
    played = [[bus.receive(PING_ALL, at * 30_000_000) for at in range(40)] for bus in (first, second)]
    assert played[0] == played[1]
    clean = feetech().receive(PING_ALL, 0)
    assert len({tuple(reply.data for reply in replies) for replies in played[0]}) > 10
    assert len([replies for replies in played[0] if not replies]) > 3
    second.reseed(Random(2))
    first.inject(Heal())
    second.inject(noise)
    assert [reply.data for reply in first.receive(PING_ALL, 10**9)] == [reply.data for reply in clean]


def test_late_answers_come_late_and_each_for_itself() -> None:
    on_time = feetech().receive(PING_ALL, 0)
    late = feetech(Late(1.0, 80.0)).receive(PING_ALL, 0)
    assert [reply.at_ns - 80_000_000 for reply in late] == [reply.at_ns for reply in on_time]
    assert all(reply.late for reply in late)
    some = feetech(Late(0.5, 80.0))
    mixed = [some.receive(PING_ALL, at * 10**9) for at in range(20)]
    assert {len([reply for reply in replies if reply.late]) for replies in mixed} >= {0, 1, 2}
    assert all([r.at_ns for r in replies] == sorted(r.at_ns for r in replies) for replies in mixed)


def test_batching_waits_for_the_adapters_timer() -> None:
    assert {reply.at_ns for reply in feetech(Batching(16.0)).receive(PING_ALL, 0)} == {16_000_000}


@pytest.mark.parametrize("fault", [Mute((2,)), Dead((2,))])
def test_silent_servos(fault: ChainFault) -> None:
    bus = feetech(fault)
    assert answering(bus) == [1, 3]
    assert [drive.torque_on for drive in bus.drive(DT)] == [True, isinstance(fault, Mute), True]
    bus.inject(Heal())
    assert answering(bus) == [1, 2, 3]
    ping = protocol2.instruction_frame(protocol2.BROADCAST, protocol2.PING)
    other = dynamixel(fault)
    assert answering(other, ping, 4) == [1, 3]
    assert [drive.torque_on for drive in other.drive(DT)] == [True, isinstance(fault, Mute), True]


def test_no_ids_are_all() -> None:
    assert answering(feetech(Mute())) == []


def test_an_overloaded_feetech_falls_to_a_fifth_of_its_torque() -> None:
    bus = feetech(Overload((2,)))
    live(bus, 1.9)
    assert [drive.torque_fraction for drive in bus.drive(DT)] == [1.0, 1.0, 1.0]
    live(bus, 0.2)
    assert [drive.torque_fraction for drive in bus.drive(DT)] == [1.0, 0.2, 1.0]
    assert [status(bus, one) for one in IDS] == [0, OVERLOAD_FAULT, 0]
    assert status(bus, 2, reg.PRESENT_LOAD) == 1000


def test_an_overloaded_dynamixel_shuts_down() -> None:
    bus = dynamixel(Overload((2,)))
    live(bus, 1.9)
    assert [drive.torque_on for drive in bus.drive(DT)] == [True, True, True]
    live(bus, 0.2)
    assert [drive.torque_on for drive in bus.drive(DT)] == [True, False, True]
    assert item(bus, 2, table.HARDWARE_ERROR) == 32
    bus.inject(Heal())
    live(bus, 1.0)
    assert item(bus, 2, table.TORQUE_ENABLE) == 0


def test_overheated_servos() -> None:
    bus = feetech(Overheat((1,), 90.0))
    live(bus, 0.02)
    assert status(bus, 1) == HEAT_FAULT
    assert status(bus, 1, reg.PRESENT_TEMPERATURE) == 90
    assert [drive.torque_on for drive in bus.drive(DT)] == [False, True, True]
    bus.inject(Overheat((1,), 20.0))
    live(bus, 0.02)
    assert status(bus, 1) == 0
    other = dynamixel(Overheat((1,), 90.0))
    live(other, 0.02)
    assert item(other, 1, table.PRESENT_TEMPERATURE) == 90
    assert [drive.torque_on for drive in other.drive(DT)] == [False, True, True]


def test_a_failed_encoder_stands_still_and_says_so() -> None:
    bus = feetech(EncoderFault((3,)))
    bus.sense([Sensed(3000.0, 0.0, 0.0)] * 3, DT)
    assert [status(bus, one, reg.PRESENT_POSITION) for one in IDS] == [3000, 3000, 2048]
    assert [status(bus, one) for one in IDS] == [0, 0, ANGLE_FAULT]


def test_the_supply_sags_and_recovers() -> None:
    bus = feetech(Sag(0.5))
    live(bus, 0.02)
    assert status(bus, 1, reg.PRESENT_VOLTAGE) == 37
    assert status(bus, 1) & VOLTAGE_FAULT
    bus.inject(Heal())
    live(bus, 0.02)
    assert status(bus, 1, reg.PRESENT_VOLTAGE) == 74
    other = dynamixel(Sag(0.5))
    live(other, 0.02)
    assert item(other, 1, table.PRESENT_VOLTAGE) == 60


def test_a_brown_out_restores_power_on_values_everywhere() -> None:
    for bus in (feetech(), dynamixel()):
        assert all(drive.torque_on for drive in bus.drive(DT))
        bus.inject(BrownOut())
        assert not any(drive.torque_on for drive in bus.drive(DT))


def test_ailments_add_up() -> None:
    ailment = worse(worse(worse(SOUND, Overload((), 0.5)), Overheat((), 70.0)), Mute())
    assert ailment == Ailment(mute=True, load=0.5, temperature_c=70.0)
    bus = feetech(Overload((1,)), Overheat((1,), 90.0))
    live(bus, 2.1)
    assert status(bus, 1) == OVERLOAD_FAULT | HEAT_FAULT


def test_the_chains_own_switches_stay_at_hand() -> None:
    bus = feetech()
    bus.ail(1, Ailment(mute=True))
    assert answering(bus) == [2, 3]
    bus.ail(9, Ailment(mute=True))
    bus.sag(0.5)
    bus.power_cycle()
    assert not any(drive.torque_on for drive in bus.drive(DT))
    bus.inject(Heal())
    assert answering(bus) == [1, 2, 3]
