"""The shared video files: constant rate, a key frame at each episode, nothing mixed up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from teleop.episodes.arrays import Pictures
from teleop.episodes.exporting.pictures import PicturesDamaged, decoded
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.lerobot_v3 import video
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.lerobot_v3.splicing import copied_rows
from teleop.episodes.lerobot_v3.video import EncodedEpisode, Span, VideoTrack, spliced
from teleop.episodes.loading import open_episode

CAMERA = Camera("wrist", 96, 64)
FPS = 30


@pytest.fixture
def pictures(record: Any) -> Pictures:
    return open_episode(record().path).pictures["wrist"]


@pytest.fixture
def grouped(synthetic: Any) -> Pictures:
    """Twenty pictures, the first and the seventeenth being key frames."""
    encoder = synthetic.Encoder()
    key = np.isin(np.arange(20), (0, 16))
    packets = tuple(encoder.encode(number + 1, bool(key[number])) for number in range(20))
    numbers = np.arange(20)
    return Pictures("wrist", numbers + 1, numbers, numbers, key, packets, numbers)


def silent() -> None:
    """Hears of a row and says nothing."""


def encoded(
    pictures: Pictures, newest: Any, camera: Camera, fps: int, on_row: Callable[[], None]
) -> EncodedEpisode:
    """All rows encoded anew."""
    return spliced(pictures, newest, np.zeros(len(newest), dtype=np.bool_), camera, fps, on_row)


@pytest.mark.parametrize("pattern", ["each", "repeated", "skipped", "last"])
def test_each_row_shows_its_picture(pictures: Pictures, synthetic: Any, tmp_path: Path, pattern: str) -> None:
    last = len(pictures.annex_b) - 1
    shown = {
        "each": np.arange(last + 1),
        "repeated": np.repeat(np.arange(last + 1), 3),
        "skipped": np.arange(0, last + 1, 4),
        "last": np.array([last]),
    }[pattern]
    heard: list[int] = []
    track = VideoTrack(tmp_path, CAMERA, FPS, Limits())
    span = track.append(encoded(pictures, shown, CAMERA, FPS, lambda: heard.append(1)))
    track.close()
    assert span == Span(0, 0, 0.0, len(shown) / FPS)
    assert len(heard) == len(shown)
    with av.open(str(tmp_path / "videos/observation.images.wrist/chunk-000/file-000.mp4")) as mp4:
        frames = list(mp4.decode(video=0))
    assert [frame.time for frame in frames] == [row / FPS for row in range(len(shown))]
    ids = [synthetic.read_id(frame.to_ndarray(format="gray")) for frame in frames]
    assert ids == pictures.frame_id[shown].tolist()


@pytest.mark.parametrize("fps", [1, 7, 30, 50])
def test_every_episode_starts_with_a_key_frame_at_a_constant_rate(
    pictures: Pictures, tmp_path: Path, fps: int
) -> None:
    track = VideoTrack(tmp_path, CAMERA, fps, Limits())
    starts, lengths = [], (5, 1, 8, 3)
    for length in lengths:
        span = track.append(encoded(pictures, np.arange(length), CAMERA, fps, silent))
        starts.append(round(span.from_s * fps))
    track.close()
    assert starts == [0, 5, 6, 14]
    with av.open(str(tmp_path / "videos/observation.images.wrist/chunk-000/file-000.mp4")) as mp4:
        packets = [packet for packet in mp4.demux(video=0) if packet.size]
        rate = mp4.streams.video[0].average_rate
    assert rate == fps
    assert len(packets) == sum(lengths)
    assert len({later.pts - earlier.pts for earlier, later in zip(packets, packets[1:], strict=False)}) == 1
    assert all(packets[start].is_keyframe for start in starts)


def test_a_full_file_is_followed_by_the_next(pictures: Pictures, tmp_path: Path) -> None:
    episode = encoded(pictures, np.arange(4), CAMERA, FPS, silent)
    size = sum(len(picture.annex_b) for picture in episode.pictures)
    limits = Limits(video_bytes=3 * size, files_per_chunk=1)
    track = VideoTrack(tmp_path, CAMERA, FPS, limits)
    spans = [track.append(episode) for _ in range(5)]
    track.close()
    assert [(span.chunk_index, span.file_index, round(span.from_s * FPS)) for span in spans] == [
        (0, 0, 0),
        (0, 0, 4),
        (1, 0, 0),
        (1, 0, 4),
        (2, 0, 0),
    ]
    files = sorted(tmp_path.rglob("*.mp4"))
    assert len(files) == 3
    assert all(file.stat().st_size - 1500 <= limits.video_bytes for file in files)


def played(episode: EncodedEpisode, folder: Path, synthetic: Any) -> list[int]:
    """The ids of the pictures that a player shows."""
    track = VideoTrack(folder, CAMERA, FPS, Limits())
    track.append(episode)
    track.close()
    with av.open(str(folder / "videos/observation.images.wrist/chunk-000/file-000.mp4")) as mp4:
        return [synthetic.read_id(frame.to_ndarray(format="gray")) for frame in mp4.decode(video=0)]


@pytest.mark.parametrize(
    ("newest", "copied"),
    [
        ([*range(20)], 20),
        ([*range(7, 20)], 4),
        ([0, 1, 2, 2, 3, 4, 16, 17, 18, 18], 6),
        ([5, 16, 16, 17], 1),
    ],
)
def test_what_cannot_be_copied_is_encoded_between_copied_packets(
    grouped: Pictures, synthetic: Any, tmp_path: Path, newest: list[int], copied: int
) -> None:
    rows = np.array(newest)
    flags = copied_rows(grouped, rows)
    episode = spliced(grouped, rows, flags, CAMERA, FPS, silent)
    assert episode.copied == copied == flags.sum()
    assert played(episode, tmp_path, synthetic) == grouped.frame_id[rows].tolist()
    assert episode.pictures[0].keyframe
    for at in np.flatnonzero(flags):
        assert episode.pictures[at].annex_b == grouped.annex_b[rows[at]]


def test_statistics_are_of_recorded_pictures(pictures: Pictures) -> None:
    stats = encoded(pictures, np.arange(20), CAMERA, FPS, silent).stats
    frames = [frame.to_ndarray(format="rgb24") for frame in decoded(pictures, CAMERA)]
    assert stats.count == 13  # for the first eight the key frame stands in
    assert stats.mean.reshape(3) == pytest.approx(np.mean([frames[0], *frames[8:20]], axis=(0, 1, 2)) / 255)


def test_statistics_do_not_depend_on_copying(grouped: Pictures) -> None:
    rows = np.arange(20)
    copied = spliced(grouped, rows, copied_rows(grouped, rows), CAMERA, FPS, silent)
    anew = encoded(grouped, rows, CAMERA, FPS, silent)
    assert (copied.copied, anew.copied) == (20, 0)
    assert copied.stats.values() == anew.stats.values()


def test_large_pictures_are_thinned(synthetic: Any) -> None:
    encoder = synthetic.Encoder(640, 480)
    zero = np.zeros(1, dtype=np.int64)
    pictures = Pictures("wrist", zero, zero, zero, zero == 0, (encoder.encode(5, True),), zero)
    large = Camera("wrist", 640, 480)
    stats = encoded(pictures, np.array([0]), large, FPS, silent).stats
    frame = next(decoded(pictures, large)).to_ndarray(format="rgb24")
    assert stats.mean.reshape(3) == pytest.approx(frame[::4, ::4].mean(axis=(0, 1)) / 255)


def test_an_encoder_that_swallows_a_row_is_noticed(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "_copied", lambda packets: [])
    with pytest.raises(PicturesDamaged, match="0 of 5 rows of camera wrist were encoded"):
        encoded(pictures, np.arange(5), CAMERA, FPS, silent)


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    track = VideoTrack(tmp_path, CAMERA, FPS, Limits())
    track.close()
    track.close()
    assert list(tmp_path.iterdir()) == []
