"""The page's MP4: packets copied, real times, and any player can open it."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest

from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.loading import open_episode
from teleop.episodes.reader import video_mp4, write_video_mp4


def frames(mp4: bytes) -> list[tuple[float, Any]]:
    with av.open(io.BytesIO(mp4)) as container:
        return [
            (float(frame.time or 0), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)
        ]


def test_every_picture_stands_at_its_capture_time(record: Any, synthetic: Any) -> None:
    path = record(jitter_ns=9_000_000, dropped=(3, 4, 11)).path
    pictures = open_episode(path).pictures["wrist"]
    found = frames(video_mp4(path, "wrist"))
    assert [synthetic.read_id(grey) for _, grey in found] == pictures.frame_id.tolist()
    expected = (pictures.capture_ns - synthetic.START_NS) / 1e9
    assert found[0][0] == 0.0
    assert [time for time, _ in found[1:]] == pytest.approx(expected[1:].tolist(), abs=2e-5)


def test_nothing_is_encoded_again(record: Any) -> None:
    path = record().path
    annex_b = open_episode(path).pictures["overview"].annex_b
    with av.open(io.BytesIO(video_mp4(path, "overview"))) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    assert len(sizes) == len(annex_b)
    assert all(abs(size - len(raw)) <= 64 for size, raw in zip(sizes[1:], annex_b[1:], strict=True))


def test_the_index_comes_first_and_the_bytes_are_the_same_each_time(record: Any) -> None:
    path = record().path
    mp4 = video_mp4(path, "wrist")
    assert mp4.index(b"moov") < mp4.index(b"mdat")
    assert video_mp4(path, "wrist") == mp4


def test_pictures_before_the_first_key_frame_are_left_out(record: Any, synthetic: Any) -> None:
    path = record(extra=[], cameras=("overview",), silent=("overview",)).path
    path.unlink()
    script = synthetic.Script(cameras=("overview",))
    pictures = synthetic.pictures(script, "overview")
    from teleop.episodes.writer import EpisodeWriter

    writer = EpisodeWriter(path, synthetic.header(script))
    fresh = synthetic.Encoder()
    for number, picture in enumerate(pictures):
        annex_b = fresh.encode(picture.frame_id, keyframe=number == 5)
        writer.put(type(picture)("overview", picture.frame_id, picture.capture_ns, 1, number == 5, annex_b))
    found = frames(video_mp4(writer.close(None).path, "overview"))
    assert [synthetic.read_id(grey) for _, grey in found] == [one.frame_id for one in pictures[5:]]


def test_one_picture_is_a_video_too(record: Any) -> None:
    path = record(seconds=0.05, cameras=("overview",)).path
    assert len(frames(video_mp4(path, "overview"))) == 1


def test_a_camera_without_pictures_is_a_clear_error(record: Any, tmp_path: Path) -> None:
    path = record(silent=("wrist",)).path
    with pytest.raises(EpisodeUnreadable, match="no decodable picture of camera 'wrist'"):
        write_video_mp4(path, "wrist", tmp_path / "out.mp4")


def test_rubbish_pictures_are_a_clear_error(episodes: Path, synthetic: Any) -> None:
    from teleop.episodes.format import Picture
    from teleop.episodes.writer import EpisodeWriter

    script = synthetic.Script(cameras=("overview",))
    writer = EpisodeWriter(episodes / "ep-1.mcap", synthetic.header(script))
    writer.put(Picture("overview", 1, synthetic.START_NS, synthetic.START_NS, True, b"rubbish" * 50))
    with pytest.raises(EpisodeUnreadable, match="pictures of camera 'overview' are damaged"):
        video_mp4(writer.close(None).path, "overview")


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_agrees(record: Any, tmp_path: Path) -> None:
    path = record().path
    out = tmp_path / "out.mp4"
    write_video_mp4(path, "wrist", out)
    shown = ["-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames,width,height"]
    probe = subprocess.run(
        ["ffprobe", *shown, "-of", "csv=p=0", str(out)], capture_output=True, text=True, check=True
    )
    count = len(open_episode(path).pictures["wrist"].annex_b)
    assert probe.stderr == ""
    assert probe.stdout.strip() == f"h264,96,64,{count}"
