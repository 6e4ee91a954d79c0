"""Clean a stranger's words for git: a subject, a body, and nothing that acts on CI or names people.

A squash merge takes the title and the text of a pull request, so both are cleaned like a commit.
"""

from __future__ import annotations

import re

from bot.text.invisible_chars import strip_invisible

SUBJECT_CHARS = 72  # GitHub cuts a commit's subject there
MOST_NESTED = 8
_SERVICES = (
    r"(?:ci|cd|actions|checks?|builds?|tests?|deploy|release|preview|workflows?|pipelines?"
    r"|amplify|appveyor|azure ?pipelines|azpipelines|azp|bitbucket|bitrise|buildkite"
    r"|cf[ -]pages|circle(?:[ -]?ci)?|cirrus(?:[ -]?ci)?|cloudflare(?:[ -]pages)?|codebuild"
    r"|codecov|codefresh|codemagic|concourse|drone|github(?:[ -]actions)?|gitlab(?:[ -]ci)?"
    r"|heroku|jenkins|netlify|pre-commit(?:\.ci)?|railway|render|semaphore|teamcity"
    r"|travis(?:[ -]?ci)?|vercel|woodpecker)"
)
_GAP = r"[^\S\n]*(?:[-_][^\S\n]*)?"  # blanks of any kind, and a dash for one
_SKIP_MARK = re.compile(
    rf"\[[^\S\n]*(?:(?:skip|no){_GAP}{_SERVICES}|{_SERVICES}{_GAP}skip)[^\S\n]*\]"
    r"|\*\*\*no[_ -]?ci\*\*\*|^[^\S\n]*skip-checks[^\S\n]*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
# Lines that a tool would take for a statement of a person; a folded one goes on behind a blank.
_TRAILER = re.compile(
    # Whatever names an address is one, too.
    r"^[ \t>*-]*(?:(?:[a-z]+(?:-[a-z]+)*-by|change-id|cc|on-behalf-of|release-as)[ \t]*:"
    r"|[a-z][a-z-]*[ \t]*:[^<\n]*<[^<>\s@]+@[^<>\s]+>).*(?:\n[ \t]+\S.*)*\n?",
    re.IGNORECASE | re.MULTILINE,
)


def normalize_subject(text: str) -> str:
    """Write a title on one line: no invisible characters, no `#` before it, no full stop after it.

    Empty when nothing is left that says something.
    """
    flat = drop_skip_marks(" ".join(strip_invisible(text).split()))
    subject = " ".join(flat.split()).lstrip("# ").rstrip(" .\N{IDEOGRAPHIC FULL STOP}")
    return subject if any(char.isalnum() for char in subject) else ""


def explain_bad_subject(subject: str) -> str:
    """Say why a normalized subject cannot stand as it is; empty when it can."""
    if not subject:
        return "The title says nothing: give a short sentence in the imperative."
    if len(subject) > SUBJECT_CHARS:
        return (
            f"The title has {len(subject)} characters, and GitHub cuts it after {SUBJECT_CHARS}. "
            "Make it shorter, and say the rest in the message."
        )
    return ""


def shorten_subject(subject: str, limit_chars: int = SUBJECT_CHARS) -> str:
    """Cut a subject before the word that does not fit; a single word is cut in the middle."""
    if len(subject) <= limit_chars:
        return subject
    room = limit_chars - len("...")
    whole_words = subject[: room + 1].rpartition(" ")[0].rstrip(" ,;:")
    return f"{whole_words or subject[:room]}..."


def drop_skip_marks(text: str) -> str:
    """Remove what keeps CI from running, such as `[skip ci]`, until none is left.

    Marks inside marks go too; of thousands in one another the last lose their brackets instead, so
    that no new one can come of it.
    """
    for _ in range(MOST_NESTED):
        text, count = _SKIP_MARK.subn("", text)
        if not count:
            return text
    return _SKIP_MARK.sub(_open_brackets, text)


def clean_message(text: str) -> str:
    """Take out of a text what nobody sees, what keeps CI from running, and trailers, in this order:
    each may stand in the midst of the next.
    """
    return drop_trailers(drop_skip_marks(strip_invisible(text)))


def drop_trailers(text: str) -> str:
    """Remove lines such as `Signed-off-by: ...`: only the bot says who had a part in its work."""
    return _TRAILER.sub("", text)


def _open_brackets(mark: re.Match[str]) -> str:
    return f"({mark[0][1:-1].strip()})" if mark[0].startswith("[") else ""
