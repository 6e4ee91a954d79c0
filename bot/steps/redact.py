"""Keep secrets out of what the bot says and pushes."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.gates import Change
from bot.ports import Checkers, Ports
from bot.search.source_files import kind_of
from bot.text import find_secrets, mask_secrets
from bot.values import Finding, Leak

GATE = "secrets"
OWN_RULE = "own-secret"
# Told by its disorder alone; in tests, values are made to look like that.
GENERIC_RULE = "generic-api-key"
OWN = "This is a secret of the bot itself, or a part of one: leave it out, in whatever form."
# What a program puts in when it runs stands in no code.
FORMATTED = re.compile(r"%[sdr]|%\(\w+\)|\$?\{[\w.]*\}|[\w-]+:(?:\$[({]|\$[A-Z_]+$|\{\{|%\()")
SHOWN_CHARS = 4  # of a secret: enough to find it again, and no more


def redact(ports: Ports, text: str) -> str:
    """Replace each secret by ***: our own by their values, others by our shapes and by the finder's
    rules. Give it whole texts.
    """
    masked = mask_secrets(ports.own_secrets.mask(text))
    leaks = _find_by_rules(ports.checkers, masked)
    for leak in sorted(leaks, key=lambda leak: -len(leak.secret)):
        masked = masked.replace(leak.secret, "***")
    return masked


def find_leaks(checkers: Checkers, change: Change) -> tuple[Finding, ...]:
    """Find the secrets on new lines and in the names of new files.

    What stood anywhere in the changed files or their names before was not leaked by this change.
    """
    new_lines = [line for path in change.after for _, line in change.added_lines(path)]
    new = "\n".join([*new_lines, *change.new_paths])
    kept = [f"{path}\n{text}" for path, text in change.before.items() if text is not None]
    old = "\n".join(kept)
    by_shape = [
        Leak(secret, "shape", "secret")
        for secret in find_secrets(new)
        if not FORMATTED.match(secret)
    ]
    own = [Leak(secret, OWN_RULE, "secret") for secret in checkers.own_secrets.find(new)]
    leaks = {leak.secret: leak for leak in (*by_shape, *_find_by_rules(checkers, new), *own)}
    fresh = {secret: leak for secret, leak in leaks.items() if secret not in old}
    return tuple(
        _make_finding(change, leak) for secret, leak in fresh.items() if not _is_part(secret, fresh)
    )


def _is_part(secret: str, secrets: Collection[str]) -> bool:
    return any(secret != longer and secret in longer for longer in secrets)


def _find_by_rules(checkers: Checkers, text: str) -> tuple[Leak, ...]:
    return checkers.secrets.find(text) if checkers.secrets and text else ()


def _make_finding(change: Change, leak: Leak) -> Finding:
    path, number = _find_line(change, leak.secret)
    if leak.rule == OWN_RULE:
        return Finding(GATE, path.replace(leak.secret, "***"), number, OWN, rule=OWN_RULE)
    blocks = leak.rule != GENERIC_RULE or kind_of(path) in ("code", "text")
    looks = f"looks like a {leak.what}, {leak.secret.strip()[:SHOWN_CHARS]}…"
    text = f"This {looks}: read it from the environment or a secret store."
    if not number:
        text = f"The file's name {looks}: name the file by what is in it."
    return Finding(GATE, path.replace(leak.secret, "***"), number, text, blocks, leak.rule)


def _find_line(change: Change, secret: str) -> tuple[str, int]:
    """Find the new line that the secret begins on; line 0 is the file's name."""
    first = next(line for line in secret.split("\n") if line.strip())
    for path in change.after:
        for number, line in change.added_lines(path):
            if first in line:
                return path, number
    return next((path for path in change.new_paths if first in path), ""), 0
