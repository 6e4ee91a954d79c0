"""Answer REST requests: find out who asks and whether they may; answer with GitHub's headers."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from bot.forge.app_registry import AppRegistry
from bot.forge.forge_records import AppRecord, TokenRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, allows, find_next_hour
from bot.forge.rest_refusal import RestRefusal, refuse_unknown

T = TypeVar("T")

REQUESTS_PER_HOUR = 5000
NOT_GRANTED = "Resource not accessible by integration"
NOT_AN_INSTALLATION = (
    "You must authenticate with an installation access token in order to access this endpoint."
)


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request with the names in its path.

    A property that the request does not have raises RestRefusal: the repository of a path that
    names none, the token or the App of one who showed none.
    """

    state: ForgeState
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    args: Mapping[str, str] = field(default_factory=dict)
    found_repository: RepositoryRecord | None = None
    found_token: TokenRecord | None = None
    found_app: AppRecord | None = None

    @property
    def repository(self) -> RepositoryRecord:
        """The repository that the path names."""
        if self.found_repository is None:
            raise refuse_unknown()
        return self.found_repository

    @property
    def token(self) -> TokenRecord:
        """The installation token that was shown."""
        if self.found_token is None:
            raise RestRefusal(403, NOT_AN_INSTALLATION)
        return self.found_token

    @property
    def app(self) -> AppRecord:
        """The App whose JWT was shown."""
        if self.found_app is None:
            raise RestRefusal(401, "A JSON web token could not be decoded")
        return self.found_app

    @property
    def login(self) -> str:
        """The login of the bot that asks."""
        return self.state.apps[self.token.app].login

    def number(self, name: str) -> int:
        """Return a number of the path."""
        return int(self.args[name])

    def data(self) -> Json:
        """Return the JSON object of the body; no body is an empty one."""
        try:
            data = json.loads(self.body or b"{}")
        except ValueError:
            raise RestRefusal(400, "Problems parsing JSON") from None
        if not isinstance(data, dict):
            raise RestRefusal(400, "Body should be a JSON object")
        return data

    @property
    def asker(self) -> str:
        """Who is counted for the request: its credential."""
        return self.headers.get("authorization", "anonymous")

    def text(self, name: str) -> str | None:
        """Return a text of the body; None when it is not there or null."""
        value = self.data().get(name)
        if value is None or isinstance(value, str):
            return value
        message = f"For 'properties/{name}', {json.dumps(value)} is not a string."
        raise RestRefusal(422, f"Invalid request.\n\n{message}")

    def require_text(self, name: str) -> str:
        """Return a text of the body that must be there."""
        value = self.text(name)
        if value is None:
            raise RestRefusal(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return value


@dataclass(frozen=True, slots=True)
class RestResponse:
    """A response. Data is sent as JSON, bytes as they are, None as an empty body."""

    status: int = 200
    data: object = None
    headers: dict[str, str] = field(default_factory=dict)


RouteHandler = Callable[[RestRequest], RestResponse]


@dataclass(frozen=True, slots=True)
class RestRoute:
    """A path with {names}; a name with a star takes slashes too.

    `needs` is as in X-Accepted-GitHub-Permissions.
    """

    method: str
    path: str
    handler: RouteHandler
    needs: str = "metadata=read"
    who: Literal["token", "app", "anybody"] = "token"
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the path."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.*)", pattern)
        object.__setattr__(self, "pattern", re.compile(pattern))

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """Return the names of the path when the route is for it; numbers are digits."""
        match = self.pattern.fullmatch(path)
        if not match or method != self.method:
            return None
        args = match.groupdict()
        if not all(args[name].isdigit() for name in args.keys() & {"number", "id"}):
            return None
        return args


