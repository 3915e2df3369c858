"""A small REST client of the hub with the operator's role, for the person who typed the command."""

import http.cookiejar
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import msgspec

from teleop.wire.browser_out import CellCard, OrderAnswer, Result

TIMEOUT_S = 3.0


class HubRefusedError(Exception):
    """The hub did not do what was asked; the text says why."""


@dataclass(slots=True)
class Operator:
    """One signed-in session with the operator's role."""

    url: str
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def sign_in(self, token: str) -> None:
        """Signs in and trades the token for the role; raises HubRefusedError."""
        self._call("POST", "/api/sign-in", {"pseudonym": "", "language": "en"})
        self._call("POST", "/api/role", {"token": token})

    def cells(self) -> tuple[CellCard, ...]:
        """All cells as the lobby shows them; raises HubRefusedError."""
        return msgspec.json.decode(self._call("GET", "/api/cells"), type=tuple[CellCard, ...])

    def reset(self, cell_id: str, stop_id: str) -> OrderAnswer:
        """Clears exactly the stop that is named; raises HubRefusedError."""
        answer = self._call("POST", f"/api/cells/{cell_id}/reset", {"stop_id": stop_id})
        return msgspec.json.decode(answer, type=OrderAnswer)

    def result(self, turn_id: str) -> Result:
        """How a turn ended; raises HubRefusedError while the hub does not know."""
        return msgspec.json.decode(self._call("GET", f"/api/results/{turn_id}"), type=Result)

    def healthy(self) -> bool:
        """Tells whether the hub answers yet."""
        try:
            self._call("GET", "/healthz")
        except HubRefusedError:
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else msgspec.json.encode(body),
            method=method,
            headers={"Content-Type": "application/json", "Origin": self.url},
        )
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()[:300].decode(errors="replace")
            raise HubRefusedError(f"{method} {path}: {error.code} {text}") from error
        except OSError as error:
            raise HubRefusedError(f"{method} {path}: {error}") from error
