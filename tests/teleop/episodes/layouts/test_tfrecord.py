"""The message of a record, decoded by Google's own protobuf classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tfrecord.example_pb2 import Example

from teleop.episodes.layouts.tfrecord import example


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.floats(width=32, allow_nan=False)),
    st.lists(st.binary(max_size=300)),
)
def test_values_come_back(integers: list[int], floats: list[float], texts: list[bytes]) -> None:
    data = example(
        {"b": texts, "i": np.array(integers, dtype=np.int64), "a/f": np.array(floats, dtype=np.float32)}
    )
    found = Example.FromString(data).features.feature
    assert list(found["i"].int64_list.value) == integers
    assert list(found["a/f"].float_list.value) == floats
    assert list(found["b"].bytes_list.value) == texts


def test_rows_are_flattened_and_flags_are_numbers() -> None:
    data = example({"m": np.eye(2, dtype=np.float32), "y": np.array([True, False])})
    found = Example.FromString(data).features.feature
    assert list(found["m"].float_list.value) == [1, 0, 0, 1]
    assert list(found["y"].int64_list.value) == [1, 0]


def test_what_would_lose_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="t: an Example holds no float64"):
        example({"t": np.zeros(1)})
