"""A chain of servos with faults on its wire and in its servos, switchable while it runs; pure."""

from collections.abc import Sequence
from dataclasses import replace

from sim_fallback.servo_bus.faults import (
    Batching,
    BrownOut,
    ChainFault,
    Dead,
    Heal,
    Late,
    Mute,
    Noise,
    Overheat,
    Overload,
    Sag,
    ServoFault,
)
from sim_fallback.servo_bus.injector import Chances, batched_ns, lateness_ns, spoilt
from sim_fallback.servo_bus.motor import SOUND, Ailment, Drive, Sensed
from sim_fallback.servo_bus.wire import Chain, Reply

_ON_TIME = Late(chance=0.0)
_UNBATCHED = Batching(timer_ms=0.0)


class FaultedChain:
    """A chain with faults; without any it is the chain itself, byte for byte."""

    def __init__(self, chain: Chain, chances: Chances) -> None:
        """Wraps a chain that is well."""
        self._chain = chain
        self._chances = chances
        self._noise = Noise()
        self._late = _ON_TIME
        self._batching = _UNBATCHED
        self._ailments: dict[int, Ailment] = {}

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids that the servos answer to, in the arm's order."""
        return self._chain.ids

    @property
    def goal_changed_ns(self) -> int:
        """When an instruction last changed a servo's goal; 0 before the first."""
        return self._chain.goal_changed_ns

    def reseed(self, chances: Chances) -> None:
        """Takes chance from here from now on."""
        self._chances = chances

    def inject(self, fault: ChainFault) -> None:
        """Switches one fault on, in place of the last of its kind."""
        match fault:
            case Noise():
                self._noise = fault
            case Late():
                self._late = fault
            case Batching():
                self._batching = fault
            case Sag(share):
                self._chain.sag(share)
            case BrownOut():
                self._chain.power_cycle()
            case Heal():
                self._heal()
            case _:
                self._ail(fault)

    def receive(self, data: bytes, now_ns: int) -> tuple[Reply, ...]:
        """Takes bytes from the host through the noise, and gives the answers back through it."""
        heard = data if self._noise == Noise() else spoilt(data, self._noise, self._chances)
        replies = (self._spoilt(reply) for reply in self._chain.receive(heard, now_ns))
        return tuple(sorted(replies, key=lambda reply: reply.at_ns))

    def drive(self, dt_s: float) -> tuple[Drive, ...]:
        """Advances every servo's profile generator; one drive per servo in the arm's order."""
        return self._chain.drive(dt_s)

    def sense(self, sensed: Sequence[Sensed], dt_s: float) -> None:
        """Takes the physics' measurements, one per servo."""
        self._chain.sense(sensed, dt_s)

    def ail(self, servo_id: int, ailment: Ailment) -> None:
        """Makes one servo suffer this from now on; `SOUND` heals it."""
        self._ailments[servo_id] = ailment
        self._chain.ail(servo_id, ailment)

    def sag(self, share: float) -> None:
        """Sets the supply to this share of its nominal voltage."""
        self._chain.sag(share)

    def power_cycle(self) -> None:
        """Takes the servos' power away and gives it back."""
        self._chain.power_cycle()

    def _heal(self) -> None:
        self._noise, self._late, self._batching = Noise(), _ON_TIME, _UNBATCHED
        self._chain.sag(1.0)
        for servo_id in tuple(self._ailments):
            self.ail(servo_id, SOUND)

    def _ail(self, fault: ServoFault) -> None:
        """Adds this to what the servos suffer already."""
        for servo_id in fault.ids or self._chain.ids:
            self.ail(servo_id, worse(self._ailments.get(servo_id, SOUND), fault))

    def _spoilt(self, reply: Reply) -> Reply:
        late_ns = 0 if self._late == _ON_TIME else lateness_ns(self._late, self._chances)
        at_ns = batched_ns(reply.at_ns + late_ns, self._batching.timer_ms)
        data = reply.data if self._noise == Noise() else spoilt(reply.data, self._noise, self._chances)
        return Reply(at_ns, data, late_ns > 0)


def worse(ailment: Ailment, fault: ServoFault) -> Ailment:
    """The ailment with this fault added."""
    match fault:
        case Mute():
            return replace(ailment, mute=True)
        case Dead():
            return replace(ailment, dead=True)
        case Overload(load=load):
            return replace(ailment, load=load)
        case Overheat(temperature_c=temperature_c):
            return replace(ailment, temperature_c=temperature_c)
        case _:
            return replace(ailment, encoder=True)
