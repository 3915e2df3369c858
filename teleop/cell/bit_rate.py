"""How many bits a link may be sent, and how good the shared pictures can be.

Pure. A link's rate falls as soon as its queue grows or stays, its browser's estimate falls or a tenth is
lost, and rises while none of that happens: fast where the link is unknown, slowly near the rate that failed
last and where less is sent than may be. A browser's estimate (REMB) is heeded when it falls; while it rises
it follows what is sent, by 8 % a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, log

from teleop.cell import pulse
from teleop.cell.feedback import Feedback
from teleop.cell.quality import FULL, Quality

START_BIT_S = 1_800_000.0
FLOOR_BIT_S = 150_000.0
# Where pictures and their repairs take more than this for each camera, pictures pay for the repairs.
MOST_BIT_S = 3_300_000.0
LATE_S = 0.08
STANDING_S = 0.025
OVERDUE_BLOCKED = 4
OVERDUE_AFTER_A_FALL = 5
OVERDUE_LATE = 3
# One picture less costs little, and what is not sent into a queue that has just begun need not leave it.
OVERDUE_DOUBTED = 1
DOUBTED_S = 0.055
MOST_DOUBTED_NS = 300_000_000
# Where answers take their time anyway, one that does says nothing.
STEADY_S = 0.025
# Those are for a link that loses hardly anything (one of two hundred). Where more is lost, so many more must
# be overdue that chance does it as seldom.
HARDLY_LOST = 0.005
MOST_LOST = 0.2
MUCH_LOST = 0.1
AGAIN_NS = 1_500_000_000
SHARE_OF_ESTIMATE = 0.85
FALL = 0.8
FALL_STANDING = 0.92
# For a link that does not answer any more: a keyframe of 1.4 kB, which leaves a queue of 500 kbit/s in 25 ms.
GLIMPSE_BIT_S = 75_000.0
GLIMPSE_AFTER_NS = 80_000_000
GLIMPSE_AGAIN_NS = 300_000_000
DRAINING = -0.1
STEEPEST = 20.0
FALL_AGAIN_NS = 250_000_000
FALL_AGAIN_ROUND_TRIPS = 2
HOLD_NS = 500_000_000
RISE_A_SECOND = 4.0
RISE_NEAR_A_SECOND = 1.18
NEAR = 0.9
FASTER_BEYOND = 2.0
USED = 0.4
RISE_UNUSED_A_SECOND = 2.0
# On longer ways a queue is noticed later, so the rate must rise more slowly.
RISE_ROUND_TRIP_S = 0.1
LONGEST_STEP_S = 0.2
# What packets add to a picture: IP, UDP, SRTP and RTP with extensions, on some 1200 bytes.
HEADERS = 1.06
# Watchers alone never take the picture's size from each other.
WATCHERS_SHARE = 0.3
# A coarse full-size picture shows an edge better than a clean small one, and keeps its size when repairs of a
# lossy link take half of what it carries.
SIZES = ((4, 1, 0.28), (3, 1, 0.16), (2, 1, 0.08), (2, 2, 0.0))
RETURN = 1.6
PLENTY = 2.5
REST_NS = 1_000_000_000
LONGEST_REST_NS = 8_000_000_000
TRIED_NS = 10_000_000_000
LEVEL = 1.15
LEVELS_KEPT_NS = 200_000_000
FULL_AGAIN = 0.99


@dataclass(frozen=True, slots=True)
class Signs:
    """What a link shows now.

    `late_s` is how much longer than on an empty link its last questions took at least, `newest_late_s` the
    last, `growth` by how many seconds a second that grew over them, `standing_s` how much longer even the
    quickest of the last ones took, `round_trip_s` an empty link's; `overdue` is how many are not answered
    that should be. `loss` is the last second's. `sent_bit_s` is what really left for the link, `wire_factor`
    how many times the pictures that is, with repairs; `unanswered` is which share of the questions is lost on
    the way, `usual_late_s` how much longer than on an empty link they take in the mean. None is unknown.
    """

    late_s: float = 0.0
    newest_late_s: float = 0.0
    growth: float = 0.0
    round_trip_s: float = 0.0
    overdue: int = 0
    loss: float | None = None
    remb_bit_s: int | None = None
    sent_bit_s: float = 0.0
    wire_factor: float = 1.0
    standing_s: float = 0.0
    unanswered: float = 0.0
    usual_late_s: float = 0.0


def read(answers: pulse.PulseState, feedback: Sequence[Feedback], wire_factor: float, now_ns: int) -> Signs:
    """What a connection shows: its pulse, and what its browser says about each camera's pictures."""
    losses = [one.lost_lately for one in feedback if one.lost_lately is not None]
    estimates = [one.remb_bit_s for one in feedback if one.remb_bit_s is not None]
    return Signs(
        late_s=pulse.late_ns(answers) / 1e9,
        newest_late_s=pulse.newest_late_ns(answers) / 1e9,
        growth=pulse.growth(answers),
        round_trip_s=(answers.least_ns or 0) / 1e9,
        overdue=pulse.overdue(answers, now_ns),
        loss=max(losses, default=None),
        remb_bit_s=min(estimates, default=None),
        wire_factor=wire_factor,
        standing_s=pulse.standing_ns(answers) / 1e9,
        unanswered=answers.lost,
        usual_late_s=answers.usual_late_ns / 1e9,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """What one link may be sent; `blocked` means nothing until its queue is empty again.

    `failed_bit_s` is what it seemed to carry when it failed last, `offered_bit_s` what it was sent then.
    `doubt_ns` is since when it may be full: no picture is made for it until that is known. `glimpse_ns` is
    when a blocked link is given its next single picture.
    """

    bit_s: float = START_BIT_S
    now_ns: int | None = None
    blocked: bool = False
    fell_ns: int | None = None
    failed_bit_s: float | None = None
    offered_bit_s: float = 0.0
    remb_bit_s: int | None = None
    glimpse_ns: int = 0
    doubt_ns: int | None = None


def step(link: Link, signs: Signs, top_bit_s: float, now_ns: int) -> Link:
    """The link's rate from now on; it stays between the floor and `top_bit_s`, unless the link is blocked."""
    link = replace(link, doubt_ns=_doubted_ns(link, signs, now_ns))
    overdue = OVERDUE_AFTER_A_FALL if _shows(link, signs, now_ns) else OVERDUE_BLOCKED
    blocked = signs.overdue >= beyond_chance(overdue, signs.unanswered) or (link.blocked and _queued(signs))
    if blocked:
        moved = _blocked(link, signs, now_ns)
    elif link.blocked and link.failed_bit_s is not None:
        moved = replace(link, bit_s=FALL * link.failed_bit_s)
    elif _estimate_fell(link, signs) or _fails(link, signs, now_ns):
        moved = _fallen(link, signs, _estimate_fell(link, signs), now_ns)
    else:
        moved = _risen(link, signs, now_ns)
    bit_s = GLIMPSE_BIT_S if blocked else max(FLOOR_BIT_S, min(moved.bit_s, top_bit_s))
    return replace(moved, bit_s=bit_s, now_ns=now_ns, blocked=blocked, remb_bit_s=signs.remb_bit_s)


def beyond_chance(overdue: int, lost: float) -> int:
    """How many questions a link that loses this share must leave open to mean as much as `overdue`."""
    if lost <= HARDLY_LOST:
        return overdue
    return ceil(overdue * log(HARDLY_LOST) / log(min(MOST_LOST, lost)))


def _doubted_ns(link: Link, signs: Signs, now_ns: int) -> int | None:
    overdue = beyond_chance(OVERDUE_DOUBTED, signs.unanswered)
    if signs.newest_late_s <= DOUBTED_S and signs.overdue < overdue:
        return None
    if link.doubt_ns is None:
        return now_ns if signs.usual_late_s < STEADY_S else None
    return link.doubt_ns


def _fails(link: Link, signs: Signs, now_ns: int) -> bool:
    """Whether a queue or loss asks for a fall, and the last fall has had the time to show."""
    rested = link.fell_ns is None or now_ns - link.fell_ns >= AGAIN_NS
    if rested and (_lost(signs) or signs.standing_s > STANDING_S):
        return True
    return _queued(signs) and signs.growth > DRAINING and not _shows(link, signs, now_ns)


def _shows(link: Link, signs: Signs, now_ns: int) -> bool:
    """Whether the link fell so lately that what it shows is from before that."""
    seen_ns = FALL_AGAIN_NS + round(1e9 * FALL_AGAIN_ROUND_TRIPS * signs.round_trip_s)
    return link.fell_ns is not None and now_ns - link.fell_ns < seen_ns


def doubted(link: Link, now_ns: int) -> bool:
    """Whether a link may be full, though that is not known yet: no picture is made for it, for a while."""
    return not link.blocked and link.doubt_ns is not None and now_ns - link.doubt_ns < MOST_DOUBTED_NS


def top_bit_s(full_bit_s: float, cameras: int, wire_factor: float) -> float:
    """The most that a viewer is ever sent: pictures of full quality and their repairs, within reason."""
    pictures_bit_s = full_bit_s * HEADERS
    return min(pictures_bit_s * wire_factor, max(pictures_bit_s, MOST_BIT_S * cameras))


def share_of_full(links: Sequence[tuple[bool, float]], full_bit_s: float) -> float:
    """Which share of the full bit rate is sent; a link is (whether its viewer drives, bits it may be sent).

    The player's link decides for all: others that carry less lose pictures of their own. While nobody drives,
    the weakest link decides, but never below the share at which pictures would have to become smaller.
    """
    drivers = [bit_s for drives, bit_s in links if drives]
    if drivers:
        return min(1.0, min(drivers) / HEADERS / full_bit_s)
    least_bit_s = min((bit_s for _, bit_s in links), default=full_bit_s * HEADERS)
    return min(1.0, max(WATCHERS_SHARE, least_bit_s / HEADERS / full_bit_s))


@dataclass(frozen=True, slots=True)
class Shown:
    """The quality that is shown, which of SIZES it is, and when that and the bits changed last.

    `rest_ns` is how long a size is kept at least before a better one is tried, `rose_ns` when one was.
    """

    quality: Quality = FULL
    size: int = 0
    sized_ns: int | None = None
    levelled_ns: int | None = None
    rose_ns: int | None = None
    rest_ns: int = REST_NS


def show(shown: Shown, share: float, now_ns: int) -> Shown:
    """The quality for a share of the full bit rate: worse at once, better after a rest and with a margin."""
    size = _size(shown, share, now_ns)
    quarters, every, _ = SIZES[size]
    if size == 0 and (share >= FULL_AGAIN or (shown.quality == FULL and share > 1 / LEVEL)):
        wanted = FULL
    else:
        wanted = Quality(quarters, every, min(share, FULL_AGAIN))
    if not _changes(shown, wanted, now_ns):
        return shown
    if size == shown.size:
        return replace(shown, quality=wanted, levelled_ns=now_ns)
    return _resized(replace(shown, quality=wanted, levelled_ns=now_ns), size, now_ns)


def _resized(shown: Shown, size: int, now_ns: int) -> Shown:
    """A better size that did not last is tried again only after a longer rest."""
    if size < shown.size:
        return replace(shown, size=size, sized_ns=now_ns, rose_ns=now_ns)
    in_vain = shown.rose_ns is not None and now_ns - shown.rose_ns < TRIED_NS
    rest_ns = min(LONGEST_REST_NS, 2 * shown.rest_ns) if in_vain else REST_NS
    return replace(shown, size=size, sized_ns=now_ns, rest_ns=rest_ns)


def _changes(shown: Shown, wanted: Quality, now_ns: int) -> bool:
    """Bits fall when they fall by a twentieth, and rise when they rise by a level, not too often."""
    old = shown.quality
    if (old.quarters, old.every) != (wanted.quarters, wanted.every):
        return True
    if wanted.share < old.share * 0.95:
        return True
    rested = shown.levelled_ns is None or now_ns - shown.levelled_ns >= LEVELS_KEPT_NS
    return rested and (wanted.share >= old.share * LEVEL or (wanted == FULL and old != FULL))


def _size(shown: Shown, share: float, now_ns: int) -> int:
    size = shown.size
    while share < SIZES[size][2]:
        size += 1
    kept_ns = shown.rest_ns if shown.sized_ns is None else now_ns - shown.sized_ns
    while size > 0:
        least = SIZES[size - 1][2]
        tried = kept_ns >= shown.rest_ns and share >= RETURN * least
        if not (tried or (kept_ns >= REST_NS and share >= min(FULL_AGAIN, PLENTY * least))):
            break
        size -= 1
    return size


def _queued(signs: Signs) -> bool:
    return signs.late_s > LATE_S or signs.overdue >= beyond_chance(OVERDUE_LATE, signs.unanswered)


def _lost(signs: Signs) -> bool:
    return signs.loss is not None and signs.loss > MUCH_LOST


def _estimate_fell(link: Link, signs: Signs) -> bool:
    """Whether the browser has just seen its queue grow: only then does its estimate fall."""
    if signs.remb_bit_s is None or link.remb_bit_s is None:
        return False
    return signs.remb_bit_s < 0.97 * link.remb_bit_s and SHARE_OF_ESTIMATE * signs.remb_bit_s < link.bit_s


def _fallen(link: Link, signs: Signs, estimate_fell: bool, now_ns: int) -> Link:
    offered_bit_s = _offered(link, signs)
    failed_bit_s = _carried(offered_bit_s, signs)
    stays = not _queued(signs) and not _lost(signs)
    bit_s = min(link.bit_s, (FALL_STANDING if stays else FALL) * failed_bit_s)
    if estimate_fell and signs.remb_bit_s is not None:
        bit_s = min(link.bit_s, SHARE_OF_ESTIMATE * signs.remb_bit_s)
        failed_bit_s = max(bit_s, min(failed_bit_s, float(signs.remb_bit_s)))
    return replace(link, bit_s=bit_s, fell_ns=now_ns, failed_bit_s=failed_bit_s, offered_bit_s=offered_bit_s)


def _blocked(link: Link, signs: Signs, now_ns: int) -> Link:
    """Hardly anything is sent; late answers to what was asked before still tell how fast the queue grew."""
    of_the_last = link.blocked or _shows(link, signs, now_ns)
    offered_bit_s = link.offered_bit_s if of_the_last else _offered(link, signs)
    known_bit_s = link.failed_bit_s if of_the_last and link.failed_bit_s is not None else offered_bit_s
    failed_bit_s = min(known_bit_s, _carried(offered_bit_s, signs))
    since_ns = now_ns if link.doubt_ns is None else link.doubt_ns
    glimpse_ns = link.glimpse_ns if link.blocked else max(now_ns, since_ns + GLIMPSE_AFTER_NS)
    return replace(
        link,
        fell_ns=now_ns,
        failed_bit_s=failed_bit_s,
        offered_bit_s=offered_bit_s,
        glimpse_ns=now_ns + GLIMPSE_AGAIN_NS if link.blocked and now_ns >= glimpse_ns else glimpse_ns,
    )


def _offered(link: Link, signs: Signs) -> float:
    """What was really sent: what a link may be sent is often more than the pictures need."""
    return min(link.bit_s, max(signs.sent_bit_s, FLOOR_BIT_S))


def _carried(offered_bit_s: float, signs: Signs) -> float:
    """What passes while a queue of so many seconds grows by so many a second."""
    return offered_bit_s / (1 + min(STEEPEST, max(0.0, signs.growth)))


def _risen(link: Link, signs: Signs, now_ns: int) -> Link:
    if signs.newest_late_s > LATE_S / 2 or signs.overdue or _lost(signs):
        return link
    if link.now_ns is None or (link.fell_ns is not None and now_ns - link.fell_ns < HOLD_NS):
        return link
    past_s = min(LONGEST_STEP_S, (now_ns - link.now_ns) / 1e9)
    past_s *= min(1.0, RISE_ROUND_TRIP_S / max(signs.round_trip_s, RISE_ROUND_TRIP_S))
    a_second = _rise_a_second(link)
    if signs.sent_bit_s < USED * link.bit_s:
        a_second = min(a_second, RISE_UNUSED_A_SECOND)
    return replace(link, bit_s=link.bit_s * a_second**past_s)


def _rise_a_second(link: Link) -> float:
    """Fast where nothing is known, slow near what failed last, faster the further beyond that all is well."""
    if link.failed_bit_s is None or link.bit_s < NEAR * link.failed_bit_s:
        return RISE_A_SECOND
    beyond = max(0.0, link.bit_s / link.failed_bit_s - 1)
    return min(RISE_A_SECOND, RISE_NEAR_A_SECOND + FASTER_BEYOND * beyond)
