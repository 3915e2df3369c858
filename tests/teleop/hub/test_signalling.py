"""Offers: what is relayed, and which answer belongs to which page."""

import pytest

from teleop.hub import signalling
from teleop.hub.signalling import Waiting, expire, fault, forget_page, put, take


def waiting(session="s1", page=1, cell="home", deadline=10, subject=""):
    return Waiting(session, page, 7, cell, deadline, subject)


def test_an_ordinary_offer_is_relayed(make):
    assert fault(make.sdp) is None
    assert fault(make.sdp.replace("\r\n", "\n")) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda sdp: sdp + "a=x:" + "y" * 20_000, "too_long"),
        (lambda sdp: "", "not_sdp"),
        (lambda sdp: "v=1" + sdp[3:], "not_sdp"),
        (lambda sdp: sdp + "rubbish\r\n", "not_sdp"),
        (lambda sdp: sdp + "a=\u202egnp\r\n", "not_sdp"),
        (lambda sdp: sdp + "a=x\x00y\r\n", "not_sdp"),
        (lambda sdp: sdp + "a=" + "y" * signalling.MAX_SDP_LINE + "\r\n", "not_sdp"),
        (lambda sdp: sdp + "1=x\r\n", "not_sdp"),
        (lambda sdp: sdp + "\r\n\r\na=x\r\n", "not_sdp"),
        (lambda sdp: sdp + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 4, "too_many_sections"),
        (lambda sdp: sdp + "a=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n" * 21, "too_many_candidates"),
        (lambda sdp: sdp.replace("a=fingerprint", "a=finger"), "no_fingerprint"),
    ],
)
def test_other_offers_are_refused(make, change, reason):
    assert fault(change(make.sdp)) == reason


def test_only_the_asked_cell_answers_and_only_once():
    table = put({}, waiting())
    assert take(table, "s1", "other") == (table, None)
    assert take(table, "s2", "home") == (table, None)
    left, asked = take(table, "s1", "home")
    assert asked == waiting() and left == {}


def test_a_page_a_person_and_the_hub_have_their_limits():
    table = {}
    for n in range(signalling.MAX_WAITING_PER_PAGE):
        table = put(table, waiting(f"s{n}"))
    assert put(table, waiting("more")) is None
    table = {}
    for n in range(signalling.MAX_WAITING_PER_SUBJECT):
        table = put(table, waiting(f"s{n}", page=n, subject="ada"))
    assert put(table, waiting("more", page=100, subject="ada")) is None
    assert put(table, waiting("more", page=100, subject="bob")) is not None
    full = {f"f{n}": waiting(f"f{n}", page=n + 10) for n in range(signalling.MAX_WAITING)}
    assert put(full, waiting()) is None


def test_late_offers_expire():
    table = put(put({}, waiting("early", deadline=5)), waiting("late", deadline=9))
    left, gone = expire(table, 5)
    assert [one.session for one in gone] == ["early"] and list(left) == ["late"]


def test_a_page_that_left_is_forgotten():
    table = put(put({}, waiting("mine", page=1)), waiting("other", page=2))
    assert list(forget_page(table, 1)) == ["other"]
