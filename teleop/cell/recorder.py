"""The recorder: turns what happens during a turn into an episode, without ever waiting for the disk."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import structlog

from robot_bridge.wire.state import ArmState
from teleop.cell import handling
from teleop.cell.streams import EncodedPicture
from teleop.episodes.format import (
    Command,
    Event,
    Header,
    Input,
    Message,
    Network,
    Picture,
    Sent,
    Sighting,
    Verdict,
)
from teleop.episodes.ticks import SentSetpoint, Tick
from teleop.episodes.writer import EpisodeFailed, EpisodeOverflow, EpisodeWriter
from teleop.metrics import CellMetrics

__all__ = ["Recorder", "RecorderStatus", "SentSetpoint", "SentSetpoints", "sent_picture"]

KEPT_SETPOINTS = 512
GIVEN_A_COUNT = 64
LOST_A_LOG = 256
RecorderStatus = Literal["idle", "recording", "failed"]
Value = str | int | float | bool | None
_log = structlog.get_logger()


class SentSetpoints:
    """The last setpoints by their sequence number on the bridge's wire."""

    def __init__(self) -> None:
        """Remembers 512 of them: five seconds at the highest rate."""
        self._sent: OrderedDict[int, SentSetpoint] = OrderedDict()

    def add(self, sequence: int, setpoint: SentSetpoint) -> None:
        """Remembers one."""
        self._sent[sequence] = setpoint
        if len(self._sent) > KEPT_SETPOINTS:
            self._sent.popitem(last=False)

    def find(self, sequence: int) -> SentSetpoint | None:
        """The setpoint with this sequence number, if it is not forgotten."""
        return self._sent.get(sequence)


class Recorder:
    """At most one episode at a time; outside of one every call does nothing."""

    def __init__(
        self,
        directory: Path,
        setpoints: SentSetpoints,
        metrics: CellMetrics,
        begin_pictures: Callable[[], None],
    ) -> None:
        """`begin_pictures` makes the cameras' next pictures keyframes."""
        self._directory, self._setpoints, self._metrics = directory, setpoints, metrics
        self._begin_pictures = begin_pictures
        self._writer: EpisodeWriter | None = None
        self._has_keyframe: set[str] = set()
        self._joints = 0
        self._arm_was: tuple[Value, ...] | None = None
        self._handling = handling.Handling()
        self._given = 0
        self.failed = False

    @property
    def status(self) -> RecorderStatus:
        """For the operator's page."""
        if self.failed or (self._writer is not None and self._writer.failed):
            return "failed"
        return "idle" if self._writer is None else "recording"

    @property
    def waiting(self) -> int:
        """How many messages wait to be written."""
        return 0 if self._writer is None else self._writer.waiting

    def begin(self, header: Header) -> bool:
        """Begins an episode; False when it is there already. What the disk refuses shows as `failed`."""
        self._has_keyframe.clear()
        self._joints, self._arm_was = len(header.joint_names), None
        self._handling = handling.Handling()
        try:
            self._writer = EpisodeWriter(self._directory / f"{header.episode_id}.mcap", header)
        except OSError as error:
            self._fail(str(error))
            return False
        self.failed = False
        self._begin_pictures()
        return True

    def take_state(self, state: ArmState) -> None:
        """Records one tick of the arm: what was measured, what was asked, what was done.

        A tick whose joints could not be measured (the bus is lost) shows as an event only.
        """
        if self._writer is None:
            return
        self._note_change(state)
        if len(state.joints) != self._joints or len(state.applied_rad) != self._joints:
            return
        sent = self._setpoints.find(state.applied_sequence) if state.requested_rad is not None else None
        self._put(Tick(state, sent), 2)
        self._handling, notes = handling.step(self._handling, state, state.now_ns)
        for one in notes:
            self._put(Event(state.now_ns, one.kind, one.data))

    def take_picture(self, camera: str, picture: EncodedPicture) -> None:
        """Records one encoded picture of full quality; a camera's first in an episode is a keyframe."""
        if self._writer is None or not picture.recorded:
            return
        if not (picture.keyframe or camera in self._has_keyframe):
            return
        self._has_keyframe.add(camera)
        self._put(
            Picture(
                camera,
                picture.frame_id,
                picture.capture_ns,
                picture.encoded_ns,
                picture.keyframe,
                picture.data,
                picture.encode_begun_ns,
            )
        )

    def take_sent(self, camera: str, picture: EncodedPicture, now_ns: int) -> None:
        """Records that the player was sent a picture, its last packet now."""
        if self._writer is not None:
            self._put(sent_picture(camera, picture, now_ns))

    def take_input(self, accepted: Input) -> None:
        """Records one accepted message of the player."""
        self._put(accepted)

    def take_command(self, sent: Command) -> None:
        """Records one setpoint as it left for the bridge."""
        self._put(sent)

    def take_network(self, seen: Network) -> None:
        """Records what the player's link is like."""
        self._put(seen)

    def take_sighting(self, seen: Sighting) -> None:
        """Records what the referee saw in one picture."""
        self._put(seen)

    def note(self, t_ns: int, kind: str, **data: Value) -> None:
        """Records that something happened."""
        self._handling = handling.hear(self._handling, kind)
        self._put(Event(t_ns, kind, data))

    async def finish(self, verdict: Verdict | None) -> Path | None:
        """Ends the recording; the journal, which the disk keeps, or None when there is none that is whole."""
        writer, self._writer = self._writer, None
        if writer is None:
            return None
        self._count()
        try:
            return await asyncio.to_thread(writer.finish, verdict)
        except EpisodeFailed as error:
            self._fail(str(error))
            return None

    def _note_change(self, state: ArmState) -> None:
        arm = (state.mode, state.cause, state.stop_id, state.bus_ok)
        if arm != self._arm_was:
            self._arm_was = arm
            mode, cause, stop_id, bus_ok = arm
            self.note(state.now_ns, "arm", mode=mode, cause=cause, stop_id=stop_id, bus_ok=bus_ok)

    def _put(self, message: Message | Tick, count: int = 1) -> None:
        """Hands over what becomes so many messages of the file."""
        if self._writer is None:
            return
        try:
            self._writer.put(message)
        except EpisodeOverflow as error:
            self._metrics.refusals.labels(wire="recorder", reason="overflow").inc()
            if self._writer.lost % LOST_A_LOG == 1:
                _log.error("recorder_overflow", error=str(error))
        except EpisodeFailed as error:
            self._writer = None
            self._fail(str(error))
        else:
            self._given += count
            if self._given >= GIVEN_A_COUNT:
                self._count()

    def _count(self) -> None:
        self._metrics.recorded.inc(self._given)
        self._given = 0

    def _fail(self, error: str) -> None:
        self.failed = True
        self._metrics.recorder_failures.inc()
        _log.error("recorder_failed", error=error)


def sent_picture(camera: str, picture: EncodedPicture, now_ns: int) -> Sent:
    """A picture as the player was sent it; encoded at once where it is unknown when that began."""
    begun_ns = picture.encoded_ns if picture.encode_begun_ns is None else picture.encode_begun_ns
    return Sent(
        t_ns=now_ns,
        camera=camera,
        frame_id=picture.frame_id,
        capture_ns=picture.capture_ns,
        encode_begun_ns=begun_ns,
        encoded_ns=picture.encoded_ns,
        width=picture.size.width,
        height=picture.size.height,
        bytes=len(picture.data),
        keyframe=picture.keyframe,
        codec=picture.codec,
    )
