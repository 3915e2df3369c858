"""Token buckets: how often one address or one session may do one thing. Pure; time is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, refilled at `per_minute`."""

    burst: int
    per_minute: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens left at a moment."""

    tokens: float
    at_ns: int


Buckets = Mapping[tuple[str, str], Bucket]


def take(buckets: Buckets, key: tuple[str, str], rate: Rate, now_ns: int) -> tuple[Buckets, bool]:
    """Takes one token for `key` (what, who); False when none is left."""
    tokens = _filled(buckets.get(key), rate, now_ns)
    granted = tokens >= 1.0
    bucket = Bucket(tokens - 1.0 if granted else tokens, now_ns)
    kept = buckets if len(buckets) < MAX_BUCKETS or key in buckets else _newest_half(buckets)
    return MappingProxyType({**kept, key: bucket}), granted


def _filled(bucket: Bucket | None, rate: Rate, now_ns: int) -> float:
    if bucket is None:
        return float(rate.burst)
    minutes = max(0, now_ns - bucket.at_ns) / 60e9
    return min(float(rate.burst), bucket.tokens + minutes * rate.per_minute)


def _newest_half(buckets: Buckets) -> Buckets:
    """Forgets the buckets used longest ago, which are the fullest."""
    newest = sorted(buckets.items(), key=lambda item: item[1].at_ns, reverse=True)
    return dict(newest[: MAX_BUCKETS // 2])
