"""Origin and role rules as tables."""

import itertools

import pytest

from teleop.hub.access import (
    NEEDS,
    NOBODY,
    Access,
    Asked,
    Caller,
    is_local,
    is_origin,
    origin_denial,
    role_denial,
)

OURS = ("https://arcade.example",)


def asked(method="POST", websocket=False, origin=OURS[0], site=None):
    return Asked(method, websocket, origin, site)


@pytest.mark.parametrize(
    ("request_", "denial"),
    [
        (asked(), None),
        (asked(site="same-origin"), None),
        (asked(site="cross-site"), "cross_site"),
        (asked(site="same-site"), "cross_site"),
        (asked(site="none"), "cross_site"),
        (asked(origin=None), "origin_missing"),
        (asked(origin="null"), "origin_wrong"),
        (asked(origin="https://evil.example"), "origin_wrong"),
        (asked(origin="http://arcade.example"), "origin_wrong"),
        (asked(origin="https://arcade.example.evil"), "origin_wrong"),
        (asked("DELETE", origin=None), "origin_missing"),
        (asked("PURGE", origin=None), "origin_missing"),
        (asked("GET", origin=None), None),
        (asked("HEAD", origin="https://evil.example"), None),
        (asked("GET", websocket=True, origin=None), "origin_missing"),
        (asked("GET", websocket=True, origin="null"), "origin_wrong"),
        (asked("GET", websocket=True), None),
    ],
    ids=str,
)
def test_requests_that_change_something_come_from_our_pages(request_, denial):
    assert origin_denial(Access.PLAYER, request_, OURS) == denial
    assert origin_denial(Access.CELL, request_, OURS) is None


ROLES = [roles for n in range(4) for roles in itertools.combinations(("player", "operator", "researcher"), n)]


@pytest.mark.parametrize("level", [None, *Access])
@pytest.mark.parametrize("roles", ROLES, ids=str)
def test_roles_open_exactly_what_they_should(level, roles):
    denial = role_denial(level, Caller("p-1" if "player" in roles else None, roles))
    if level is None:
        assert denial == "no_access_level"
    elif level in (Access.ANYONE, Access.CELL, Access.LOCAL) or set(NEEDS[level]) & set(roles):
        assert denial is None
    else:
        assert denial == ("role_missing" if roles else "not_signed_in")


def test_nobody_has_no_role():
    assert role_denial(Access.SESSION, NOBODY) == "not_signed_in"


@pytest.mark.parametrize(
    ("client", "host", "forwarded", "local"),
    [
        ("127.0.0.1", "127.0.0.1:8000", False, True),
        ("127.0.0.1", "localhost:8000", False, True),
        ("::1", "[::1]:8000", False, True),
        ("::1", "[::1]", False, True),
        ("127.0.0.1", "rebound.example:8000", False, False),
        ("127.0.0.1", "127.0.0.1:8000", True, False),
        ("127.0.0.1", None, False, False),
        ("10.0.0.7", "127.0.0.1:8000", False, False),
        (None, "127.0.0.1:8000", False, False),
    ],
)
def test_local_means_this_machine_by_its_own_name(client, host, forwarded, local):
    assert is_local(client, host, forwarded) is local


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://arcade.example", True),
        ("https://arcade.example/", False),
        ("ftp://arcade.example", False),
        ("arcade.example", False),
        ("https://user@arcade.example", False),
        ("https://arcade.example:99999", False),
        ("https://", False),
        ("null", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(text, good):
    assert is_origin(text) is good