class RestApi:
    """Answers requests by a table of routes, one at a time, as the state has one lock."""

    def __init__(self, state: ForgeState, apps: AppRegistry, routes: Sequence[RestRoute]) -> None:
        self._state = state
        self._apps = apps
        self._routes = tuple(routes)

    def answer(self, request: RestRequest) -> RestResponse:
        """Answer a request; a refusal is an answer too."""
        with self._state.lock:
            try:
                response = self._answer(request)
            except RestRefusal as refusal:
                response = RestResponse(refusal.status, refusal.body(), refusal.headers)
        return _add_headers(request, response)

    def _answer(self, request: RestRequest) -> RestResponse:
        route, request = self._find_route(request)
        request = self._authenticate(request, route)
        if "owner" in request.args:
            request = replace(request, found_repository=self._find_repository(request))
        if route.who == "token":
            _authorize(request, route)
        return route.handler(request)

    def _find_route(self, request: RestRequest) -> tuple[RestRoute, RestRequest]:
        for route in self._routes:
            args = route.match(request.method, request.path)
            if args is not None:
                return route, replace(request, args=args)
        raise refuse_unknown()

    def _authenticate(self, request: RestRequest, route: RestRoute) -> RestRequest:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if not secret:
            if route.who == "anybody":
                return request
            raise RestRefusal(401, "Requires authentication")
        if scheme.lower() not in ("bearer", "token"):
            raise RestRefusal(401, "Bad credentials")
        if route.who == "app":
            return replace(request, found_app=self._apps.authenticate_app(secret))
        token = self._apps.find_token(secret)
        if token is None:
            raise RestRefusal(401, "Bad credentials")
        return replace(request, found_token=token)

    def _find_repository(self, request: RestRequest) -> RepositoryRecord:
        try:
            name = f"{request.args['owner']}/{request.args['repo']}"
            repository = self._state.find_repository(name)
        except KeyError:
            raise refuse_unknown() from None
        token = request.found_token
        if token and repository.name not in token.repositories:
            raise refuse_unknown()
        return repository


def _authorize(request: RestRequest, route: RestRoute) -> None:
    repository = request.found_repository
    needs = route.needs.split("; ")
    if len(needs) > 1 and repository and _is_issue(request):
        # For an issue that is no pull request the permission `issues` itself is needed.
        needs = [need for need in needs if not need.startswith("pull_requests")]
    if not allows(request.token.permissions, "; ".join(needs)):
        headers = {"X-Accepted-GitHub-Permissions": route.needs}
        raise RestRefusal(403, NOT_GRANTED, headers=headers)
    if repository and repository.archived and request.method != "GET":
        raise RestRefusal(403, "Repository was archived so is read-only.")


def _is_issue(request: RestRequest) -> bool:
    if "number" not in request.args:
        return False
    return request.repository.find_pull(request.number("number")) is None


def _add_headers(request: RestRequest, response: RestResponse) -> RestResponse:
    version = request.headers.get("x-github-api-version", "2022-11-28")
    headers = {
        "X-GitHub-Request-Id": uuid.uuid4().hex.upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": version,
        **response.headers,
    }
    if response.status == 200 and request.method == "GET":
        headers["ETag"] = f'W/"{hashlib.sha256(repr(response.data).encode()).hexdigest()}"'
        if request.headers.get("if-none-match") == headers["ETag"]:
            response = replace(response, status=304, data=None)
    is_free = response.status == 304 or request.path == "/rate_limit"
    return replace(response, headers=headers | count_request(request, is_free=is_free))


def count_request(request: RestRequest, *, is_free: bool) -> dict[str, str]:
    """Count a request and return the headers of the primary limit.

    The hour begins with the clock's; 304 and /rate_limit cost nothing.
    """
    with request.state.lock:
        used = request.state.request_counts.get(request.asker, 0) + (not is_free)
        request.state.request_counts[request.asker] = used
    return {
        "X-RateLimit-Limit": str(REQUESTS_PER_HOUR),
        "X-RateLimit-Remaining": str(max(0, REQUESTS_PER_HOUR - used)),
        "X-RateLimit-Used": str(used),
        "X-RateLimit-Reset": str(find_next_hour()),
        "X-RateLimit-Resource": "core",
    }


def paginate(
    request: RestRequest, items: Iterable[T], render: Callable[[T], Json], key: str = ""
) -> RestResponse:
    """Return one page of a list, with GitHub's Link header.

    `key` is the list's key where the answer holds the list with its length.
    """
    items = list(items)
    size = min(100, max(1, _read_number(request.query.get("per_page"), 30)))
    page = max(1, _read_number(request.query.get("page"), 1))
    views = [render(item) for item in items[(page - 1) * size : page * size]]
    last = max(1, -(-len(items) // size))
    links = []
    if page > 1:
        links.append(_link(request, "prev", page - 1))
    if page < last:
        links += [_link(request, "next", page + 1), _link(request, "last", last)]
    if page > 1:
        links.append(_link(request, "first", 1))
    data: object = {"total_count": len(items), key: views} if key else views
    return RestResponse(200, data, {"Link": ", ".join(links)} if links else {})


def _link(request: RestRequest, relation: str, page: int) -> str:
    query = urlencode({**request.query, "page": page})
    return f'<{request.state.api}{quote(request.path)}?{query}>; rel="{relation}"'


def _read_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def parse_query(raw: bytes) -> dict[str, str]:
    """Return a query string's values, of which the last counts."""
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
