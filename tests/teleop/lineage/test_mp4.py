"""An MP4 index is cut exactly, or refused by name; FFmpeg, which is not ours, reads what comes out."""

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleop.lineage.cut_video import open_video, packets, write_cut
from teleop.lineage.mp4 import Mp4Refused, boxes, cut, samples


@pytest.fixture(scope="module")
def video(original: Any) -> Path:
    found: Path = next(original.dataset.rglob("*.mp4"))
    return found


def shown(path: Path) -> list[tuple[int | None, int | None, int | None, bool, bytes]]:
    with av.open(str(path)) as mp4:
        return [(p.pts, p.dts, p.duration, p.is_keyframe, bytes(p)) for p in mp4.demux(video=0) if p.size]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_choice_of_pictures_is_what_ffmpeg_reads(
    video: Path, tmp_path: Path, data: st.DataObject
) -> None:
    whole = shown(video)
    kept = sorted(data.draw(st.sets(st.integers(0, len(whole) - 1), min_size=1)))
    write_cut(open_video(video), np.array(kept), tmp_path / "cut.mp4")
    new = shown(tmp_path / "cut.mp4")
    assert [one[3:] for one in new] == [whole[at][3:] for at in kept]
    assert [one[:3] for one in new] == [one[:3] for one in whole[: len(kept)]]
    assert list(packets(tmp_path / "cut.mp4")) == [list(packets(video))[at] for at in kept]


def test_lengths_are_those_of_what_is_left(video: Path, tmp_path: Path) -> None:
    write_cut(open_video(video), np.arange(9), tmp_path / "cut.mp4")
    with av.open(str(tmp_path / "cut.mp4")) as mp4:
        stream = mp4.streams.video[0]
        assert (stream.frames, stream.duration, mp4.duration) == (9, 9 * 512, 300_000)
        assert stream.average_rate == 30


def changed(video: Path, kind: bytes, content: bytes | None, name: bytes | None = None) -> bytes:
    """The file's moov with one box's content, or name, replaced (None: the box becomes `free`)."""

    def rewritten(data: bytes) -> bytes:
        out = b""
        for box in boxes(data):
            inner = data[box.start : box.end]
            new = box.kind
            if box.kind == kind:
                inner, new = (inner if content is None else content), name or box.kind
            elif box.kind in (b"trak", b"mdia", b"minf", b"stbl", b"edts"):
                inner = rewritten(inner)
            out += struct.pack(">I4s", 8 + len(inner), new) + inner
        return out

    return rewritten(open_video(video).moov)


def table(*rows: tuple[int, ...]) -> bytes:
    return struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(f">{len(row)}I", *row) for row in rows)


@pytest.mark.parametrize(
    ("kind", "content", "name", "why"),
    [
        (b"trak", None, b"free", "several tracks"),
        (b"udta", b"", b"mvex", "fragments"),
        (b"stbl", None, b"free", "no box b'stbl'"),
        (b"stts", None, b"ctts", "table 'ctts'"),
        (b"stco", None, b"stco", ""),
        (b"stts", table((3, 512)), None, "its times do not fit"),
        (b"stts", table((3, 512))[:-1], None, "is cut off"),
        (b"stss", table((0,)), None, "lie outside"),
        (b"stss", table((9999,)), None, "lie outside"),
        (b"stsc", table((1, 3, 1)), None, "its chunks do not fit"),
        (b"stsc", table(), None, "its chunks do not fit"),
    ],
)
def test_what_does_not_fit_is_refused(
    video: Path, kind: bytes, content: bytes | None, name: bytes | None, why: str
) -> None:
    moov = changed(video, kind, content, name)
    if not why:
        assert len(samples(moov).size)
        return
    with pytest.raises(Mp4Refused, match=why):
        samples(moov)


def test_missing_tables_and_edit_lists_are_refused(video: Path) -> None:
    stbl = b"".join(
        struct.pack(">I4s", 8 + len(inner), kind) + inner
        for kind, inner in ((b"stsd", b""), (b"stts", table()), (b"stsz", table()))
    )
    with pytest.raises(Mp4Refused, match="are missing"):
        samples(changed(video, b"stbl", stbl))
    with pytest.raises(Mp4Refused, match="edit list of several"):
        cut(changed(video, b"elst", struct.pack(">II", 0, 2) + bytes(24)), [0], 0)


def test_equal_sizes_key_pictures_and_wide_numbers_are_understood(video: Path) -> None:
    whole = samples(open_video(video).moov)
    count = len(whole.size)
    same = samples(changed(video, b"stsz", struct.pack(">III", 0, 7, count)))
    assert same.size.tolist() == [7] * count
    assert samples(changed(video, b"stss", None, b"stsd")).key.all()
    wide = cut(changed(video, b"mdhd", b"\1" + bytes(19) + struct.pack(">IQI", 15360, 0, 0)), [0, 1], 2**33)
    inner = wide[8:]
    assert samples(inner).offset.tolist() == [2**33, 2**33 + int(whole.size[0])]


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    for content, why in (
        (b"", "no MP4"),
        (b"\0\0\0\x09ftyp1", "no MP4"),
        (b"\0\0\0\x10ftyp", "impossible length"),
        (b"\0\0\0\0free" + bytes(9), "no MP4"),
    ):
        (tmp_path / "bad.mp4").write_bytes(content)
        with pytest.raises(Mp4Refused, match=why):
            open_video(tmp_path / "bad.mp4")
    with pytest.raises(Mp4Refused, match="cut off"):
        list(boxes(b"\0\0\0"))
    with pytest.raises(Mp4Refused, match="impossible"):
        list(boxes(b"\0\0\0\x01abcd"))


def test_a_video_shorter_than_its_index_is_an_error(video: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    content = video.read_bytes()
    at = content.index(b"mdat")
    short.write_bytes(content[: at - 4] + struct.pack(">I", 12) + b"mdat" + content[at + 4 : at + 8])
    opened = open_video(short)
    with pytest.raises(OSError, match="ends before"):
        write_cut(opened, np.arange(len(opened.samples.size)), tmp_path / "out.mp4")
