"""The shared video files: constant rate, a key frame at each episode, nothing mixed up."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from teleop.episodes.arrays import Pictures
from teleop.episodes.exporting.pictures import PicturesDamaged, decoded
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.lerobot_v3 import video
from teleop.episodes.lerobot_v3.video import Span, VideoTrack, encoded
from teleop.episodes.loading import open_episode

CAMERA = Camera("wrist", 96, 64)
FPS = 30


@pytest.fixture
def pictures(record: Any) -> Pictures:
    return open_episode(record().path).pictures["wrist"]


def silent() -> None:
    """Hears of a row and says nothing."""


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
    track = VideoTrack(tmp_path, CAMERA, FPS)
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
    track = VideoTrack(tmp_path, CAMERA, fps)
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


def test_a_full_file_is_followed_by_the_next(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "FILE_LIMIT_BYTES", 1)
    monkeypatch.setattr(video, "FILES_PER_CHUNK", 2)
    track = VideoTrack(tmp_path, CAMERA, FPS)
    episode = encoded(pictures, np.arange(4), CAMERA, FPS, silent)
    spans = [track.append(episode) for _ in range(3)]
    track.close()
    assert [(span.chunk_index, span.file_index, span.from_s) for span in spans] == [
        (0, 0, 0),
        (0, 1, 0),
        (1, 0, 0),
    ]
    assert len(list(tmp_path.rglob("*.mp4"))) == 3


def test_statistics_are_of_the_pictures(pictures: Pictures) -> None:
    stats = encoded(pictures, np.arange(10), CAMERA, FPS, silent).stats
    frames = [frame.to_ndarray(format="rgb24")[::2, ::2] for frame in decoded(pictures, CAMERA)][:10]
    assert stats.count == 10
    assert stats.mean.reshape(3) == pytest.approx(np.mean(frames, axis=(0, 1, 2)) / 255)


def test_an_encoder_that_swallows_a_row_is_noticed(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "_copied", lambda packets: [])
    with pytest.raises(PicturesDamaged, match="0 of 5 rows of camera wrist were encoded"):
        encoded(pictures, np.arange(5), CAMERA, FPS, silent)


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    track = VideoTrack(tmp_path, CAMERA, FPS)
    track.close()
    track.close()
    assert list(tmp_path.iterdir()) == []
