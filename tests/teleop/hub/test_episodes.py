"""Episodes: who may see which, plots, video with ranges, and downloads that are the file itself."""

import asyncio
import io
import os
from fractions import Fraction
from pathlib import Path

import av
import episode_headers
import numpy as np
import pytest

from robot_bridge.wire.commands import PoseTarget
from teleop.episodes.format import Action, Observation, Picture, Verdict
from teleop.episodes.opening import HubRefused, open_episode
from teleop.episodes.writer import EpisodeWriter
from teleop.hub.episode_files import EpisodeFiles
from teleop.hub.episode_index import EpisodeFault
from teleop.wire.hub_to_cell import Lease
from teleop.wire.player_out import Bilingual

POSE = PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5)
START_NS = 10**9


def write_episode(folder: Path, episode_id: str, solved: bool = True, started_utc_ns: int = 10**18) -> Path:
    """A sealed episode of one joint, one camera and twenty ticks."""
    size = 64
    header = episode_headers.header(
        episode_id,
        joint_names=("shoulder_pan",),
        cameras=(episode_headers.calibration("overview", (size, size), 80.0),),
        puzzle_version=3,
        puzzle_title=Bilingual("The tower", "高塔"),
        pseudonym="p-abc",
        started_utc_ns=started_utc_ns,
        started_ns=START_NS,
    )
    path = folder / f"{episode_id}.mcap"
    writer = EpisodeWriter(path, header)
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.width = codec.height = size
    codec.pix_fmt, codec.time_base = "yuv420p", Fraction(1, 90_000)
    codec.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "repeat-headers=1"}
    for tick in range(20):
        t_ns = START_NS + tick * 33_000_000
        writer.put(
            Observation(
                t_ns, tick, "play", "none", (0.1 * tick,), (0.0,), (0.0,), (30.0,), (7.0,), (0,), POSE
            )
        )
        writer.put(Action(t_ns, tick, tick, "player", POSE, (0.1,), (0.1,), (), 1.0))
        picture = av.VideoFrame.from_ndarray(
            np.full((size * 3 // 2, size), 5 * tick, np.uint8), format="yuv420p"
        )
        picture.pts = tick * 3000
        data = b"".join(bytes(packet) for packet in codec.encode(picture))
        writer.put(Picture("overview", tick, t_ns, t_ns, tick == 0, data))
    reason = Bilingual("Solved.", "完成。")
    writer.close(Verdict(START_NS + 700_000_000, solved, reason, 10, 1, 0.7, 1, "1"))
    return path


@pytest.fixture
def folder(config):
    """The hub's episodes: two good ones and a damaged one."""
    folder = Path(config.episodes_dir)
    write_episode(folder, "e-1", started_utc_ns=10**18)
    write_episode(folder, "e-2", solved=False, started_utc_ns=2 * 10**18)
    (folder / "e-bad.mcap").write_bytes(b"no episode")
    return folder


async def researcher(place):
    browser = await place.browser()
    await browser.take_role(place.hub.keys.researcher_token)
    return browser


async def test_researchers_list_and_plot(folder, place):
    browser = await researcher(place)
    cards = (await browser.http.get("/api/episodes")).json()
    assert [card["episode_id"] for card in cards] == ["e-2", "e-1"]
    assert cards[1]["bytes"] == (folder / "e-1.mcap").stat().st_size
    assert len(cards[1]["sha256"]) == 64 and cards[1]["cameras"] == ["overview"]
    assert (cards[1]["pseudonym"], cards[1]["solved"]) == ("p-abc", True)
    solved = (await browser.http.get("/api/episodes", params={"solved": "true", "puzzle_id": "tower"})).json()
    assert [card["episode_id"] for card in solved] == ["e-1"]
    assert (await browser.http.get("/api/episodes", params={"puzzle_id": "swap"})).json() == []
    assert (await browser.http.get("/api/episodes/e-2")).json() == cards[0]
    plots = (await browser.http.get("/api/episodes/e-1/series")).json()
    assert plots["joint_names"] == ["shoulder_pan"] and len(plots["t_s"]) == 20


async def test_researchers_search(folder, place):
    browser = await researcher(place)
    told = (await browser.http.post("/api/search", json={"facets": []})).json()
    assert [card["episode_id"] for card in told["cards"]] == ["e-2", "e-1"]
    assert (told["all"], told["unread"], told["figures"]["pictures"]) == (2, 0, 40)
    body = {"facets": [{"facet": "verdict", "values": ["solved"]}], "order": "oldest"}
    told = (await browser.http.post("/api/search", json=body)).json()
    assert [card["episode_id"] for card in told["cards"]] == ["e-1"]
    card = told["cards"][0]
    assert (card["cell_id"], card["judged"], card["day"]) == ("home", "solved", "2001-09-09")
    assert (card["rules"], card["round_trip_s"], card["pictures"]) == ("tower 3 / 1", None, 20)
    verdicts = next(one for one in told["facets"] if one["facet"] == "verdict")["values"]
    assert {one["value"]: one["count"] for one in verdicts} == {"solved": 1, "not_solved": 1}
    for wrong in ({"since": "yesterday"}, {"page": 0}):
        assert (await browser.http.post("/api/search", json={"facets": [], **wrong})).status_code == 400
    for wrong in ([{"facet": "name", "values": ["x"]}], [{"facet": "puzzle", "values": []}]):
        assert (await browser.http.post("/api/search", json={"facets": wrong})).status_code == 400


async def test_the_video_is_decodable_whole_and_in_ranges(folder, place):
    browser = await researcher(place)
    whole = await browser.http.get("/api/episodes/e-1/video/overview.mp4")
    assert whole.status_code == 200 and whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    with av.open(io.BytesIO(whole.content)) as video:
        assert len(list(video.decode(video=0))) == 20
    part = await browser.http.get("/api/episodes/e-1/video/overview.mp4", headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert part.headers["content-range"] == f"bytes 4-11/{len(whole.content)}"
    beyond = await browser.http.get(
        "/api/episodes/e-1/video/overview.mp4", headers={"Range": "bytes=9999999-"}
    )
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


async def test_the_download_is_the_file(folder, place):
    browser = await researcher(place)
    data = (folder / "e-1.mcap").read_bytes()
    whole = await browser.http.get("/api/episodes/e-1/download")
    assert whole.content == data and 'filename="e-1.mcap"' in whole.headers["content-disposition"]
    tail = await browser.http.get("/api/episodes/e-1/download", headers={"Range": "bytes=-100"})
    assert (tail.status_code, tail.content) == (206, data[-100:])


async def test_the_reader_opens_it_by_its_address(folder, place):
    expected = open_episode(write_episode(folder, "e1"))
    found = await asyncio.to_thread(
        open_episode, f"{place.base}/api/episodes/e1", place.hub.keys.researcher_token
    )
    assert found.header == expected.header
    assert np.array_equal(found.observations.positions_rad, expected.observations.positions_rad)
    with pytest.raises(HubRefused) as refused:
        await asyncio.to_thread(open_episode, f"{place.base}/api/episodes/e1", "x" * 40)
    assert refused.value.status == 403


@pytest.mark.parametrize("name", ["e-none", "..", "e-1.mcap", "%2e%2e%2fhub", "x" * 65])
async def test_what_is_no_episode_is_not_found(folder, place, name):
    browser = await researcher(place)
    for what in ("", "/series", "/download", "/video/overview.mp4"):
        answer = await browser.http.get(f"/api/episodes/{name}{what}")
        assert answer.status_code == 404


async def test_damaged_episodes_are_named_as_such(folder, place):
    browser = await researcher(place)
    for path in ("e-bad", "e-bad/series", "e-bad/video/overview.mp4", "e-1/video/elbow.mp4"):
        answer = await browser.http.get(f"/api/episodes/{path}")
        assert (answer.status_code, answer.json()["reason"]) == (422, "damaged_episode"), path
        assert str(folder) not in answer.text
    assert (await browser.http.get("/api/episodes/e-1/video/overview.webm")).status_code == 404


async def test_players_see_the_episodes_of_their_own_turns_only(folder, place, make):
    cell = await place.cell()
    player, other = await place.player("mine"), await place.player("other")
    await player.join()
    lease = await cell.next(Lease)
    await cell.send(make.result(lease.turn_id, "home", lease.epoch, episode_id="e-1"))
    await player.hear("result")
    for what in ("", "/series", "/download", "/video/overview.mp4"):
        assert (await player.http.get(f"/api/episodes/e-1{what}")).status_code == 200
        assert (await other.http.get(f"/api/episodes/e-1{what}")).status_code == 403
        assert (await player.http.get(f"/api/episodes/e-2{what}")).status_code == 403
    assert (await player.http.get("/api/episodes")).status_code == 403


async def test_videos_are_kept_within_their_bound(folder, monkeypatch):
    episodes = EpisodeFiles(folder)
    path = episodes.path("e-1")
    first = await episodes.video(path, "overview")
    assert await episodes.video(path, "overview") is first
    monkeypatch.setattr("teleop.hub.episode_files.MAX_KEPT_VIDEO_BYTES", 1)
    second = await episodes.video(episodes.path("e-2"), "overview")
    assert await episodes.video(episodes.path("e-2"), "overview") is second
    assert await episodes.video(path, "overview") is not first


async def test_the_video_of_an_erased_episode_is_kept_no_more(folder):
    episodes, path = EpisodeFiles(folder), folder / "e-1.mcap"
    await episodes.video(path, "overview")
    facts = path.stat()
    path.unlink()
    await episodes.forget_gone()
    path.write_bytes(b"another")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(EpisodeFault):
        await episodes.video(path, "overview")


async def test_an_erased_episode_leaves_the_index_without_being_asked_for(folder, place, make):
    browser = await researcher(place)
    assert (await browser.http.post("/api/search", json={"facets": []})).json()["all"] == 2
    index = Path(place.hub.config.database).with_name("episodes.index")
    assert b"turn-e-1" in index.read_bytes()
    (folder / "e-1.mcap").unlink()
    tidying = asyncio.create_task(place.hub.episodes.run())
    await make.until(lambda: b"turn-e-1" not in index.read_bytes())
    tidying.cancel()


async def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert await EpisodeFiles(tmp_path / "none").cards() == ()
