"""A whole cell on its real wires: a browser made of aiortc, a hub and a bridge that are doubles."""

import asyncio
import os
import re
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci
from cell_neighbours import POSE, TOKEN, BridgeDouble, HubDouble, lease, until
from evidence import rows

from robot_bridge.arms import load_arm, nominal_calibration, write_calibration
from robot_bridge.wire.commands import Enable, Hold, PoseTarget, Setpoint, Stop
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.frames import write_calibration as write_camera
from teleop.episodes.loading import Episode, open_episode
from teleop.wire.cell_to_hub import Answer, CellStatus, OrderDone, Thumbnail, TurnResult
from teleop.wire.hub_to_cell import Offer, Order, ResultKept, Revoke
from teleop.wire.player_in import Control, EndTurn, Hello, Ping, PoseVelocity, SeenFrame, StopPressed
from teleop.wire.player_out import ControlOut, EventOut, KeepOutBox, Pong, Refused, State, TurnOver, Welcome

pytestmark = pytest.mark.system
STILL = PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass
class World:
    """A running cell with everything around it."""

    folder: Path
    hub: HubDouble
    bridge: BridgeDouble
    process: asyncio.subprocess.Process
    metrics_port: int
    offers: int = 0

    def refusals(self, wire: str) -> dict[str, float]:
        """Counted refusals of one wire, by reason."""
        found = {}
        for line in self.metrics.splitlines():
            if line.startswith("armcade_cell_refusals_total{") and f'wire="{wire}"' in line:
                found[line.split('reason="')[1].split('"')[0]] = float(line.rsplit(" ", 1)[1])
        return found

    def told(self, name: str) -> float:
        """One figure of the cell's; 0 for one that it has not told of yet."""
        found = [line for line in self.metrics.splitlines() if line.startswith(f"armcade_cell_{name} ")]
        return float(found[0].rsplit(" ", 1)[1]) if found else 0.0

    @property
    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            return answer.read().decode()


