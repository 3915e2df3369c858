"""Annotations over HTTP: proposed, saved under a name, reviewed by another, refused with words, erased."""

from pathlib import Path

import pytest
from synthetic_turns import makers, recorded

from teleop.episodes.format import Event
from teleop.hub.annotating import Annotating
from teleop.lineage.erasure import EPISODE_SUFFIXES

S = 1_000_000_000
ADDRESS = "/api/episodes/e-1/annotations"


@pytest.fixture
def folder(config):
    """The hub's episodes: one with a grasp, one without, one that cannot be read."""
    folder = Path(config.episodes_dir)
    start = makers().START_NS
    grasp = Event(start + 700_000_000, "grasp", {"grasp": 1, "since_ns": start + 600_000_000})
    about = {"puzzle_id": "sort_colours"}
    recorded(folder, "p-a", about, episode_id="e-1", seconds=1.0, cameras=("overview",), extra=[grasp])
    recorded(folder, "p-a", {"puzzle_version": 99}, episode_id="e-2", seconds=0.3, cameras=("overview",))
    (folder / "e-bad.mcap").write_bytes(b"no episode")
    return folder


async def researcher(place, name=""):
    """A researcher's browser, signed in when a name is given."""
    browser = await place.browser()
    if name:
        await browser.sign_in(name, consent=False)
    await browser.take_role(place.hub.keys.researcher_token)
    return browser


def wish(shown, **changes):
    """A save of what the page shows."""
    segments = shown["revisions"][-1]["segments"] if shown["revisions"] else shown["proposal"]
    return {
        "based_on": len(shown["revisions"]),
        "review": False,
        "begun_from": "revision" if shown["revisions"] else "proposal",
        "proposal_version": shown["proposal_version"],
        "segments": segments,
        **changes,
    }


def moved(segments, by_ns):
    """The first border somewhere else."""
    first, second, *rest = segments
    border = first["end_ns"] + by_ns
    return [{**first, "end_ns": border}, {**second, "start_ns": border}, *rest]


async def test_a_puzzle_that_is_not_at_hand_has_no_names(folder, place):
    browser = await researcher(place)
    shown = (await browser.http.get("/api/episodes/e-2/annotations")).json()
    assert [one["phrase"]["en"] for one in shown["pieces"]] == ["a piece", "the red"]


async def test_a_proposal_comes_with_all_that_editing_needs(folder, place):
    browser = await researcher(place)
    shown = (await browser.http.get(ADDRESS)).json()
    assert [one["label"] for one in shown["proposal"]] == ["reach", "carry", "miss"]
    assert shown["proposal"][-1]["end_ns"] == shown["length_ns"]
    assert shown["pieces"][0] == {"id": "", "phrase": {"en": "a piece", "zh": "一个方块"}}
    assert {"id": "red", "phrase": {"en": "the red cube", "zh": "红色方块"}} in shown["pieces"]
    assert {"id": "near_left", "phrase": {"en": "the near left", "zh": "左前"}} in shown["slots"]
    assert (shown["revisions"], shown["agreement"], shown["can_save"]) == ([], None, False)
    assert len(shown["frames_ns"]) > 20 and {one["label"] for one in shown["labels"]} >= {"grasp", "miss"}
    tracks = (await browser.http.get("/api/episodes/e-1/tracks")).json()
    assert tracks["grasp_s"] == 0.6 and tracks["t_s"]


async def test_saving_needs_a_name(folder, place):
    browser = await researcher(place)
    shown = (await browser.http.get(ADDRESS)).json()
    answer = await browser.http.post(ADDRESS, json=wish(shown))
    assert (answer.status_code, answer.json()["reason"]) == (409, "author_unknown")


