"""Send requests to GitHub through PyGithub, with our credentials, pace and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from github.Requester import Requester
from urllib3 import Retry

from bot.adapters.github.api_errors import (
    ApiResponse,
    raise_for_graphql_errors,
    raise_for_status,
)
from bot.adapters.github.auth import Credential
from bot.adapters.github.known_limits import name_limited
from bot.adapters.github.request_budget import GRAPHQL, creates_content, name_resource
from bot.adapters.github.url_templates import make_url_template
from bot.ports import NoTraces, RateLimited, Refusal, Traces, Unreachable

PAGE = 100
FIRST_ERROR = 400  # of HTTP's statuses
BODY = 2  # its place among the arguments of PyGithub's requests, behind the address
# PyGithub's own GithubRetry repeats a POST after any 5xx, which doubles comments, and sleeps as
# long as a Retry-After says. So only reads are repeated here, twice; limits are for the engine to
# wait out.
RETRY_READS = Retry(
    total=2,
    backoff_factor=0.2,
    status_forcelist=(500, 502, 503, 504),
    allowed_methods=("GET", "HEAD"),
    respect_retry_after_header=False,
    raise_on_status=False,
)


class ApiClient(Requester):
    """PyGithub's transport, for one call at a time. All its objects send their requests here.

    It is lazy: an object is fetched when a value of it is read, not when it is named.
    """

    def __init__(
        self,
        api_url: str,
        timeout_s: int,
        credential: Credential,
        clock: Callable[[], float],
        traces: Traces | None = None,
    ) -> None:
        self.credential = credential
        self._traces = traces or NoTraces()
        self._clock = clock
        self.last_request = ""  # for whoever cannot make sense of its answer
        super().__init__(
            auth=credential,
            base_url=api_url,
            timeout=timeout_s,
            user_agent="greenlit",
            per_page=PAGE,
            verify=True,
            retry=RETRY_READS,
            pool_size=1,
            lazy=True,
            api_version="2022-11-28",
        )

    def requestJsonAndCheck(  # noqa: N802 - PyGithub's name, as below
        self, verb: str, url: str, *args: Any, **options: Any
    ) -> tuple[dict[str, Any], Any]:
        """Send a request, of which an object of PyGithub may have the address from GitHub."""
        path = self._path_of(url, f"{verb} {urlsplit(url).path}")
        headers, data = super().requestJsonAndCheck(verb, path, *args, **options)
        return headers, {} if data is None else data  # PyGithub's objects take no null

    def requestJson(  # noqa: N802
        self, verb: str, url: str, *args: Any, **options: Any
    ) -> tuple[int, dict[str, Any], str]:
        """Send a request. Raises Refusal, Unreachable and RateLimited, never GithubException."""
        self._refuse_secrets([url, *args[BODY : BODY + 1], options.get("input")])
        resource = name_resource(url, self.graphql_url)
        if verb != "GET" and resource != GRAPHQL:
            self.credential.wait_to_write(resource, creates_content=creates_content(verb, url))
        response = self.send(verb, url, *args, **options)
        self.check(response)
        return response.status, dict(response.headers), response.text

    def check(self, response: ApiResponse) -> None:
        """Raise Refusal, Unreachable or RateLimited where GitHub answered with an error."""
        now = self._clock()
        try:
            raise_for_status(response, now)
            if response.resource == GRAPHQL:
                raise_for_graphql_errors(response, now)
        except RateLimited as limit:
            self.credential.keep_limit(name_limited(response), limit.until)
            raise

    def _refuse_secrets(self, request: object) -> None:
        """Raise Refusal when a request would tell a secret of ours: whoever writes masks them."""
        if self.credential.own_secrets.find(json.dumps(request, default=str)):
            raise Refusal(
                "I did not write to GitHub, because what I was about to write holds a secret of "
                "mine."
            )

    def graphql_named_mutation(self, mutation_name: str, *args: Any, **options: Any) -> Any:
        """Write through GraphQL. A query is a POST as well, so the verb does not tell a write."""
        is_addition = mutation_name.startswith("add")
        self.credential.wait_to_write(GRAPHQL, creates_content=is_addition)
        return super().graphql_named_mutation(mutation_name, *args, **options)

    def send(self, verb: str, url: str, *args: Any, **options: Any) -> ApiResponse:
        """Return the response, whatever its status; an old token is replaced once. Raises
        RateLimited, and sends nothing, where GitHub would refuse it.
        """
        self.credential.check_limits(name_resource(url, self.graphql_url))
        response = self._follow(verb, url, *args, **options)
        if response.status == 401 and self.credential.renew():
            response = self._follow(verb, url, *args, **options)
        return response

    def _follow(self, verb: str, url: str, *args: Any, **options: Any) -> ApiResponse:
        response = self._send(verb, url, *args, **options)
        if response.status in (307, 308):  # a renamed repository; PyGithub takes it for a success
            address = self._path_of(response.headers.get("location", ""), response.request)
            return self._send(verb, address, *args, **options)
        return response

    def _send(self, verb: str, url: str, *args: Any, **options: Any) -> ApiResponse:
        path = urlsplit(url).path
        request = self.last_request = f"{verb} {path}"
        template = make_url_template(path)
        attributes = {
            "http.request.method": verb,
            "server.address": urlsplit(self.base_url).hostname or "",
            "url.template": template,
        }
        with self._traces.span(f"{verb} {template}", "client", attributes) as span:
            response = self._receive(request, verb, url, *args, **options)
            span.attributes["http.response.status_code"] = response.status
            span.error = str(response.status) if response.status >= FIRST_ERROR else ""
        return response

    def _receive(
        self, request: str, verb: str, url: str, *args: Any, **options: Any
    ) -> ApiResponse:
        try:
            status, headers, text = super().requestJson(verb, url, *args, **options)
        except OSError as error:  # every exception of requests is one
            raise Unreachable(
                f"GitHub gave no answer to {request} ({type(error).__name__})", "GitHub"
            ) from None
        except RuntimeError:  # PyGithub was sent to another host
            raise _redirected_elsewhere(request) from None
        self.credential.keep_budget(headers)
        return ApiResponse(request, status, headers, text, name_resource(url, self.graphql_url))

    def _path_of(self, address: str, request: str) -> str:
        """The path of an address that GitHub sent, so that the credential goes to no other host
        than the API's.
        """
        if address.startswith("/") or address == self.graphql_url:
            return address
        parts = urlsplit(address)
        prefix = urlsplit(self.base_url).path
        if not parts.path.startswith(f"{prefix}/"):
            raise _redirected_elsewhere(request)
        query = f"?{parts.query}" if parts.query else ""
        return parts.path.removeprefix(prefix) + query


def _redirected_elsewhere(request: str) -> Refusal:
    return Refusal(f"GitHub sends {request} elsewhere. Check GREENLIT_GITHUB_API_URL.")
