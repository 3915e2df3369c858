"""What the X-series models tell apart: whether current can be bounded, and by how much. Pure.

Units and stall currents (12 V, the XL330 5 V) from the maker's pages of each model. A model that is not
here is taken to measure no current, and is bounded by its duty instead.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Current:
    """One unit of the current registers, and the current that the stalled motor draws, in A."""

    unit_a: float
    stall_a: float


_XL330, _XM430, _XM540 = Current(0.001, 1.47), Current(0.00269, 2.3), Current(0.00269, 4.4)
CURRENT: dict[int, Current] = {
    1190: _XL330,  # XL330-M077
    1200: _XL330,  # XL330-M288
    1020: _XM430,  # XM430-W350
    1030: _XM430,  # XM430-W210
    1120: _XM540,  # XM540-W270
    1130: _XM540,  # XM540-W150
}


def current_limit(model_number: int, torque_limit: int) -> int | None:
    """The current register's value at this torque (0.1 % of stall); None where the model has none."""
    known = CURRENT.get(model_number)
    return None if known is None else max(1, round(torque_limit * known.stall_a / known.unit_a / 1000.0))
