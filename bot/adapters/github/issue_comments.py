"""Here live our comments: one for each hidden marker, found again whoever wrote it last, and
edited.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from threading import Lock

from bot.adapters.github.api_client import GONE, Wire
from bot.adapters.github.shapes import CommentShape
from bot.values import Repo

BODY_CHARS = 65_536
REMEMBERED = 1_000
CUT = "\n\n*Cut here: GitHub takes no longer text.*"

Key = tuple[str, int, str]


class Comments:
    """Puts comments, and remembers where they are to save the listing. A marker is hidden in the
    body by us.
    """

    def __init__(self, wire: Wire, login: Callable[[], str]) -> None:
        self._wire = wire
        self._login = login
        self._lock = Lock()
        self._known: dict[Key, tuple[int, str]] = {}  # its id, and a digest of its body

    def put(self, repo: Repo, number: int, marker: str, body: str) -> int:
        key = (repo.name, number, marker)
        text = within_limit(f"{_hidden(marker)}\n{body}")
        found = self._known.get(key) or self._find(repo, number, marker)
        if found is None or not self._edit(repo, found, text):
            found = self._write(repo, number, marker, text)
        self._remember(key, (found[0], _digest(text)))
        return found[0]

    def _find(self, repo: Repo, number: int, marker: str) -> tuple[int, str] | None:
        for page in self._wire.newest_pages(repo, _path(repo, number)):
            for comment in map(CommentShape.model_validate, reversed(page)):
                if _hidden(marker) in (comment.body or "") and self._is_ours(comment):
                    return comment.id, _digest(comment.body or "")
        return None

    def _is_ours(self, comment: CommentShape) -> bool:
        app = comment.performed_via_github_app
        return self._login() in (
            comment.user.login if comment.user else "",
            f"{app.slug}[bot]" if app else "",
        )

    def _edit(self, repo: Repo, found: tuple[int, str], text: str) -> bool:
        """Whether the comment says this now; False when it was deleted."""
        if found[1] == _digest(text):
            return True
        path = f"/repos/{repo.name}/issues/comments/{found[0]}"
        reply = self._wire.surely(
            lambda: self._wire.write(repo, "PATCH", path, {"body": text}, GONE), lambda: None
        )
        return reply.status not in GONE

    def _write(self, repo: Repo, number: int, marker: str, text: str) -> tuple[int, str]:
        def write() -> tuple[int, str]:
            reply = self._wire.write(repo, "POST", _path(repo, number), {"body": text})
            return CommentShape.model_validate(reply.data).id, ""

        return self._wire.surely(write, lambda: self._find(repo, number, marker))

    def _remember(self, key: Key, found: tuple[int, str]) -> None:
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = found
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]


def within_limit(text: str) -> str:
    """The text as long as GitHub takes it for a comment or a pull request."""
    return text if len(text) <= BODY_CHARS else text[: BODY_CHARS - len(CUT)] + CUT


def _hidden(marker: str) -> str:
    return f"<!-- {marker} -->"


def _path(repo: Repo, number: int) -> str:
    return f"/repos/{repo.name}/issues/{number}/comments"


def _digest(text: str) -> str:
    return sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()
