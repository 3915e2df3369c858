"""The OpenAPI document: every route, what it takes and gives, who may ask, and each way it refuses."""

import inspect
import re
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from openapi_spec_validator import OpenAPIV31SpecValidator

from teleop.hub.access import Access
from teleop.hub.api import research
from teleop.hub.api.describing import COMPONENTS, SECURED, SESSION, TAGS, described, statuses, tags
from teleop.hub.api.guard import access_of
from teleop.hub.api.requests import HubRequest
from teleop.hub.app import HANDLERS, build_app, build_routes

UNDESCRIBED = {"/", "/{path:path}", "/metrics"}
RAISED = re.compile(r"Refusal\(\s*(\d+)")
HTTP = [one for one in described(HANDLERS) if isinstance(one, HTTPRouteHandler)]
NO_BODY = {204, 202}
IDS = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def document():
    config = OpenAPIConfig(
        title="Armcade hub", version="1", components=COMPONENTS, tags=tags(), use_handler_docstrings=True
    )
    app = Litestar(route_handlers=described(HANDLERS), openapi_config=config, request_class=HubRequest)
    return app.openapi_schema.to_schema()


def operations(document):
    return [
        (f"{method} {path}", one) for path, item in document["paths"].items() for method, one in item.items()
    ]


def schema_of(response):
    return next(iter(response["content"].values()))["schema"]


def test_it_is_valid(document):
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_says_what_it_takes_gives_and_refuses(document):
    failure = {"$ref": "#/components/schemas/Failure"}
    for name, one in operations(document):
        assert one["tags"] and set(one["tags"]) <= set(TAGS), name
        assert len(one["summary"]) > 5 and one["description"].startswith(one["summary"].rstrip(".")), name
        good = {int(status): found for status, found in one["responses"].items() if status < "3"}
        bad = {int(status): found for status, found in one["responses"].items() if status >= "4"}
        assert good and 500 in bad, name
        for status, found in good.items():
            assert status in NO_BODY or "content" in found, name
        for status, found in bad.items():
            assert schema_of(found) == failure and found["description"], (name, status)
        if "requestBody" in one:
            assert one["requestBody"]["content"]["application/json"]["schema"]["$ref"], name
            assert {400, 413, 415} <= bad.keys(), name


def test_every_route_is_in_it_under_its_own_tag(place, document):
    for route in build_routes(place.hub).routes:
        if route.scope_type.value != "http" or route.path.startswith("/schema") or route.path in UNDESCRIBED:
            continue
        path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                assert method.lower() in document["paths"][path], path


@pytest.mark.parametrize("handler", HTTP, ids=lambda one: one.fn.__name__)
def test_whatever_a_route_raises_is_said(handler):
    source = inspect.getsource(handler.fn)
    for shared in (research.allowed_file, research._ranged):
        if f"{shared.__name__}(" in source:
            source += inspect.getsource(shared)
    raised = {int(status) for status in RAISED.findall(source)}
    assert raised <= set(statuses(handler))
    secured = access_of(handler) in SECURED
    assert handler.security == ([{SESSION: []}] if secured else [])
    assert secured == (access_of(handler) not in (Access.ANYONE, Access.LOCAL))


def asked_of(document, text):
    """Every route with an id in its path or a query, asked with this text in their place."""
    for name, one in operations(document):
        method, path = name.split(" ", 1)
        queries = [found["name"] for found in one.get("parameters", ()) if found["in"] == "query"]
        if ("{" in path or queries) and "requestBody" not in one:
            query = "&".join(f"{key}={text}" for key in (*queries, "v"))
            yield method, re.sub(r"{\w+}", lambda _: text, path) + f"?{query}", one


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IDS)
@example("e-1\n")
@example("e-1.mcap")
@example("..")
@example("\0")
@example("a" * 3000)
@example("%ff%ed%a0%80")
async def test_no_id_and_no_query_is_answered_by_a_fault(place, document, odd):
    text = odd if odd.startswith("%") else quote(odd, safe="")
    browser = await place.browser()
    for token in (place.hub.keys.researcher_token, place.hub.keys.operator_token):
        await browser.take_role(token)
    transport = httpx.ASGITransport(app=build_app(place.hub))
    async with httpx.AsyncClient(
        transport=transport, base_url=place.base, headers={"Origin": place.base}, cookies=browser.http.cookies
    ) as http:
        for method, address, one in asked_of(document, text):
            answer = await http.request(method, address)
            known = {int(status) for status in one["responses"]} - {500}
            assert answer.status_code in known, (method, address, answer.status_code, answer.text[:200])
            assert answer.status_code < 400 or answer.json()["type"] == "failure"
            assert answer.status_code not in (401, 403), "it was let in"
