"""For researchers: what the arm does in which stretch of an episode, saved, reviewed and compared."""

from pathlib import Path

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from teleop.annotation.prompts import ANY_PIECE, ANY_SLOT, LABEL_INFOS, PROMPT_VERSION, phrase
from teleop.annotation.proposal import PROPOSAL_VERSION
from teleop.annotation.revisions import NotSaved, Revision
from teleop.annotation.store import AnnotationsBroken
from teleop.hub.access import Access
from teleop.hub.annotating import agreement_of
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.hub.api.research import EPISODE, allowed_file
from teleop.hub.episode_index import EpisodeFault
from teleop.hub.hub import Hub
from teleop.wire.annotation_in import SaveAnnotation
from teleop.wire.annotation_out import Annotations, AnnotationSet, SavedRevision, Thing, Tracks

MAX_ANNOTATION_BYTES = 512 * 1024
STATUS = {"bad_segments": 400, "annotation_conflict": 409, "nothing_changed": 409}


@get(f"{EPISODE}/annotations", opt={"access": Access.RESEARCHER, "refuses": (422,)})
async def annotations(request: HubRequest, episode_id: FromPath[str]) -> Annotations:
    """An episode's proposed segments and every saved revision."""
    path = await allowed_file(request, episode_id)
    try:
        history = await hub_of(request).annotating.history(path)
    except AnnotationsBroken as error:
        raise Refusal(422, "damaged_annotations", str(error)) from error
    return await _answer(request, path, history)


@post(
    f"{EPISODE}/annotations",
    status_code=200,
    opt={"access": Access.RESEARCHER, "rate": "annotate", "refuses": (409, 422)},
    request_max_body_size=MAX_ANNOTATION_BYTES,
)
async def save_annotation(
    request: HubRequest, episode_id: FromPath[str], data: JSONBody[SaveAnnotation]
) -> Annotations:
    """Saves a new revision, or a review of the newest one; refused when another was saved meanwhile."""
    hub, author = hub_of(request), request.user.caller.account_id
    path = await allowed_file(request, episode_id)
    if author is None:
        raise Refusal(409, "author_unknown")
    try:
        history = await hub.annotating.save(path, data, author, hub.clocks.utc_ns())
    except NotSaved as refused:
        status = STATUS.get(refused.reason, 409)
        detail = refused.detail if refused.reason == "bad_segments" else ""
        raise Refusal(status, refused.reason, detail) from refused
    except AnnotationsBroken as error:
        raise Refusal(422, "damaged_annotations", str(error)) from error
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault
    except FileNotFoundError as error:
        raise Refusal(404, "not_found") from error
    return await _answer(request, path, history)


@get("/api/annotations", opt={"access": Access.RESEARCHER})
async def annotation_set(request: HubRequest, puzzle_id: FromQuery[str | None] = None) -> AnnotationSet:
    """How much of all episodes, or of one puzzle's, is annotated, and how far people agree."""
    hub = hub_of(request)
    cards = await hub.episodes.cards()
    return await hub.annotating.of_set(
        tuple(card.episode_id for card in cards if puzzle_id is None or card.puzzle_id == puzzle_id)
    )


@get(f"{EPISODE}/tracks", opt={"access": Access.EPISODE, "refuses": (422,)})
async def tracks(request: HubRequest, episode_id: FromPath[str]) -> Tracks:
    """What the player saw when, which limits acted, and where motion and grasping begin."""
    path = await allowed_file(request, episode_id)
    try:
        return (await hub_of(request).annotating.evidence(path))[0].tracks
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault


async def _answer(request: HubRequest, path: Path, history: tuple[Revision, ...]) -> Annotations:
    hub, asking = hub_of(request), request.user.caller.account_id
    try:
        evidence, things = await hub.annotating.evidence(path)
    except EpisodeFault as fault:
        raise Refusal(422, "damaged_episode", str(fault)) from fault
    names = things.names
    return Annotations(
        episode_id=path.stem,
        length_ns=evidence.length_ns,
        proposal_version=PROPOSAL_VERSION,
        prompt_version=PROMPT_VERSION,
        proposal=evidence.proposal,
        revisions=await _shown(hub, history, asking),
        labels=LABEL_INFOS,
        pieces=tuple(Thing(one, phrase(one, names, ANY_PIECE)) for one in ("", *things.pieces)),
        slots=tuple(Thing(one, phrase(one, names, ANY_SLOT)) for one in ("", *things.slots)),
        frames_ns=evidence.frames_ns,
        agreement=agreement_of(history),
        can_save=asking is not None,
    )


async def _shown(hub: Hub, history: tuple[Revision, ...], asking: str | None) -> tuple[SavedRevision, ...]:
    """Revisions with the names that their authors go by; an account that is gone by its id."""
    people = {one.author: await hub.people.person(one.author) for one in history}
    names = {author: author if person is None else person.name for author, person in people.items()}
    return tuple(
        SavedRevision(
            number=one.number,
            kind=one.kind,
            author=names[one.author],
            mine=one.author == asking,
            saved_utc_ns=one.saved_utc_ns,
            begun_from=one.begun_from,
            proposal_version=one.proposal_version,
            prompt_version=one.prompt_version,
            segments=one.segments,
        )
        for one in history
    )
