"""The rule `picture_lag`: at which shift in time do pictures and joints fit each other best? Pure.

What a picture shows follows from the joints' angles. For each shift, the pictures' main components are
fitted by squares and products of the angles; where another shift than none leaves much less unexplained,
the pictures' capture times cannot be true.
"""

import numpy as np

from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.validation.evidence import NANOSECONDS, Evidence, Findings, finding

PICTURES, COMPONENTS = 300, 6
PICTURES_A_FEATURE, ENOUGH_RAD = 4, 0.05
FIRST_S, LAST_S, STEP_S = -0.3, 0.7, 0.02
USUAL_S, EARLY_S, LATE_S = (-0.04, 0.1), -0.12, 0.16
EXPLAINED, BETTER = 0.6, 0.15
# How much better times how many pictures: a chance fit of few pictures is no evidence.
EVIDENCE = 30.0
_LEAST = 1e-9


def lags(evidence: Evidence) -> Findings:
    """Finds cameras whose pictures show what the arm did before or after their capture time."""
    seen = evidence.episode.observations
    if not evidence.judgeable or np.any(np.diff(seen.t_ns) <= 0) or not np.isfinite(seen.positions_rad).all():
        return
    angles = seen.positions_rad[:, :-1]
    angles = angles[:, np.ptp(angles, axis=0) > ENOUGH_RAD]
    for camera, watched in evidence.watched.items():
        times = evidence.episode.pictures[camera].capture_ns[watched.rows]
        inner = (times > seen.t_ns[0] + int(LAST_S * NANOSECONDS)) & (
            times < seen.t_ns[-1] + int(FIRST_S * NANOSECONDS)
        )
        rows = np.flatnonzero(inner)
        features = (angles.shape[1] + 1) * (angles.shape[1] + 2) // 2
        if features == 1 or len(rows) < PICTURES_A_FEATURE * features:
            continue
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, PICTURES).astype(np.int64))]
        shows = _components(watched.thumbs[rows].astype(np.float64))
        best_s, best, usual = _best(shows, times[rows], (seen.t_ns, angles))
        better = (1 - usual + _LEAST) / (1 - best + _LEAST) - 1
        peak = FIRST_S < best_s < LAST_S and not EARLY_S < best_s < LATE_S
        if peak and best > EXPLAINED and better > max(BETTER, EVIDENCE / len(rows)):
            text = "it shows what the arm did at another time than its capture time"
            yield finding("picture_lag", f"camera {camera}", best_s, LATE_S, text)


def _components(thumbs: Floats) -> Floats:
    """The pictures' largest differences from their mean (pictures, components)."""
    flat = thumbs[:, ::2, ::2].reshape(len(thumbs), -1)
    flat = flat - flat.mean(axis=0)
    left, sizes, _ = np.linalg.svd(flat, full_matrices=False)
    shows: Floats = left[:, :COMPONENTS] * sizes[:COMPONENTS]
    return shows


def _best(shows: Floats, times: Integers, joints: tuple[Integers, Floats]) -> tuple[float, float, float]:
    """The best shift in s, the share of the pictures that it explains, and the share without a shift."""
    t_ns, angles = joints
    total = float((shows * shows).sum())
    shifts = [round(FIRST_S + STEP_S * step, 3) for step in range(round((LAST_S - FIRST_S) / STEP_S) + 1)]
    shares: list[float] = []
    for shift in shifts:
        at = times - int(shift * NANOSECONDS)
        known = _features(np.stack([np.interp(at, t_ns, one) for one in angles.T], axis=1))
        fit = np.linalg.lstsq(known, shows, rcond=1e-6)[0]
        left = shows - known @ fit
        shares.append(1 - float((left * left).sum()) / max(total, _LEAST))
    usual = max(
        share for shift, share in zip(shifts, shares, strict=True) if USUAL_S[0] <= shift <= USUAL_S[1]
    )
    at_best = int(np.argmax(shares))
    return shifts[at_best], shares[at_best], usual


def _features(angles: Floats) -> Floats:
    joints = angles.shape[1]
    products = [angles[:, one] * angles[:, other] for one in range(joints) for other in range(one, joints)]
    return np.column_stack([np.ones(len(angles)), angles, *products])
