"""Which rows of an episode can show a recorded picture by copying its packet. Pure."""

import numpy as np

from teleop.episodes.arrays import Flags, Integers, Pictures
from teleop.episodes.lerobot_v3.nal_units import parameter_sets, predicted


def copied_rows(pictures: Pictures, newest: Integers) -> Flags:
    """For each row whether its picture's packet can be copied; `newest` is the row's picture.

    A key frame can be copied wherever it is not the picture of the row before; a predicted picture only
    behind the copied picture that it follows in the recording. All others must be encoded anew.
    Key frames are those that the recording calls so, and must bring the same parameter sets as the first one,
    so that all have one size.
    """
    flagged = zip(pictures.annex_b, pictures.keyframe.tolist(), strict=True)
    own = [parameter_sets(one) if is_key else None for one, is_key in flagged]
    first = next((sets for sets in own if sets is not None), None)
    key = [sets is not None and sets == first for sets in own]
    copied = np.zeros(len(newest), dtype=np.bool_)
    before, alive = -1, False
    for row, picture in enumerate(newest.tolist()):
        if key[picture]:
            alive = picture != before
        else:
            alive = alive and picture == before + 1 and predicted(pictures.annex_b[picture])
        copied[row] = alive
        before = picture
    return copied


def runs(copied: Flags) -> list[tuple[int, int]]:
    """The runs of rows that are not copied: first row, and the row after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], copied, [True])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
