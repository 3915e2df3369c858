"""Recorded by the cell's own parts: what an episode says of time and size is what was the case."""

import asyncio
import json

import av
import numpy as np
from cell_neighbours import BridgeDouble, lease, until
from injected_truth import Delays, Rig, alignment

from game.puzzle import load_puzzles
from robot_bridge.arms import load_arm
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import texts
from teleop.cell.arm_view import view_of
from teleop.cell.cameras import Camera
from teleop.cell.config import ArmTable, CameraTable, CellConfig, CellTable
from teleop.cell.episode_maker import make_episode
from teleop.cell.provenance import Provenance
from teleop.cell.quality import FULL, Quality
from teleop.cell.recorder import Recorder, SentSetpoints
from teleop.episodes.export_lerobot import export
from teleop.episodes.format import Verdict
from teleop.episodes.loading import open_episode
from teleop.metrics import CellMetrics

SMALL = Quality(quarters=2, every=2, share=0.1)
CALIBRATION = CameraCalibration(
    1, "overview", 160, 120, 150.0, 150.0, 80.0, 60.0, (1.0,) + (0.0,) * 8, (0.0,) * 3
)


async def test_times_are_true_though_everything_comes_late(tmp_path):
    rig = Rig(tmp_path, Delays(), cameras=("overview", "wrist"))
    path = await rig.record(2.0)
    found = alignment(path, rig.began_ns)
    assert found.state.max() <= 0.001
    for camera in ("overview", "wrist"):
        own, plain = found.row_own[camera], found.row_plain[camera]
        assert len(own) > 30 and len(found.capture[camera]) > 20
        assert found.capture[camera].max() <= 0.1
        # With the joints of the moment of its capture a picture is several times nearer to the truth.
        assert np.percentile(own, 75) < np.percentile(plain, 75) / 2
        assert np.median(plain) < np.median(found.row_by_arrival[camera])
        assert np.percentile(own, 95) <= 10.0
        # Two cameras that expose at different moments cannot both fit one state.
        assert np.percentile(own, 95) < np.percentile(found.row_moment[camera], 95) / 2


async def test_a_turn_at_reduced_live_quality_is_exported_at_full_size(tmp_path, synthetic_camera):
    bridge = BridgeDouble(tmp_path / "bridge.sock")
    camera = Camera("overview", synthetic_camera().name, CellMetrics())
    recorder = Recorder(tmp_path / "episodes", SentSetpoints(), CellMetrics(), camera.begin_recording)
    sizes = []
    camera.listen(lambda picture: recorder.take_picture("overview", picture))
    camera.listen(lambda picture: sizes.append((picture.live, picture.recorded, picture.size.width)))
    camera.start()
    subscription = camera.stream.subscribe("h264")
    await until(lambda: (True, False, 160) in sizes, "live pictures")
    header = provenance(tmp_path)
    assert recorder.begin(header)
    for quality, expected in (
        (FULL, (True, True, 160)),
        (SMALL, (True, False, 80)),
        (FULL, (True, True, 160)),
    ):
        sizes.clear()
        camera.quality = quality
        while sizes.count(expected) < 4:
            recorder.take_state(bridge.state())
            await asyncio.sleep(0.01)
    recorder.take_state(bridge.state())
    journal = await recorder.finish(
        Verdict(header.started_ns, True, texts.TIME_UP, 900, 3, 1.0, 3, "referee-1")
    )
    subscription.close()
    await camera.close()
    bridge.close()
    assert journal is not None and await make_episode(journal) is not None
    exported_at_full_size(journal.with_suffix(".mcap"), tmp_path / "set")


def provenance(folder):
    """The header of a turn seen by one camera of 160 x 120."""
    cell = CellTable("test", "Test", "测试", "ws://x", "t", "b", "e", "s", "sim", "assisted", ("tower",))
    config = CellConfig(cell, (CameraTable("overview", "r", "c", True),), ArmTable("so101", "c"), "a" * 64)
    found = Provenance(config, "", "armcade", view_of(load_arm("so101")), (CALIBRATION,))
    return found.header(lease(), load_puzzles()["tower"], 100, 10**18)


def exported_at_full_size(path, out):
    """Every picture of the episode and of its dataset has the size that the header names."""
    episode = open_episode(path)
    (camera,) = episode.header.cameras
    report = export([path], out)
    assert len(report.exported) == 1 and not report.excluded
    shape = json.loads((out / "meta" / "info.json").read_text())["features"]["observation.images.overview"]
    assert shape["shape"] == [camera.height, camera.width, 3]
    (video,) = out.glob("videos/**/*.mp4")
    with av.open(str(video)) as mp4:
        shown = [(frame.width, frame.height) for frame in mp4.decode(video=0)]
    assert len(shown) == report.rows and set(shown) == {(camera.width, camera.height)}
