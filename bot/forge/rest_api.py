"""Here lives the REST API's frame: who asks, whether they may, and answers with GitHub's headers."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from bot.forge.app_registry import AppRegistry
from bot.forge.forge_records import AppRecord, TokenRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, allows
from bot.forge.rest_refusal import RestRefusal

T = TypeVar("T")

HOURLY = 5000
NOT_GRANTED = "Resource not accessible by integration"


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One request, its path taken apart. `repo` is there when the path names one, `app` when a JWT
    was shown.
    """

    state: ForgeState
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    args: Mapping[str, str] = field(default_factory=dict)
    given_repo: RepositoryRecord | None = None
    given_token: TokenRecord | None = None
    given_app: AppRecord | None = None

    @property
    def repo(self) -> RepositoryRecord:
        if self.given_repo is None:
            raise RestRefusal(404, "Not Found")
        return self.given_repo

    @property
    def token(self) -> TokenRecord:
        if self.given_token is None:
            raise RestRefusal(
                403,
                "You must authenticate with an installation access token in order to access this endpoint.",
            )
        return self.given_token

    @property
    def app(self) -> AppRecord:
        if self.given_app is None:
            raise RestRefusal(401, "A JSON web token could not be decoded")
        return self.given_app

    @property
    def login(self) -> str:
        return self.state.apps[self.token.app].login

    def number(self, name: str) -> int:
        return int(self.args[name])

    def data(self) -> Json:
        """The JSON object of the body; none is an empty one."""
        try:
            data = json.loads(self.body or b"{}")
        except ValueError:
            raise RestRefusal(400, "Problems parsing JSON") from None
        if not isinstance(data, dict):
            raise RestRefusal(400, "Body should be a JSON object")
        return data

    def text(self, name: str) -> str | None:
        """A text of the body; None when it is not there or null."""
        found = self.data().get(name)
        if found is None or isinstance(found, str):
            return found
        raise RestRefusal(
            422,
            f"Invalid request.\n\nFor 'properties/{name}', {json.dumps(found)} is not a string.",
        )

    def required(self, name: str) -> str:
        """A text of the body that must be there."""
        found = self.text(name)
        if found is None:
            raise RestRefusal(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return found


@dataclass(frozen=True, slots=True)
class RestResponse:
    """A response. Data is sent as JSON, bytes as they are, None as an empty body."""

    status: int = 200
    data: object = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[RestRequest], RestResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """A path with {names}; a name with a star takes slashes too. `needs` is as in
    X-Accepted-GitHub-Permissions.
    """

    method: str
    path: str
    handler: Handler
    needs: str = "metadata=read"
    who: Literal["token", "app", "anybody"] = "token"
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        written = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        written = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.*)", written)
        object.__setattr__(self, "pattern", re.compile(written))


