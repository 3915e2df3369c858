"""How many messages one connection may send: a token bucket, refilled with time.

Pure.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """Lets `rate_hz` messages a second pass, and `burst` at once; made full."""

    rate_hz: float
    burst: float
    tokens: float
    filled_ns: int


def full(rate_hz: float, burst: float, now_ns: int) -> TokenBucket:
    """A bucket that has not been used yet."""
    return TokenBucket(rate_hz, burst, burst, now_ns)


def take(bucket: TokenBucket, now_ns: int) -> tuple[TokenBucket, bool]:
    """Takes one token if there is one; the second value says whether the message may pass."""
    gained = max(0, now_ns - bucket.filled_ns) * bucket.rate_hz / 1e9
    tokens = min(bucket.burst, bucket.tokens + gained)
    passes = tokens >= 1.0
    return TokenBucket(bucket.rate_hz, bucket.burst, tokens - passes, max(now_ns, bucket.filled_ns)), passes
