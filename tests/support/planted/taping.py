"""A turn as an episode: in memory for rules, or as the file that a cell would have written."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from planted.turns import Shots, Turn
from robot_bridge.wire.commands import PoseTarget
from teleop.episodes.arrays import Pictures
from teleop.episodes.container import EpisodeFile
from teleop.episodes.format import Action, Closing, Input, Message, Observation, Picture
from teleop.episodes.loading import Episode
from teleop.episodes.traces import command_arrays, network_arrays, sent_arrays

KEYFRAME_EVERY = 60


def taped(turn: Turn, path: Path = Path("turn.mcap")) -> Episode:
    """The turn as an episode in memory, its pictures encoded."""
    return shown(turn, {camera: encoded(camera, shots) for camera, shots in turn.shots.items()}, path)


def shown(turn: Turn, pictures: dict[str, Pictures], path: Path = Path("turn.mcap")) -> Episode:
    """The turn as an episode in memory with these pictures."""
    return Episode(
        path=path,
        header=turn.header,
        closing=turn.closing,
        observations=turn.observations,
        actions=turn.actions,
        inputs=turn.inputs,
        events=turn.events,
        pictures=pictures,
        commands=command_arrays([]),
        sent={camera: sent_arrays(camera, []) for camera in pictures},
        network=network_arrays([]),
    )


def encoded(camera: str, shots: Shots) -> Pictures:
    """One camera's pictures as H.264, a key frame every two seconds."""
    flags = np.arange(len(shots.pictures)) % KEYFRAME_EVERY == 0
    codec = None
    packets: list[bytes] = []
    for number, picture in enumerate(shots.pictures):
        height, width = picture.shape
        if codec is None:
            codec = av.VideoCodecContext.create("libx264", "w")
            codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
            codec.time_base = Fraction(1, 90_000)
            codec.options = {
                "preset": "ultrafast",
                "tune": "zerolatency",
                "profile": "baseline",
                "x264-params": "threads=1:sliced-threads=0:repeat-headers=1:keyint=600:scenecut=0",
            }
        planes = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
        planes[:height] = picture
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number * 3000, Fraction(1, 90_000)
        kinds = av.video.frame.PictureType
        frame.pict_type = kinds.I if flags[number] else kinds.NONE
        packets.append(b"".join(bytes(packet) for packet in codec.encode(frame)))
    times = (shots.frame_id, shots.capture_ns, shots.encoded_ns)
    return Pictures(camera, *times, flags, tuple(packets), shots.encoded_ns - 2_000_000)


def write(episode: Episode, folder: Path, name: str = "") -> Path:
    """The episode as a sealed file with its checksum; keeps every mistake that is in it."""
    path = folder / f"{name or episode.header.episode_id}.mcap"
    file = EpisodeFile(path, episode.header)
    for message in messages(episode):
        file.add(message)
    file.seal(replace_closing(episode.closing))
    return path


def replace_closing(closing: Closing) -> Closing:
    """The closing without its count, which the file makes itself."""
    return Closing(closing.status, closing.note, 0, closing.lost, closing.verdict)


def messages(episode: Episode) -> list[Message]:
    """Every message of an episode in the order in which a cell would put them."""
    found: list[tuple[int, Message]] = []
    found += [(one.t_ns, one) for one in _observations(episode)]
    found += [(one.t_ns, one) for one in _actions(episode)]
    found += [(one.t_ns, one) for one in _inputs(episode)]
    found += [(one.t_ns, one) for one in episode.events]
    for shown in episode.pictures.values():
        found += [(one.encoded_ns, one) for one in _pictures(shown)]
    return [message for _, message in sorted(found, key=lambda pair: pair[0])]


def _observations(episode: Episode) -> list[Observation]:
    seen = episode.observations
    return [
        Observation(
            int(seen.t_ns[row]), int(seen.tick[row]), seen.mode[row], seen.cause[row],
            tuple(seen.positions_rad[row].tolist()), tuple(seen.velocities_rad_s[row].tolist()),
            tuple(seen.loads[row].tolist()), tuple(seen.temperatures_c[row].tolist()),
            tuple(seen.voltages_v[row].tolist()), tuple(seen.sample_age_ns[row].tolist()),
            PoseTarget(*seen.end_effector[row].tolist()),
        )
        for row in range(len(seen.t_ns))
    ]  # fmt: skip


def _actions(episode: Episode) -> list[Action]:
    done = episode.actions
    return [
        Action(
            int(done.t_ns[row]), int(done.tick[row]), int(done.sequence[row]), done.source[row],
            None if np.isnan(done.requested[row]).any() else PoseTarget(*done.requested[row].tolist()),
            None if np.isnan(done.requested_rad[row]).any() else tuple(done.requested_rad[row].tolist()),
            tuple(done.applied_rad[row].tolist()), done.limits[row], float(done.speed_scale[row]),
        )
        for row in range(len(done.t_ns))
    ]  # fmt: skip


def _inputs(episode: Episode) -> list[Input]:
    given = episode.inputs
    return [
        Input(
            int(given.t_ns[row]), int(given.sequence[row]), int(given.client_us[row]),
            int(given.offset_ns[row]), int(given.offset_error_ns[row]), given.device[row],
            bool(given.hold_to_run[row]), bool(given.stick[row]), PoseTarget(*given.pose[row].tolist()),
            given.seen_camera[row], _known(given.seen_frame_id[row]), _known(given.seen_error_frames[row]),
            _known(given.seen_error_ns[row]),
        )
        for row in range(len(given.t_ns))
    ]  # fmt: skip


def _known(value: np.int64) -> int | None:
    return None if value < 0 else int(value)


def _pictures(shown: Pictures) -> list[Picture]:
    return [
        Picture(
            shown.camera, int(shown.frame_id[row]), int(shown.capture_ns[row]), int(shown.encoded_ns[row]),
            bool(shown.keyframe[row]), shown.annex_b[row], int(shown.encode_begun_ns[row]),
        )
        for row in range(len(shown.annex_b))
    ]  # fmt: skip


def with_pictures(episode: Episode, camera: str, **changes: object) -> Episode:
    """The episode with other fields in one camera's pictures."""
    changed = replace(episode.pictures[camera], **changes)
    return replace(episode, pictures=episode.pictures | {camera: changed})
