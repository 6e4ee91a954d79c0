"""Read what a check says of itself, where no log tells what failed.

In this order: its output (title, summary and text), the notes that it pinned to lines, and the
sentence of a commit status. All of it is the text of strangers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from bot.logs.fingerprint import compute_fingerprint
from bot.logs.merge_annotations import RUNNERS_PATH
from bot.ports import Ports
from bot.steps.secondary_source import fetch_or_do_without
from bot.text import extract_visible, mask_secrets, strip_invisible
from bot.text.git_lines import cut_at_line
from bot.values import Action, Annotation, Category, Check, CheckOutput, Failure, Reading, Repo
from bot.views.conclusion_words import OWN_WORDS, describe_conclusion

SOURCE_CHARS = 65_536  # the most that GitHub keeps of each text
TEXT_CHARS = 8_000
MESSAGE_CHARS = 400
ERROR_CHARS = 160
MOST_NOTES = 50
NOTE_CHARS = 1_000
# Words that tell no more than that something failed.
# fmt: off
EMPTY_WORDS = frozenset([
    "a", "after", "an", "and", "are", "at", "be", "been", "build", "builds", "built", "by",
    "cannot", "check", "checks", "ci", "code", "commit", "could", "couldn't", "deploy",
    "deployment", "details", "did", "error", "errored", "errors", "fail", "failed", "failing",
    "fails", "failure", "failures", "finished", "for", "found", "full", "has", "have", "in", "is",
    "job", "jobs", "m", "main", "min", "minutes", "more", "ms", "not", "of", "on", "one", "or",
    "completed", "exit", "process",
    "page", "passed", "pipeline", "preview", "pull", "ran", "request", "run", "s", "sec",
    "seconds", "see", "some", "status", "suite", "t", "test", "tests", "the", "there", "this",
    "to", "unsuccessful", "unsuccessfully", "was", "were", "with", "workflow", "you", "your",
])
# fmt: on

UNREADABLE: MappingProxyType[str, tuple[Category, Action]] = MappingProxyType(
    {
        "cancelled": ("infra", "rerun"),
        "stale": ("infra", "rerun"),
        "timed_out": ("timeout", "rerun"),
        "startup_failure": ("infra", "human"),
        "action_required": ("infra", "human"),
    }
)


def fetch_check_words(ports: Ports, repo: Repo, check: Check, notes: Sequence[Annotation]) -> str:
    """Gather all that a check says, as its reader sees it, masked and bounded; "" for nothing."""
    output = _fetch_output(ports, repo, check)
    texts = [output.title, *map(_read_markdown, (output.summary, output.text))]
    texts += [_write_note(note) for note in notes[:MOST_NOTES]]
    if not any(text.strip() for text in texts):
        texts = [check.description]
    whole = mask_secrets("\n\n".join(filter(None, (strip_invisible(text) for text in texts))))
    return cut_at_line(whole.strip(), TEXT_CHARS, "(…)")


def read_check_words(check: Check, words: str) -> Reading:
    """Read a failed check by its own words. Whoever must know more finds its page linked.

    Where they tell what is wrong the change may be mended; else only a person can look.
    """
    category, action = UNREADABLE.get(check.conclusion.lower(), ("crash", "human"))
    if action == "human" and category == "crash" and _tell_something(check, words):
        action = "fix"
    error, message = _split_words(check, words)
    fingerprint = compute_fingerprint(error, message, check.name, ()) if words else ""
    failure = Failure(error, message, fingerprint=fingerprint)
    tool = OWN_WORDS if words else ""
    return Reading(category, action, tool, (failure,), words, "low" if words else "high")


def _fetch_output(ports: Ports, repo: Repo, check: Check) -> CheckOutput:
    """Fetch its output; none where GitHub does not say: other places are read all the same."""
    if not check.id:
        return CheckOutput()
    return fetch_or_do_without(
        f"the output of {check.name}",
        lambda: ports.ci.fetch_check_output(repo, check.id),
        CheckOutput(check.description),
    )


def _read_markdown(markdown: str) -> str:
    return extract_visible(markdown[:SOURCE_CHARS]).strip()


def _write_note(note: Annotation) -> str:
    path = "" if note.path == RUNNERS_PATH else note.path
    place = f"{path}:{note.line}" if path and note.line else path
    parts = [place, note.title, note.message]
    head = ": ".join(part.strip() for part in parts if part.strip())
    return "\n".join(filter(None, (head, note.details.strip())))[:NOTE_CHARS]


def _split_words(check: Check, words: str) -> tuple[str, str]:
    """Take the first line for what failed, and the next ones for the message."""
    more = f"see {check.url}" if check.url else "its own page may say more"
    lines = list(filter(None, (" ".join(line.split()) for line in words.splitlines())))
    if not lines:
        return describe_conclusion(check.conclusion), f"CI left nothing to read; {more}"
    message = _cut_at_word(" ".join(lines[1:]) or lines[0], MESSAGE_CHARS)
    return _cut_at_word(lines[0], ERROR_CHARS), message


def _tell_something(check: Check, words: str) -> bool:
    """Tell whether the words say more than that the check, by its name, failed."""
    known = EMPTY_WORDS | set(_list_words(check.name))
    return any(word not in known for word in _list_words(words))


def _list_words(text: str) -> Iterator[str]:
    for match in re.finditer(r"[^\W\d_]+(?:'[a-z]+)?", text):
        yield match[0].lower()


def _cut_at_word(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit].rpartition(' ')[0] or text[:limit]} (…)"