class RestApi:
    """Answers requests to the API by a table of routes; one at a time, as the state has one lock."""

    def __init__(self, state: ForgeState, apps: AppRegistry, routes: Sequence[Route]) -> None:
        self._state = state
        self._apps = apps
        self._routes = tuple(routes)

    def answer(self, ask: RestRequest) -> RestResponse:
        with self._state.lock:
            try:
                answer = self._answer(ask)
            except RestRefusal as no:
                answer = RestResponse(no.status, no.body(), no.headers)
        return self._dressed(ask, answer)

    def _answer(self, ask: RestRequest) -> RestResponse:
        route, ask = self._routed(ask)
        ask = self._identified(ask, route)
        if "owner" in ask.args:
            ask = replace(ask, given_repo=self._visible(ask))
        if route.who == "token":
            self._permitted(ask, route)
        return route.handler(ask)

    def _routed(self, ask: RestRequest) -> tuple[Route, RestRequest]:
        for route in self._routes:
            found = route.pattern.fullmatch(ask.path)
            if found and route.method == ask.method:
                args = found.groupdict()
                if all(args[name].isdigit() for name in args if name in ("number", "id")):
                    return route, replace(ask, args=args)
        raise RestRefusal(404, "Not Found")

    def _identified(self, ask: RestRequest, route: Route) -> RestRequest:
        scheme, _, secret = ask.headers.get("authorization", "").partition(" ")
        if not secret:
            if route.who == "anybody":
                return ask
            raise RestRefusal(401, "Requires authentication")
        if scheme.lower() not in ("bearer", "token"):
            raise RestRefusal(401, "Bad credentials")
        if route.who == "app":
            return replace(ask, given_app=self._apps.speaking(secret))
        token = self._apps.token(secret)
        if token is None:
            raise RestRefusal(401, "Bad credentials")
        return replace(ask, given_token=token)

    def _visible(self, ask: RestRequest) -> RepositoryRecord:
        try:
            repo = self._state.repository(f"{ask.args['owner']}/{ask.args['repo']}")
        except KeyError:
            raise RestRefusal(404, "Not Found") from None
        if ask.given_token and repo.name not in ask.given_token.repositories:
            raise RestRefusal(404, "Not Found")
        return repo

    def _permitted(self, ask: RestRequest, route: Route) -> None:
        headers = {"X-Accepted-GitHub-Permissions": route.needs}
        needs = route.needs
        if "pull_requests" in needs and "; " in needs and ask.given_repo and self._is_issue(ask):
            needs = "; ".join(
                need for need in needs.split("; ") if not need.startswith("pull_requests")
            )
        if not allows(ask.token.permissions, needs):
            raise RestRefusal(403, NOT_GRANTED, headers=headers)
        if ask.given_repo and ask.given_repo.archived and ask.method != "GET":
            raise RestRefusal(403, "Repository was archived so is read-only.")

    def _is_issue(self, ask: RestRequest) -> bool:
        """Whether the path names an issue that is no pull request: that needs `issues` itself."""
        return "number" in ask.args and ask.repo.pull(ask.number("number")) is None

    def _dressed(self, ask: RestRequest, answer: RestResponse) -> RestResponse:
        headers = {
            "X-GitHub-Request-Id": uuid.uuid4().hex.upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": ask.headers.get("x-github-api-version", "2022-11-28"),
            **answer.headers,
        }
        if answer.status == 200 and ask.method == "GET":
            headers["ETag"] = f'W/"{hashlib.sha256(repr(answer.data).encode()).hexdigest()}"'
            if ask.headers.get("if-none-match") == headers["ETag"]:
                answer = replace(answer, status=304, data=None)
        headers |= limits(ask, free=answer.status == 304 or ask.path == "/rate_limit")
        return replace(answer, headers=headers)


def limits(ask: RestRequest, *, free: bool) -> dict[str, str]:
    """The headers of the primary limit. The hour begins with the clock's; 304 and /rate_limit cost
    nothing.
    """
    who = ask.headers.get("authorization", "anonymous")
    with ask.state.lock:
        used = ask.state.spent[who] = ask.state.spent.get(who, 0) + (not free)
    return {
        "X-RateLimit-Limit": str(HOURLY),
        "X-RateLimit-Remaining": str(max(0, HOURLY - used)),
        "X-RateLimit-Used": str(used),
        "X-RateLimit-Reset": str((int(time.time()) // 3600 + 1) * 3600),
        "X-RateLimit-Resource": "core",
    }


def paged(
    ask: RestRequest, found: Iterable[T], view: Callable[[T], Json], wrap: str = ""
) -> RestResponse:
    """One page of a list, with GitHub's Link header; `wrap` is the key of lists that come with
    their count.
    """
    items = list(found)
    size = min(100, max(1, _whole(ask.query.get("per_page"), 30)))
    page, last = max(1, _whole(ask.query.get("page"), 1)), max(1, -(-len(items) // size))
    shown = [view(item) for item in items[(page - 1) * size : page * size]]
    places = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    wanted = [
        rel
        for rel in places
        if (rel in ("prev", "first") and page > 1) or (rel in ("next", "last") and page < last)
    ]
    links = ", ".join(f'<{_at(ask, places[rel])}>; rel="{rel}"' for rel in wanted)
    data: object = {"total_count": len(items), wrap: shown} if wrap else shown
    return RestResponse(200, data, {"Link": links} if links else {})


def _at(ask: RestRequest, page: int) -> str:
    return f"{ask.state.api}{quote(ask.path)}?{urlencode({**ask.query, 'page': page})}"


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise


def query_of(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
