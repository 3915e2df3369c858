"""What a link achieved: packets, bytes, losses by cause, delays as they really were."""

from collections import Counter
from dataclasses import dataclass, field

from link.law import Fate


@dataclass(slots=True)
class Record:
    """One direction of a link; `took_ms` and `late_ms` (behind the law) of each copy that was handed on."""

    packets: int = 0
    bytes: int = 0
    bytes_out: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)

    def sent(self, size: int, fate: Fate) -> None:
        """Notes a packet and what the law decided."""
        self.packets += 1
        self.bytes += size
        if fate.lost is not None:
            self.lost[fate.lost] += 1

    def came_out(self, size: int, sent_ns: int, due_ns: int, now_ns: int) -> None:
        """Notes that a copy was handed on."""
        self.bytes_out += size
        self.took_ms.append((now_ns - sent_ns) / 1e6)
        self.late_ms.append((now_ns - due_ns) / 1e6)

    @property
    def loss(self) -> float:
        """The share of packets that were lost."""
        return sum(self.lost.values()) / max(1, self.packets)

    def delay_ms(self, share: float) -> float:
        """The delay that this share of the packets did not exceed; NaN before the first came out."""
        return _quantile(self.took_ms, share)

    def __str__(self) -> str:
        """One line for people."""
        causes = ", ".join(f"{count} {cause}" for cause, count in sorted(self.lost.items())) or "none"
        delays = "/".join(f"{self.delay_ms(share):.1f}" for share in (0.5, 0.95, 0.99))
        late = "/".join(f"{_quantile(self.late_ms, share):.1f}" for share in (0.5, 0.99))
        return (
            f"{self.packets} packets, {self.bytes} bytes, lost {100 * self.loss:.2f} % ({causes}), "
            f"delay p50/p95/p99 {delays} ms, behind the law p50/p99 {late} ms"
        )


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
