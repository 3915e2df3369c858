"""Layouts are bounded, and pieces can be told apart."""

import json

import msgspec
import pytest

from sim_fallback.layout import EMPTY_LAYOUT, MAX_LAYOUT_BYTES, decode_layout, read_layout

PIECE = {
    "id": "red",
    "tag": 1,
    "size_m": 0.03,
    "colour": "#e5484d",
    "x_m": 0.2,
    "y_m": 0.0,
    "z_m": 0.015,
    "yaw_rad": 0.0,
}


def text(**changes):
    table = {"version": 1, "pieces": [PIECE], "slots": [], "fiducials": []}
    return json.dumps(table | changes).encode()


def test_a_good_layout_is_read(tmp_path):
    path = tmp_path / "layout.json"
    path.write_bytes(text())
    assert read_layout(path).pieces[0].id == "red"


def test_the_empty_table_has_four_fiducials():
    assert [mark.tag for mark in EMPTY_LAYOUT.fiducials] == [40, 41, 42, 43]
    assert decode_layout(msgspec.json.encode(EMPTY_LAYOUT)) == EMPTY_LAYOUT


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"pieces": [PIECE | {"x_m": 3.0}]},
        {"pieces": [PIECE | {"size_m": 0.0}]},
        {"pieces": [PIECE | {"colour": "red"}]},
        {"pieces": [PIECE | {"weight": 1}]},
        {"pieces": [PIECE, PIECE | {"tag": 2}]},
        {"pieces": [PIECE, PIECE | {"id": "blue"}]},
        {"pieces": [PIECE], "fiducials": [{"tag": 1, "x_m": 0.1, "y_m": 0.1, "size_m": 0.03}]},
        {"pieces": [PIECE | {"id": f"p{k}", "tag": k} for k in range(17)]},
    ],
)
def test_a_wrong_layout_is_refused(change):
    with pytest.raises(msgspec.ValidationError):
        decode_layout(text(**change))


def test_not_a_number_is_refused():
    with pytest.raises(msgspec.DecodeError):
        decode_layout(text().replace(b"0.2", b"NaN"))


def test_a_huge_layout_is_refused_unread():
    with pytest.raises(msgspec.ValidationError, match="bytes"):
        decode_layout(b" " * (MAX_LAYOUT_BYTES + 1))
