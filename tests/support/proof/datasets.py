"""Episodes as what a policy learns from: datasets, and beside each what stood on the table in every row.

The dataset is the product's export, untouched. The scene (cube and goal) is not in a dataset without eyes, so
it is read from the episodes' events, at the very times of the dataset's rows.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from proof.table import SIGHTING
from proof.task import WHOLE
from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.choice import Chosen, choose
from teleop.episodes.exporting.pool import OnProgress
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.exporting.taking import Asked
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import newest_at_or_before

FPS = 20


def export(asked: Sequence[Asked], out: Path, workers: int, on_progress: OnProgress) -> None:
    """Exports what is taken of these episodes as LeRobotDataset v3.0, with the scenes beside it."""
    if not out.exists():
        export_episodes(asked, out, LeRobot(FPS), How(workers, resume=True, on_progress=on_progress))
    scenes: dict[str, Floats] = {}
    for one in asked:
        scenes |= scenes_of(choose(one.path, FPS, one.taken))
    np.savez(out.with_suffix(".npz"), **scenes)


def scenes_of(chosen: Chosen) -> dict[str, Floats]:
    """The scene of every row, truly then and as on the player's screen then, and the state on that screen."""
    episode, t_ns = chosen.episode, chosen.rows.moment_ns
    uid = episode_uid(episode.header.episode_id)
    shown_ns = _shown(episode, t_ns)
    state = np.clip(newest_at_or_before(episode.observations.t_ns, shown_ns), 0, None)
    return {
        f"scene-{uid}": _scene(episode, t_ns),
        f"screen-scene-{uid}": _scene(episode, shown_ns),
        f"screen-state-{uid}": episode.observations.positions_rad[state],
    }


def _shown(episode: Episode, t_ns: Integers) -> Integers:
    """When the picture was taken that the player was last known to see at each moment."""
    (shown,) = episode.pictures.values()
    known = dict(zip(shown.frame_id.tolist(), shown.capture_ns.tolist(), strict=True))
    first_ns = int(shown.capture_ns[0])
    seen = [known.get(one, first_ns) for one in episode.inputs.seen_frame_id.tolist()]
    newest = np.clip(newest_at_or_before(episode.inputs.t_ns, t_ns), 0, None)
    return np.asarray(seen, dtype=np.int64)[newest]


def _scene(episode: Episode, t_ns: Integers) -> Floats:
    """The cube's place where it was last seen, and the goal's (R, 5), in m."""
    told = [one for one in episode.events if one.kind == SIGHTING]
    times = np.array([one.t_ns for one in told], dtype=np.int64)
    places = np.array([[one.data[axis] for axis in ("x_m", "y_m", "z_m")] for one in told], dtype=np.float64)
    cube = places[np.clip(newest_at_or_before(times, t_ns), 0, None)]
    goal = WHOLE.slot(episode.header.prompt.en.rstrip(".").split()[-1])
    return np.concatenate([cube, np.tile([goal.x_m, goal.y_m], (len(cube), 1))], axis=1)