@dataclass
class Page:
    """One connected page with what it has heard."""

    browser: object
    epoch: int = 1
    states: list[State] = field(default_factory=list)
    pongs: list[tuple[Pong, int]] = field(default_factory=list)
    events: list[object] = field(default_factory=list)
    sequence: int = 0
    pose: PoseTarget = POSE
    stick: bool = False
    hold_to_run: bool = True
    seen: SeenFrame | None = None

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def control(self, **fields) -> Control:
        self.sequence += 1
        message = Control(
            version=1,
            lease_epoch=self.epoch,
            sequence=self.sequence,
            client_us=time.monotonic_ns() // 1000,
            echo_ns=self.states[-1].now_ns if self.states else 0,
            hold_to_run=self.hold_to_run,
            stick=self.stick,
            device="keyboard",
            pose=self.pose,
            velocity=STILL,
            seen=self.seen,
        )
        return msgspec.structs.replace(message, **fields)

    def say(self, message, channel: str = "events") -> None:
        self.browser.say(channel, message)

    async def listen(self) -> None:
        async def states() -> None:
            while True:
                message = msgspec.msgpack.decode(
                    await self.browser.received["control"].get(), type=ControlOut
                )
                if isinstance(message, State):
                    self.states.append(message)
                else:
                    self.pongs.append((message, time.monotonic_ns() // 1000))

        async def events() -> None:
            while True:
                self.events.append(
                    msgspec.msgpack.decode(await self.browser.received["events"].get(), type=EventOut)
                )

        await asyncio.gather(states(), events())

    async def play(self) -> None:
        """Pings ten times a second and sends controls sixty times a second until cancelled."""
        beat = 0
        while True:
            if beat % 6 == 0:
                pong, at_us = self.pongs[-1] if self.pongs else (None, 0)
                cell_ns = 0 if pong is None else pong.cell_ns
                self.say(Ping(1, time.monotonic_ns() // 1000, cell_ns, at_us), "control")
            if self.states:
                self.say(self.control(), "control")
            beat += 1
            await asyncio.sleep(1 / 60)


def write_config(folder: Path, rings: list[str], ports: tuple[int, int], stage: str) -> Path:
    """A cell.toml with everything in one folder."""
    (folder / "token").write_text(TOKEN + "\n")
    model = load_arm("so101")
    write_calibration(folder / "so101.json", model, nominal_calibration(model))
    cameras = ""
    for name, ring, referee in (("overview", rings[0], "true"), ("wrist", rings[1], "false")):
        looking_down = (0.0, -1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
        calibration = CameraCalibration(
            1, name, 160, 120, 150.0, 150.0, 80.0, 60.0, looking_down, (0.0, 0.2, 0.6)
        )
        write_camera(folder / f"{name}.json", calibration)
        cameras += (
            f'[[cameras]]\nname = "{name}"\nring = "{ring}"\n'
            f'calibration = "{folder}/{name}.json"\nreferee = {referee}\n'
        )
    path = folder / "cell.toml"
    path.write_text(
        f"""[cell]
id = "test"
name_en = "Test cell"
name_zh = "测试"
hub_url = "ws://127.0.0.1:{ports[0]}/api/cell"
token_file = "{folder}/token"
bridge_socket = "{folder}/bridge.sock"
episodes_dir = "{folder}/episodes"
state_dir = "{folder}/state"
metrics_port = {ports[1]}
source = "sim"
grasp_model = "assisted"
puzzles = ["tower"]
stage_command = {stage}
{cameras}
[bridge]
arm = "so101"
calibration = "{folder}/so101.json"
[[bridge.keep_out]]
name = "mast"
x_m = [0.1, 0.2]
y_m = [-0.1, 0.1]
z_m = [0.0, 0.3]
"""
    )
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def running(tmp_path: Path, rings: list[str], stage: str = "[]") -> AsyncIterator[World]:
    """A cell process among its doubles, registered with the hub."""
    hub, bridge = HubDouble(), BridgeDouble(tmp_path / "bridge.sock")
    async with hub.serving():
        metrics_port = free_port()
        config = write_config(tmp_path, rings, (hub.port, metrics_port), stage)
        task = asyncio.create_task(bridge.run())
        process = await start(config)
        try:
            world = World(tmp_path, hub, bridge, process, metrics_port)
            await until(lambda: hub.of(CellStatus), "registration and status", 30)
            yield world
        finally:
            if world.process.returncode is None:
                world.process.terminate()
                assert await asyncio.wait_for(world.process.wait(), 15) == 0
            task.cancel()
            bridge.close()


async def start(config: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "teleop.cell", "--config", str(config), cwd=Path(__file__).parents[3]
    )


@asynccontextmanager
async def connected(world: World, make_browser, ticket: str, cameras: int = 2) -> AsyncIterator[Page]:
    """A page that was answered and has said Hello."""
    browser = make_browser(cameras)
    world.offers += 1
    session = f"session-{world.offers}"
    await world.hub.tell(Offer(version=1, session=session, sdp=await browser.offer()))
    await until(lambda: [one for one in world.hub.of(Answer) if one.session == session], "answer")
    answer = next(one for one in world.hub.of(Answer) if one.session == session)
    assert answer.sdp, answer.refused
    await browser.take(answer.sdp)
    async with asyncio.timeout(15):
        await browser.opened()
    page = Page(browser)
    listening = asyncio.create_task(page.listen())
    page.say(Hello(version=1, ticket=ticket, language="en", agent="test"))
    try:
        yield page
    finally:
        listening.cancel()
        await browser.close()


@pytest.fixture
def rings(synthetic_camera) -> list[str]:
    return [synthetic_camera().name, synthetic_camera().name]


def every_clock_joins(episode: Episode) -> None:
    """From input to bus, and from capture to screen, no moment comes before the one that it follows."""
    inputs, commands, actions = episode.inputs, episode.commands, episode.actions
    arrived = dict(zip(inputs.sequence.tolist(), inputs.received_ns.tolist(), strict=True))
    judged = dict(zip(inputs.sequence.tolist(), inputs.t_ns.tolist(), strict=True))
    assert arrived and all(0 < arrived[number] <= judged[number] for number in arrived)
    left = dict(zip(commands.sequence.tolist(), commands.t_ns.tolist(), strict=True))
    rests = list(zip(commands.input_sequence.tolist(), commands.t_ns.tolist(), strict=True))
    assert [number for number, t_ns in rests if number in judged and t_ns >= judged[number]]
    assert not [number for number, t_ns in rests if number in judged and t_ns < judged[number]]
    assert set(left) & set(actions.command.tolist())
    assert (inputs.echo_ns[inputs.echo_ns > 0] <= inputs.received_ns[inputs.echo_ns > 0]).all()
    for camera, shown in episode.pictures.items():
        sent = episode.sent[camera]
        assert set(sent.frame_id.tolist()) & set(shown.frame_id.tolist())
        assert (shown.capture_ns <= shown.encode_begun_ns).all()
        assert (shown.encode_begun_ns <= shown.encoded_ns).all()
        assert (sent.encoded_ns <= sent.t_ns).all() and (sent.width > 0).all()
    assert len(episode.network.t_ns) and (episode.network.share > 0).all()


async def test_a_turn_from_lease_to_kept_result(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        assert world.hub.headers == [f"Bearer {TOKEN}"]
        await until(lambda: world.hub.of(Thumbnail), "thumbnail")
        assert world.hub.of(Thumbnail)[0].jpeg[:2] == b"\xff\xd8"
        await world.hub.tell(lease())
        async with connected(world, browser, world.hub.ticket()) as page:
            await until(lambda: page.of(Welcome), "welcome")
            welcome = page.of(Welcome)[0]
            assert (welcome.role, welcome.lease_epoch, welcome.track_order) == (
                "player",
                1,
                ("overview", "wrist"),
            )
            assert welcome.keep_out == (KeepOutBox((0.1, 0.2), (-0.1, 0.1), (0.0, 0.3)),)
            playing = asyncio.create_task(page.play())
            await until(lambda: world.bridge.of(Enable), "enable")
            await until(lambda: len(page.of(Welcome)) == 2, "the turn's clock runs")
            assert page.of(Welcome)[1].turn_ends_ns is not None
            await until(lambda: page.pongs and page.pongs[-1][0].rtp_origins[0] is not None, "pictures")
            rtp = await page.browser.picture_time(0)
            page.seen = SeenFrame("overview", rtp, rtp, rtp, 1, 1)
            page.pose = PoseTarget(0.23, 0.02, 0.12, -1.5, 0.0, 0.5)
            sent = page.sequence
            await until(lambda: page.pose in [c.target for c in world.bridge.of(Setpoint)], "own setpoint")
            await until(lambda: page.states and page.states[-1].applied_sequence > sent, "applied sequence")
            page.seen = None
            page.say(EndTurn(version=1, lease_epoch=1))
            await until(lambda: page.of(TurnOver), "turn over")
            await until(lambda: world.hub.of(TurnResult), "result")
            playing.cancel()
        result = world.hub.of(TurnResult)[0]
        assert not result.solved and result.episode_id == page.of(TurnOver)[0].episode_id
        episode = tmp_path / "episodes" / f"{result.episode_id}.mcap"
        assert episode.stat().st_size == result.episode_bytes
        seeing = [row for row in rows(episode, "/input") if row["seen_camera"] == "overview"]
        assert seeing and None not in [row["seen_frame_id"] for row in seeing]
        assert {(row["seen_error_frames"], row["seen_error_ns"]) for row in seeing} == {(0, 0)}
        every_clock_joins(open_episode(episode))
        await until(lambda: world.bridge.of(Hold), "hold")
        assert world.bridge.of(Hold)[-1].reason in ("turn_over", "link_lost")
        assert list((tmp_path / "state" / "outbox").iterdir())
        await world.hub.tell(ResultKept(version=1, turn_id="turn-1"))
        await until(lambda: not list((tmp_path / "state" / "outbox").iterdir()), "empty outbox")


async def test_any_visitor_can_stop_and_only_the_named_stop_can_be_reset(tmp_path, rings, browser):
    async with (
        running(tmp_path, rings) as world,
        connected(world, browser, world.hub.ticket("viewer"), cameras=1) as page,
    ):
        await until(lambda: page.of(Welcome), "welcome")
        assert page.of(Welcome)[0].role == "viewer"
        page.say(StopPressed(version=1, stop_id="stop-7", reason="because"))
        await until(lambda: world.bridge.of(Stop), "stop")
        await until(lambda: page.states and page.states[-1].stop_id == "stop-7", "latched state")
        for number, stop_id in enumerate(("stop-6", "stop-7")):
            await world.hub.tell(Order(1, f"order-{number}", "reset", stop_id, "op", ""))
        await until(lambda: len(world.hub.of(OrderDone)) == 2, "both answers")
        assert [
            (one.order_id, one.done) for one in sorted(world.hub.of(OrderDone), key=lambda o: o.order_id)
        ] == [
            ("order-0", False),
            ("order-1", True),
        ]
        assert world.bridge.mode == "idle"


async def test_bad_input_is_refused_with_a_reason_and_moves_nothing(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        await world.hub.tell(lease())
        async with (
            connected(world, browser, world.hub.ticket()) as page,
            connected(world, browser, world.hub.ticket("viewer"), cameras=1) as watcher,
        ):
            await until(lambda: page.of(Welcome) and watcher.of(Welcome) and watcher.states, "welcome")
            good = msgspec.msgpack.encode(page.control())
            nan = msgspec.msgpack.encode(
                {**msgspec.to_builtins(page.control()), "pose": {"type": "pose", "x_m": float("nan")}}
            )
            unknown = msgspec.msgpack.encode({**msgspec.to_builtins(page.control()), "extra": 1})
            for bad in (b"", b"\xc1", os.urandom(60), good[:-3], nan, unknown, bytes(3000)):
                page.say(bad, "control")
            page.say(b"\x81\xa4type\xa3bad")
            page.say(page.control(lease_epoch=9), "control")
            page.say(page.control(), "control")
            watcher.say(watcher.control(), "control")
            page.browser.control.send("text")
            page.say(page.control(sequence=1), "control")
            await until(lambda: world.refusals("control").get("old_sequence"), "refusals")
            found = world.refusals("control")
            assert found["malformed"] == 6 and found["too_large"] == 1 and found["not_binary"] == 1
            assert found["wrong_epoch"] == 1 and found["not_the_player"] == 1 and found["clock_unknown"] == 1
            assert world.refusals("events")["malformed"] == 1
            for _ in range(400):
                page.say(page.control(), "control")
            await until(lambda: world.refusals("control").get("too_many"), "flood refused")
            world.bridge.send(b"\xc1")
            await world.hub.tell(b"\xc1")
            await until(lambda: world.refusals("bridge") and world.refusals("hub"), "other wires")
            assert not world.bridge.of(Setpoint) and not world.bridge.of(Enable)


async def test_a_small_link_and_a_browser_that_is_no_more_are_noticed(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        opened_half = browser(1)
        await world.hub.tell(Offer(version=1, session="half", sdp=await opened_half.offer()))
        async with connected(world, browser, world.hub.ticket("viewer"), cameras=1) as page:
            await page.browser.picture()
            link = page.browser.connection.getReceivers()[0].transport
            ssrc = int(re.findall(r"a=ssrc:(\d+)", page.browser.connection.remoteDescription.sdp)[0])
            small = pack_remb_fci(100_000, [ssrc])
            while world.told("picture_share") == 1.0:
                await link._send_rtp(
                    bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=small))
                )
                await asyncio.sleep(0.1)
            assert world.told('away_total{role="viewer"}') == 0.0
            for protocol in link.transport._connection._protocols:
                protocol.transport.abort()
            await until(lambda: world.told('away_total{role="viewer"}') == 1.0, "a silent browser noticed")
        await until(lambda: world.told('peers{role="unknown"}') == 0.0, "the half-open one let go", 15)


@pytest.mark.parametrize(
    ("role", "fields", "reason"),
    [
        ("player", {"epoch": 4}, "not_your_turn"),
        ("viewer", {"cell": "other"}, "ticket_wrong_cell"),
        ("viewer", {"valid_s": -1}, "ticket_expired"),
    ],
)
async def test_a_visitor_without_the_right_is_told_and_shown_out(
    tmp_path, rings, browser, role, fields, reason
):
    async with running(tmp_path, rings) as world:
        await world.hub.tell(lease())
        ticket = world.hub.ticket(role, **fields)
        async with connected(world, browser, ticket, cameras=0) as page:
            await until(lambda: page.of(Refused), "refusal")
            assert page.of(Refused)[0].reason == reason and not page.of(Welcome)


async def test_a_turn_goes_on_without_the_hub_and_its_result_comes_later(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        await world.hub.tell(lease())
        port = world.hub.port
        async with connected(world, browser, world.hub.ticket()) as page:
            playing = asyncio.create_task(page.play())
            await until(lambda: len(page.of(Welcome)) == 2, "playing")
            await world.hub.drop()
            count = len(world.bridge.of(Setpoint))
            await until(lambda: len(world.bridge.of(Setpoint)) > count + 60, "driving goes on")
            page.say(EndTurn(version=1, lease_epoch=1))
            await until(lambda: page.of(TurnOver), "turn over")
            playing.cancel()
        assert not world.hub.of(TurnResult)
        async with world.hub.serving(port):
            await until(lambda: world.hub.of(TurnResult), "result after the hub is back")
        assert world.hub.registers[-1].lease_epoch == 1


async def test_a_killed_cell_reports_its_turn_and_fences_old_leases(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        await world.hub.tell(lease(5))
        async with connected(world, browser, world.hub.ticket(epoch=5)) as page:
            page.epoch = 5
            playing = asyncio.create_task(page.play())
            await until(lambda: len(page.of(Welcome)) == 2, "playing")
            world.process.send_signal(signal.SIGKILL)
            await world.process.wait()
            playing.cancel()
        world.process = await start(tmp_path / "cell.toml")
        await until(lambda: world.hub.of(TurnResult), "result of the interrupted turn", 30)
        assert world.hub.of(TurnResult)[0].turn_id == "turn-5" and not world.hub.of(TurnResult)[0].solved
        assert world.hub.registers[-1].lease_epoch == 5 and world.hub.registers[-1].running_turn is None
        await world.hub.tell(lease(4))
        await until(lambda: world.refusals("hub").get("old_epoch"), "old lease refused")
        await world.hub.tell(lease(6))
        await until(lambda: world.hub.of(CellStatus)[-1].turn_id == "turn-6", "new lease taken")
        await world.hub.tell(Revoke(version=1, turn_id="turn-6", reason="done"))
        await until(lambda: world.hub.of(TurnResult)[-1].turn_id == "turn-6", "revoked turn's result")


async def test_staging_that_fails_ends_the_turn(tmp_path, rings, browser):
    async with running(tmp_path, rings, stage='["false", "{layout}"]') as world:
        await world.hub.tell(lease())
        async with connected(world, browser, world.hub.ticket()) as page:
            playing = asyncio.create_task(page.play())
            await until(lambda: page.of(TurnOver), "turn over")
            playing.cancel()
        assert page.of(TurnOver)[0].episode_id is None


async def test_silence_and_lost_hold_to_run_stop_the_arm(tmp_path, rings, browser):
    async with running(tmp_path, rings) as world:
        await world.hub.tell(lease())
        async with connected(world, browser, world.hub.ticket()) as page:
            playing = asyncio.create_task(page.play())
            await until(lambda: len(page.of(Welcome)) == 2, "playing")
            for _ in range(20):  # on a busy machine this page itself may fall silent first
                page.hold_to_run = False
                await until(lambda: world.bridge.mode == "hold", "hold")
                found = world.bridge.cause
                page.hold_to_run = True
                await until(lambda: world.bridge.mode == "play", "play again")
                if found == "hold_to_run_lost":
                    break
            assert found == "hold_to_run_lost"
            playing.cancel()
            await until(lambda: world.bridge.mode == "hold", "hold by silence")
            assert world.bridge.cause == "link_lost"
