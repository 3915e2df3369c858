"""Rules that compare an episode with the others of its set. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from teleop.episodes.arrays import Floats
from teleop.episodes.validation.evidence import Evidence, Finding, finding

PEERS = 2
LIKE_ANOTHER = 0.25


@dataclass(frozen=True, slots=True)
class Print:
    """What is compared: ids, a digest of what the arm did, and each camera's mean view, flattened."""

    episode_id: str
    cell_id: str
    digest: str
    views: dict[str, Floats]


def print_of(evidence: Evidence) -> Print:
    """An episode's print; two turns of the same arm never share a digest."""
    episode = evidence.episode
    seen = episode.observations
    hashed = hashlib.sha256()
    for values in (seen.t_ns - episode.header.started_ns, seen.positions_rad, episode.actions.applied_rad):
        hashed.update(np.ascontiguousarray(values).tobytes())
    views = {
        camera: np.median(watched.thumbs[:: max(1, len(watched.thumbs) // 40)], axis=0).ravel()
        for camera, watched in evidence.watched.items()
        if len(watched.thumbs)
    }
    return Print(episode.header.episode_id, episode.header.cell_id, hashed.hexdigest(), views)


def compared(prints: Sequence[Print]) -> dict[str, list[Finding]]:
    """Findings by episode id: `duplicate` of an earlier one, `swapped` cameras."""
    found: dict[str, list[Finding]] = {one.episode_id: [] for one in prints}
    first: dict[str, str] = {}
    for one in prints:
        earlier = first.setdefault(one.digest, one.episode_id)
        if earlier != one.episode_id:
            text = f"it holds what {earlier} holds"
            found[one.episode_id].append(finding("duplicate", "episode", 1, 0, text))
        found[one.episode_id] += _swapped(one, prints)
    return found


def _swapped(one: Print, prints: Sequence[Print]) -> list[Finding]:
    peers = [peer for peer in prints if peer.cell_id == one.cell_id and peer is not one]
    usual = {
        camera: np.median([peer.views[camera] for peer in peers if camera in peer.views], axis=0)
        for camera in one.views
        if sum(camera in peer.views for peer in peers) >= PEERS
    }
    found = []
    for camera, view in one.views.items():
        if camera not in usual:
            continue
        own = _alike(view, usual[camera])
        others = {other: _alike(view, known) for other, known in usual.items() if other != camera}
        best = max(others, key=lambda name: others[name], default=None)
        if best is not None and others[best] > own + LIKE_ANOTHER:
            text = f"it shows what camera {best} shows in other episodes"
            found.append(finding("swapped", f"camera {camera}", others[best], own + LIKE_ANOTHER, text))
    return found


def _alike(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else 0.0
