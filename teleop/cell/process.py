"""The cell process: its parts put together, and the loops that keep them going."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import structlog

from game.puzzle import Puzzle, load_puzzles
from robot_bridge.arms import load_arm
from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire.frames import CameraCalibration, read_calibration
from teleop.cell.arm_view import view_of
from teleop.cell.bridge_client import BridgeClient
from teleop.cell.broadcast import PLAYER_HZ, StateBroadcast, cell_status, thumbnail
from teleop.cell.cameras import Camera
from teleop.cell.config import CellConfig
from teleop.cell.driving import TICK_S, Driving
from teleop.cell.durable import Durable
from teleop.cell.hub_link import HubLink
from teleop.cell.link_notes import network
from teleop.cell.metrics_http import MetricsServer
from teleop.cell.orders import Orders
from teleop.cell.provenance import Provenance, file_sha256, software_version
from teleop.cell.puzzle_info import puzzle_info
from teleop.cell.rate_control import RateControl
from teleop.cell.reception import Describe, Reception
from teleop.cell.recorder import Recorder, SentSetpoints
from teleop.cell.referee_loop import RefereeLoop
from teleop.cell.signing import Signing
from teleop.cell.streams import EncodedPicture
from teleop.cell.turn_keeper import Parts, TurnKeeper
from teleop.cell.visitor import Ear, Visitor
from teleop.cell.visitors import Visitors
from teleop.episodes.recovery import recover
from teleop.metrics import CellMetrics
from teleop.wire.cell_to_hub import Answer, Register
from teleop.wire.hub_to_cell import Lease, Offer, Order, Revoke, ToCell
from teleop.wire.player_out import Bilingual

OWN_SOCKET = "cell.sock"
STATUS_S = 0.5
THUMBNAIL_S = 1.0
CALIBRATION_WAIT_S = 30.0
_log = structlog.get_logger()


class Cell:
    """One cell; `run` lives until SIGTERM or SIGINT."""

    def __init__(self, config: CellConfig, calibrations: tuple[CameraCalibration, ...]) -> None:
        """Builds all parts; raises InvalidTable when the arm or a puzzle does not exist."""
        self._config, self._calibrations, self._metrics = config, calibrations, CellMetrics()
        self._puzzles = _puzzles(config.cell.puzzles)
        self._infos = {name: puzzle_info(puzzle) for name, puzzle in self._puzzles.items()}
        self._view = view_of(load_arm(config.arm.arm))
        self._durable = Durable(Path(config.cell.state_dir))
        self._cameras = {one.name: Camera(one.name, one.ring, self._metrics) for one in config.cameras}
        bridge_socket = Path(config.cell.bridge_socket)
        self._bridge = BridgeClient(bridge_socket, bridge_socket.with_name(OWN_SOCKET), self._metrics)
        self._hub = HubLink(
            config.cell.hub_url,
            Path(config.cell.token_file),
            self._durable,
            self._metrics,
            self._registration,
        )
        self._setpoints = SentSetpoints()
        self._recorder = Recorder(
            Path(config.cell.episodes_dir), self._setpoints, self._metrics, self._begin_pictures
        )
        self._driving = Driving(self._view, self._bridge, self._recorder, self._setpoints, self._metrics)
        self._referee = RefereeLoop(self._cameras[config.referee_camera.name], self._metrics)
        self._orders = Orders(self._bridge)
        self._signing = Signing(config)
        self._turns = TurnKeeper(self._parts())
        self._reception = Reception(
            self._turns, self._driving, self._orders, self._referee, self._describe(), self._metrics
        )
        streams = [camera.stream for camera in self._cameras.values()]
        ear = Ear(self._metrics, self._reception.take)
        self._visitors = Visitors(streams, ear, self._metrics, self._turns.leave, config.cell.stun_urls)
        self._rates = RateControl(tuple(self._cameras.values()), self._metrics)
        self._broadcast = StateBroadcast(self._bridge, self._visitors, self._setpoints, self._metrics)
        self._metrics_server = MetricsServer(self._metrics.registry, lambda: self._bridge.report)
        self._tasks: set[asyncio.Task[None]] = set()
        self._wire_up()

    async def run(self) -> None:
        """Runs until a signal asks to stop; a turn under way ends with its result in the outbox."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        port = await self._metrics_server.start(self._config.cell.metrics_port)
        _log.info("cell_up", cell=self._config.cell.id, metrics_port=port)
        await self._recover_episodes()
        await self._turns.report_interrupted(Path(self._config.cell.episodes_dir))
        for camera in self._cameras.values():
            camera.start()
        loops: tuple[Coroutine[None, None, None], ...] = (
            self._bridge.run(),
            self._hub.run(),
            self._referee.run(),
            self._signing.run(),
            self._drive(),
            self._show_state(),
            self._show_status(),
            self._show_thumbnails(),
        )
        # What lives as long as the process is not looked through again: that stalled commands by 50 ms.
        gc.collect()
        gc.freeze()
        running = [asyncio.create_task(one) for one in loops]
        stop = asyncio.create_task(stopping.wait())
        done, _ = await asyncio.wait([*running, stop], return_when=asyncio.FIRST_COMPLETED)
        await self._turns.shut_down()
        for task in [*running, stop]:
            task.cancel()
        await asyncio.wait([*running, stop])
        await self._close()
        for task in done - {stop}:
            task.result()

    async def _recover_episodes(self) -> None:
        """Seals what a killed cell left behind, so that nothing recorded is lost silently."""
        for found in await asyncio.to_thread(recover, Path(self._config.cell.episodes_dir)):
            _log.warning("episode_recovered", part=found.part.name, kept=found.kept, note=found.note)

    async def _close(self) -> None:
        await self._visitors.close_all()
        for camera in self._cameras.values():
            await camera.close()
        await self._metrics_server.close()
        _log.info("cell_down")

    def _parts(self) -> Parts:
        config = self._config
        calibration_sha256 = file_sha256(Path(config.arm.calibration))
        referee_camera = [camera.referee for camera in config.cameras].index(True)
        return Parts(
            self._driving,
            self._recorder,
            self._referee,
            self._durable,
            self._hub,
            Provenance(config, calibration_sha256, software_version(), self._view, self._calibrations),
            self._puzzles,
            self._calibrations[referee_camera],
            config.cell.stage_command,
            self._metrics,
            config.cell.unrecorded,
        )

    def _describe(self) -> Describe:
        return Describe(self._config, self._view, self._calibrations, self._infos)

    def _wire_up(self) -> None:
        self._reception.visitors = self._visitors
        self._reception.ticket_key = lambda: self._hub.ticket_key
        self._turns.on_begin = self._begin_turn
        self._turns.on_sealed = self._tell_status
        self._driving.camera_capture_ns = self._camera_capture_ns
        self._referee.on_news = self._visitors.tell_all
        self._orders.on_order = self._note_order
        self._visitors.on_sent = self._take_sent
        self._hub.on_message = self._take_from_hub
        self._bridge.listen(self._driving.take_arm)
        self._bridge.listen(self._recorder.take_state)
        for camera in self._cameras.values():
            camera.listen(self._picture_taker(camera.name))

    def _picture_taker(self, camera: str) -> Callable[[EncodedPicture], None]:
        age = self._metrics.picture_age.labels(camera=camera)

        def take(picture: EncodedPicture) -> None:
            age.observe((time.monotonic_ns() - picture.capture_ns) / 1e9)
            self._recorder.take_picture(camera, picture)

        return take

    def _take_sent(self, visitor: Visitor, camera: str, picture: EncodedPicture, now_ns: int) -> None:
        if visitor is self._driving.player:
            self._recorder.take_sent(camera, picture, now_ns)

    def _note_order(self, kind: str, stop_id: str) -> None:
        self._recorder.note(time.monotonic_ns(), kind, stop_id=stop_id)

    def _note_link(self, now_ns: int) -> None:
        player = self._driving.player
        for drives, peer in self._visitors.links(player):
            if drives and player is not None:
                link, signs = self._rates.look_at(peer)
                self._recorder.take_network(network(player.clock, link, signs, self._rates.quality, now_ns))

    def _begin_pictures(self) -> None:
        for camera in self._cameras.values():
            camera.begin_recording()

    def _camera_capture_ns(self) -> int | None:
        newest = self._cameras[self._config.referee_camera.name].newest
        return None if newest is None else newest.capture_ns

    def _begin_turn(self) -> None:
        self._note_link(time.monotonic_ns())
        if self._driving.player is not None:
            self._reception.welcome(self._driving.player)

    def _registration(self) -> Register:
        cell = self._config.cell
        return Register(
            version=1,
            cell_id=cell.id,
            name=Bilingual(en=cell.name_en, zh=cell.name_zh),
            software=software_version()[:64],
            arm=self._view.name,
            joints=self._view.limits,
            cameras=tuple(self._cameras),
            puzzles=tuple(self._infos.values()),
            source=cell.source,
            lease_epoch=self._durable.lease_epoch,
            running_turn=self._turns.turn_id,
        )

    def _take_from_hub(self, message: ToCell) -> None:
        match message:
            case Lease():
                self._spawn(self._turns.take_lease(message))
            case Revoke():
                self._turns.revoke(message.turn_id)
            case Offer():
                self._spawn(self._answer(message))
            case Order():
                self._spawn(self._obey(message))
            case _:
                pass  # registration and acknowledgements end in the link

    async def _answer(self, offer: Offer) -> None:
        answer = Answer(version=1, session=offer.session, sdp="", refused="internal")
        try:
            answer = await self._visitors.answer(offer)
        finally:
            self._hub.reply(answer)

    async def _obey(self, order: Order) -> None:
        self._hub.reply(await self._orders.carry_out(order))

    async def _drive(self) -> None:
        while True:
            await self._broadcast.keep_time(TICK_S)
            self._driving.tick()
            now_ns = time.monotonic_ns()
            self._turns.tick(now_ns)
            self._visitors.close_overdue(now_ns)
            self._rates.tick(self._visitors.links(self._driving.player), now_ns)
            recording = self._recorder.status == "recording"
            for camera in self._cameras.values():
                camera.recording = camera.recording and recording

    async def _show_state(self) -> None:
        while True:
            await self._broadcast.keep_time(1 / PLAYER_HZ)
            self._broadcast.send(self._driving.move_id, self._driving.slowed)

    def _tell_status(self) -> None:
        now_ns = time.monotonic_ns()
        self._hub.show(
            cell_status(
                self._bridge.last_state,
                self._bridge.state(now_ns) is not None,
                self._turns.turn_id,
                self._visitors.watching,
                all(camera.fresh(now_ns) for camera in self._cameras.values()),
                self._recorder.status,
            )
        )

    async def _show_status(self) -> None:
        while True:
            self._tell_status()
            self._metrics.recorder_waiting.set(self._recorder.waiting)
            self._note_link(time.monotonic_ns())
            await asyncio.sleep(STATUS_S)

    async def _show_thumbnails(self) -> None:
        camera = self._cameras[self._config.referee_camera.name]
        while True:
            await asyncio.sleep(THUMBNAIL_S)
            frame = camera.newest
            if frame is not None and self._hub.connected:
                self._hub.show(await asyncio.to_thread(thumbnail, frame, *camera.size))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forgets a piece of work; what broke it is told, and breaks nothing else."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("work_failed", error=repr(error), exc_info=error)


def _puzzles(names: tuple[str, ...]) -> dict[str, Puzzle]:
    known = load_puzzles()
    missing = [name for name in names if name not in known]
    if missing:
        raise InvalidTable(f"there is no puzzle named {missing[0]!r}; known: {', '.join(sorted(known))}")
    return {name: known[name] for name in names}


def wait_for_calibrations(config: CellConfig) -> tuple[CameraCalibration, ...]:
    """Reads every camera's calibration in track order, waiting for cameras that have just been started.

    Raises InvalidTable when one does not appear within 30 s, msgspec.MsgspecError when it is not one.
    """
    deadline_s = time.monotonic() + CALIBRATION_WAIT_S
    for camera in config.cameras:
        while not Path(camera.calibration).exists():
            if time.monotonic() > deadline_s:
                raise InvalidTable(f"camera {camera.name}: there is no {camera.calibration}")
            time.sleep(0.05)
    return tuple(read_calibration(Path(camera.calibration)) for camera in config.cameras)
