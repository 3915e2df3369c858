"""A copied packet always shows its own picture: it stands behind the one that it was made from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.arrays import Pictures
from teleop.episodes.lerobot_v3.splicing import copied_rows, runs

SETS = b"\0\0\1\x67abc\0\0\1\x68ab"
KEY, OTHER_KEY = SETS + b"\0\0\1\x65abcd", SETS.replace(b"abc", b"xyz") + b"\0\0\1\x65abcd"
PREDICTED, BROKEN = b"\0\0\1\x41abcd", b"bad"


def pictures(*packets: bytes) -> Pictures:
    numbers = np.arange(len(packets))
    key = np.array([packet in (KEY, OTHER_KEY) for packet in packets])
    return Pictures("wrist", numbers, numbers, numbers, key, packets, numbers)


def copied(packets: tuple[bytes, ...], newest: list[int]) -> str:
    return "".join("c" if one else "." for one in copied_rows(pictures(*packets), np.array(newest)))


GROUPS = (KEY, PREDICTED) * 4


def test_every_picture_once_is_a_copy() -> None:
    assert copied(GROUPS, list(range(8))) == "cccccccc"


def test_a_start_between_key_frames_waits_for_the_next() -> None:
    assert copied(GROUPS, [1, 2, 3, 4]) == ".ccc"


def test_a_repeated_picture_is_encoded() -> None:
    assert copied(GROUPS, [0, 0, 1, 2, 3, 3, 4]) == "c..cc.c"


def test_a_left_out_picture_costs_what_was_made_from_it() -> None:
    assert copied(GROUPS, [0, 2, 3, 5, 6]) == "ccc.c"


def test_a_broken_picture_and_those_behind_it_are_not_copied() -> None:
    assert copied((KEY, PREDICTED, BROKEN, PREDICTED, KEY, PREDICTED), [0, 1, 2, 3, 4, 5]) == "cc..cc"


def test_a_key_frame_with_other_parameters_is_not_copied() -> None:
    assert copied((KEY, PREDICTED, OTHER_KEY, PREDICTED, KEY), [0, 1, 2, 3, 4]) == "cc..c"


def test_nothing_can_be_copied_without_a_key_frame() -> None:
    assert copied((PREDICTED, PREDICTED), [0, 1]) == ".."


@given(
    st.lists(st.sampled_from([KEY, PREDICTED, PREDICTED, BROKEN]), min_size=1, max_size=30),
    st.lists(st.integers(0, 29), min_size=1, max_size=40),
)
def test_what_is_copied_decodes_to_its_own_picture(packets: list[bytes], rows: list[int]) -> None:
    newest = sorted(row % len(packets) for row in rows)
    flags = copied_rows(pictures(*packets), np.array(newest)).tolist()
    for at, number in enumerate(newest):
        if not flags[at]:
            continue
        assert packets[number] != BROKEN
        if packets[number] == PREDICTED:
            assert at > 0
            assert flags[at - 1]
            assert newest[at - 1] == number - 1
    found = [row for first, end in runs(np.array(flags)) for row in range(first, end)]
    assert found == [at for at, flag in enumerate(flags) if not flag]
