"""Plans of faults: each fault once, at its time; a new plan takes the place of the last."""

from sim_fallback.planned_faults import PlannedFaults
from sim_fallback.servo_bus.faults import Fault, Heal, Mute, Plan, Sag, Step, Unplug
from sim_fallback.servo_bus.injector import Chances

DT = 0.25
PLAN = Plan((Step(0.9, Unplug()), Step(0.0, Mute((3,))), Step(0.3, Sag(0.5))), seed=7)


class Recorder:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Fault] = []
        self.first_chances: list[float] = []

    def inject(self, fault: Fault) -> None:
        self.told.append(fault)

    def reseed(self, chances: Chances) -> None:
        self.first_chances.append(chances.random())


def test_each_fault_comes_once_at_its_time() -> None:
    bus = Recorder()
    faults = PlannedFaults(bus)
    assert faults.step(DT) == ()
    faults.begin(PLAN)
    assert [faults.step(DT) for _ in range(6)] == [(Mute((3,)),), (Sag(0.5),), (), (Unplug(),), (), ()]
    assert bus.told == [Mute((3,)), Sag(0.5), Unplug()]


def test_a_new_plan_takes_the_place_of_the_last() -> None:
    bus = Recorder()
    faults = PlannedFaults(bus)
    faults.begin(PLAN)
    faults.step(DT)
    faults.begin(Plan((Step(0.0, Heal()),), seed=7))
    assert [faults.step(DT) for _ in range(5)] == [(Heal(),), (), (), (), ()]
    assert len(set(bus.first_chances)) == 1
    faults.begin(Plan((), seed=8))
    assert len(set(bus.first_chances)) == 2
