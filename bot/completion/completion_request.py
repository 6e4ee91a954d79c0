"""Read what an editor asks, and refuse in a sentence what is none of its questions."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import ClientDisconnect

from bot.completion.suggestion import CursorPlace

MOST_BYTES = 256 * 1024
MOST_READ = 32 * MOST_BYTES  # a body too large is read so far, or its sender would not hear why
OWN_FETCH = ("same-origin", "none")  # what browsers say of a page's own request (Sec-Fetch-Site)


class CompletionRequest(BaseModel):
    """A question: what may come between two texts of a file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    path: Annotated[str, StringConstraints(max_length=4096)]
    before: str
    after: str = ""
    client: Annotated[str, StringConstraints(max_length=64)] = ""
    version: int | None = None
    explicit: bool = False  # somebody asked by a key of its own, and did not just type

    @property
    def place(self) -> CursorPlace:
        """The place that is asked about."""
        return CursorPlace(self.path, self.before, self.after)


def refuse_foreign_page(request: Request) -> None:
    """Refuse what the page of another site sends: it has no business in a person's code."""
    headers = request.headers
    origin, own = headers.get("origin"), f"{request.url.scheme}://{headers.get('host', '')}"
    site = headers.get("sec-fetch-site", "none")
    if (origin is not None and origin != own) or site not in OWN_FETCH:
        raise HTTPException(403, "Only this server's own page and programs may ask it.")
    # A page of another site can send other kinds without asking for leave first.
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON, with the header content-type: application/json.")


async def read_completion_request(request: Request) -> CompletionRequest:
    """Read the question. Raises HTTPException with a sentence where it is none."""
    body = await _read_body(request)
    try:
        return CompletionRequest.model_validate(json.loads(body))
    except ValidationError as error:
        mistake = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in mistake["loc"]) or "the whole"
        raise HTTPException(422, f"The request is wrong at {where}: {mistake['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not JSON that can be read.") from error


async def _read_body(request: Request) -> bytes:
    body, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= MOST_BYTES:
                body += chunk
            if size > MOST_READ:
                break
    except ClientDisconnect as gone:  # nobody reads the answer; without it there is a traceback
        raise HTTPException(400, "The connection was closed before the body's end.") from gone
    if size > MOST_BYTES:
        raise HTTPException(
            413,
            f"The request has more than {MOST_BYTES:,} bytes: "
            "send less of the text on both sides of the cursor.",
        )
    return bytes(body)
