"""Here lives the keeping of secrets: none in a change, none in a word that the bot says."""

from __future__ import annotations

from bot.gates import Change
from bot.ports import Checkers, Ports
from bot.search.source_files import kind_of
from bot.text import find_secrets, mask_secrets
from bot.values import Finding, Leak

GATE = "secrets"
GENERIC = (
    "generic-api-key"  # told by its disorder alone; in tests, values are made to look like that
)
KEPT_CHARS = 4


def redact(ports: Ports, text: str) -> str:
    """The text with each secret as ***, by our shapes and by the finder's rules. Give it whole
    texts.
    """
    quiet = mask_secrets(text)
    for leak in sorted(_found(ports.checkers, quiet), key=lambda leak: -len(leak.secret)):
        quiet = quiet.replace(leak.secret, "***")
    return quiet


def find_leaks(asked: Checkers, change: Change) -> tuple[Finding, ...]:
    """The secrets on new lines. What stood anywhere in the changed files before was not leaked by
    this change.
    """
    new = "\n".join(line for path in change.after for _, line in change.added_lines(path))
    old = "\n".join(text for text in change.before.values() if text)
    leaks = (
        *(Leak(secret, "shape", "secret") for secret in find_secrets(new)),
        *_found(asked, new),
    )
    once = {leak.secret: leak for leak in leaks if leak.secret not in old}
    return tuple(_finding(change, leak) for leak in once.values() if not _within(leak, once))


def _found(asked: Checkers, text: str) -> tuple[Leak, ...]:
    return asked.secrets.find(text) if asked.secrets and text else ()


def _within(leak: Leak, others: dict[str, Leak]) -> bool:
    return any(leak.secret != other and leak.secret in other for other in others)


def _finding(change: Change, leak: Leak) -> Finding:
    first = next(line for line in leak.secret.split("\n") if line.strip())
    path, number = next(
        (
            (path, number)
            for path in change.after
            for number, line in change.added_lines(path)
            if first in line
        ),
        ("", 0),
    )
    blocks = leak.rule != GENERIC or kind_of(path) in ("code", "text")
    text = f"This looks like a {leak.what}, {_shown(leak.secret)}: read it from the environment or a secret store."
    return Finding(GATE, path, number, text, blocks, leak.rule)


def _shown(secret: str) -> str:
    """Enough of it to be found again, and no more."""
    return f"{secret.strip()[:KEPT_CHARS]}…"
