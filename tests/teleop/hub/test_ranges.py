"""Byte ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.hub.ranges import Span, wanted


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, Span(0, 100)),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-200", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-0", None),
        ("bytes=-", Span(0, 100)),
        ("bytes=0-1,4-5", Span(0, 100)),
        ("lines=0-1", Span(0, 100)),
        ("bytes=x-1", Span(0, 100)),
    ],
)
def test_the_span_that_is_wanted(header, span):
    assert wanted(header, 100) == span


@given(st.text("bytes=-,0123456789 ", max_size=24), st.integers(0, 2**40))
def test_no_header_leaves_the_file(header, size):
    span = wanted(header, size)
    assert span is None or 0 <= span.start <= span.stop <= size