async def test_one_saves_another_reviews_and_the_figures_follow(folder, place):
    ann, bob = await researcher(place, "Ann"), await researcher(place, "Bob")
    shown = (await ann.http.get(ADDRESS)).json()
    saved = (await ann.http.post(ADDRESS, json=wish(shown))).json()
    assert [(one["kind"], one["author"], one["mine"]) for one in saved["revisions"]] == [
        ("edited", "Ann", True)
    ]
    late = await bob.http.post(ADDRESS, json=wish(shown))
    assert (late.status_code, late.json()["reason"]) == (409, "annotation_conflict")
    assert "meanwhile" in late.json()["text"]["en"]
    own = await ann.http.post(ADDRESS, json=wish(saved, review=True))
    assert (own.status_code, own.json()["reason"]) == (409, "own_review")
    other = moved(shown["proposal"], 50_000_000)
    review = wish(saved, review=True, begun_from="proposal", segments=other)
    reviewed = (await bob.http.post(ADDRESS, json=review)).json()
    assert [(one["kind"], one["author"], one["mine"]) for one in reviewed["revisions"]] == [
        ("edited", "Ann", False), ("corrected", "Bob", True),
    ]  # fmt: skip
    assert (reviewed["agreement"]["border_s"], reviewed["agreement"]["episodes"]) == (0.025, 1)
    whole = (await ann.http.get("/api/annotations")).json()
    assert (whole["episodes"], whole["annotated"], whole["reviewed"]) == (2, 1, 1)
    assert whole["all"] == whole["blind"] == reviewed["agreement"]
    assert (await ann.http.get("/api/annotations")).json() == whole
    body = {"facets": [{"facet": "annotation", "values": ["corrected"]}]}
    chosen = (await ann.http.post("/api/search", json=body)).json()
    assert [card["episode_id"] for card in chosen["cards"]] == [saved["episode_id"]]
    assert chosen["figures"]["agreement"] == reviewed["agreement"]
    assert (chosen["figures"]["annotated"], chosen["figures"]["reviewed"]) == (1, 1)
    none = (await ann.http.get("/api/annotations", params={"puzzle_id": "tower"})).json()
    assert (none["episodes"], none["annotated"], none["all"]["kappa"]) == (1, 0, None)


async def test_what_does_not_fit_is_refused_with_words(folder, place):
    browser = await researcher(place, "Ann")
    shown = (await browser.http.get(ADDRESS)).json()
    short = await browser.http.post(ADDRESS, json=wish(shown, segments=shown["proposal"][:1]))
    assert (short.status_code, short.json()["reason"]) == (400, "bad_segments")
    assert "from the episode's start to its end" in short.json()["text"]["en"]
    dance = [{**shown["proposal"][0], "label": "dance"}]
    assert (await browser.http.post(ADDRESS, json=wish(shown, segments=dance))).status_code == 400
    many = wish(shown, segments=shown["proposal"] * 400)
    assert (await browser.http.post(ADDRESS, json=many)).json()["reason"] == "out_of_bounds"
    for path in ("e-none", "e-bad"):
        answer = await browser.http.post(f"/api/episodes/{path}/annotations", json=wish(shown))
        assert answer.status_code == (404 if path == "e-none" else 422)
        answer = await browser.http.get(f"/api/episodes/{path}/tracks")
        assert answer.status_code == (404 if path == "e-none" else 422)
    assert (await browser.http.get("/api/episodes/e-bad/annotations")).json()["reason"] == "damaged_episode"


async def test_a_file_that_was_tampered_with_is_named_and_not_used(folder, place):
    browser = await researcher(place, "Ann")
    shown = (await browser.http.get(ADDRESS)).json()
    assert (await browser.http.post(ADDRESS, json=wish(shown))).status_code == 200
    path = folder / "e-1.annotations.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":7'))
    for answer in (await browser.http.get(ADDRESS), await browser.http.post(ADDRESS, json=wish(shown))):
        assert (answer.status_code, answer.json()["reason"]) == (422, "damaged_annotations")
    assert (await browser.http.get("/api/annotations")).json()["annotated"] == 0


async def test_an_episode_erased_while_it_is_annotated_leaves_nothing(folder, place, monkeypatch):
    browser = await researcher(place, "Ann")
    shown = (await browser.http.get(ADDRESS)).json()

    def erased_before(path):
        for suffix in EPISODE_SUFFIXES:
            (folder / f"{path.stem}{suffix}").unlink(missing_ok=True)
        return ()

    monkeypatch.setattr("teleop.hub.annotating.read_revisions", erased_before)
    assert (await browser.http.post(ADDRESS, json=wish(shown))).status_code == 404
    assert not list(folder.glob("e-1*"))


async def test_what_was_read_is_kept_within_bounds(folder, monkeypatch):
    annotating = Annotating(folder)
    first, second = folder / "e-1.mcap", folder / "e-2.mcap"
    kept = await annotating.evidence(first)
    assert await annotating.evidence(first) is kept
    assert (await annotating.of_set(("e-1", "e-2"))).annotated == 0
    monkeypatch.setattr("teleop.hub.annotating.MAX_KEPT", 1)
    await annotating.evidence(second)
    assert await annotating.evidence(first) is not kept
    assert (await annotating.of_set(("e-1",))).annotated == 0
