"""Makes a recording for Rerun's viewer of what lies in a folder: python rerun_writer.py FOLDER FILE.rrd

Needs nothing of Armcade, only numpy and Rerun's library, so that any Python that has these can run it. The
folder holds `about.json`, `curves.npz`, and of each camera `<camera>.h264` and `<camera>.npz`.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

TIME, UTC = "episode_time", "utc"


def main(folder: Path, out: Path) -> int:
    """Writes the recording."""
    rr = _library("rerun")
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    recording = rr.RecordingStream(about["application"], recording_id=about["recording_id"])
    recording.save(str(out), default_blueprint=_blueprint(about))
    recording.log("about", rr.TextDocument(about["document"], media_type="text/markdown"), static=True)
    for camera in about["cameras"]:
        _write_pictures(recording, folder, camera, about["started_utc_ns"])
    _write_curves(recording, folder, about)
    for note in about["notes"]:
        times = _times([note["t_ns"]], about["started_utc_ns"])
        columns = rr.TextLog.columns(text=[note["text"]], level=[note["level"]])
        recording.send_columns(f"notes/{note['place']}", times, columns)
    recording.flush()
    recording.disconnect()
    return 0


def _library(name: str) -> Any:
    return importlib.import_module(name)


def _write_pictures(recording: Any, folder: Path, camera: str, started_utc_ns: int) -> None:
    numpy, rr = _library("numpy"), _library("rerun")
    data = (folder / f"{camera}.h264").read_bytes()
    with numpy.load(folder / f"{camera}.npz") as arrays:
        ends, t_ns, keys = arrays["ends"].tolist(), arrays["t_ns"], arrays["keyframe"].tolist()
    samples = [data[first:end] for first, end in zip([0, *ends], ends, strict=False)]
    entity = f"camera/{camera}"
    recording.log(entity, rr.VideoStream(codec=rr.VideoCodec.H264), static=True)
    columns = rr.VideoStream.columns(sample=samples, is_keyframe=keys)
    recording.send_columns(entity, _times(t_ns, started_utc_ns), columns)


def _write_curves(recording: Any, folder: Path, about: dict[str, Any]) -> None:
    numpy, rr = _library("numpy"), _library("rerun")
    with numpy.load(folder / "curves.npz") as arrays:
        for name in about["curves"]:
            recording.log(name, rr.SeriesLines(names=name.rsplit("/", 1)[-1]), static=True)
            times = _times(arrays[f"{name}@"], about["started_utc_ns"])
            recording.send_columns(name, times, rr.Scalars.columns(scalars=arrays[name]))


def _times(t_ns: Any, started_utc_ns: int) -> list[Any]:
    numpy, rr = _library("numpy"), _library("rerun")
    since = numpy.asarray(t_ns, dtype=numpy.int64)
    return [
        rr.TimeColumn(TIME, duration=since.astype("timedelta64[ns]")),
        rr.TimeColumn(UTC, timestamp=(since + started_utc_ns).astype("datetime64[ns]")),
    ]


def _blueprint(about: dict[str, Any]) -> Any:
    rrb = _library("rerun.blueprint")
    cameras = [rrb.Spatial2DView(origin=f"camera/{camera}", name=camera) for camera in about["cameras"]]
    joints = [
        rrb.TimeSeriesView(origin=f"joints/{joint}", name=f"{joint} (rad)") for joint in about["joints"]
    ]
    plots = rrb.Tabs(
        rrb.Grid(*joints, name="joints"),
        rrb.TimeSeriesView(origin="tool", name="tool (m, rad)"),
        rrb.TimeSeriesView(origin="loads", name="loads"),
        rrb.TimeSeriesView(origin="limits", name="limits"),
    )
    notes = rrb.Horizontal(
        rrb.TextLogView(origin="notes", name="events and sub-tasks"),
        rrb.TextDocumentView(origin="about", name="episode"),
    )
    left = rrb.Vertical(*cameras, notes)
    return rrb.Blueprint(rrb.Horizontal(left, plots, column_shares=[2, 3]), rrb.TimePanel(timeline=TIME))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
