"""Find the comments and attributes that tell a check to look away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.gates.change import HANDWRITTEN_CHARS, Change
from bot.gates.test_integrity.syntax_nodes import FILE_CHARS, find_nodes, parse_file
from bot.search.source_files import kind_of
from bot.search.syntax_queries import read_text
from bot.values import Finding

GATE = "tests"
COMMENT_CHARS, COMMENT_LINES = 400, 200
MARK = re.compile(
    r"(?P<mark>(?:ruff|flake8)\s*:\s*noqa|\bnoqa\b|\btype:\s*ignore|\bpyright:\s*(?:ignore"
    r"|basic)|\bmypy:\s*(?:ignore-errors|disable-error-code)|\bpylint:\s*disable"
    r"|\bpyre-(?:ignore|fixme)"
    r"|\bnosec\b|\bpragma:\s*no ?(?:cover|branch)|\beslint-disable(?:-next-line"
    r"|-line)?|\boxlint-disable\S*|@ts-(?:ignore|nocheck|expect-error)|\bistanbul ignore"
    r"|\b[cv]8 ignore"
    r"|\btslint:disable|\bbiome-ignore|\bnolint\b|\bNOSONAR\b|\brubocop:disable"
    r"|\b(?:phpcs|phpstan|psalm|codeCoverage)\S*[iI]gnore\w*|@phpstan-ignore\S*"
    r"|\bswiftlint:disable|\bnoinspection\b|\bCHECKSTYLE[:.]\s*OFF|\blint:ignore"
    r"|\bshellcheck disable|\bNOLINT|\bcoverage:ignore|\bdetekt:|\bktlint-disable"
    r"|\bbandit:\s*skip"
    r"|\bsemgrep:?\s*ignore|\bnosemgrep|\bdoctest:\s*\+SKIP|\bgcov\w*_EXCL|LCOV_EXCL)",
    re.IGNORECASE,
)
ATTRIBUTES = re.compile(
    r"^\s*(?:#!?\[\s*(?:cfg_attr\([^)]*,\s*)?allow\(|@SuppressWarnings\b|@Suppress\("
    r"|@file:Suppress|#pragma\s+(?:warning\s+disable|GCC\s+diagnostic\s+ignored"
    r"|clang\s+diagnostic\s+ignored)"
    r"|\[\s*(?:assembly:\s*)?SuppressMessage|@codeCoverageIgnore|@SuppressFBWarnings"
    r"|@no_type_check|@typing\.no_type_check)"
)
WARNINGS_OFF = re.compile(
    r"\b(?:warnings\.(?:simplefilter|filterwarnings)\(\s*[\"']ignore|error_reporting\(\s*0"
    r"|process\.env\.NODE_TLS_REJECT_UNAUTHORIZED)"
)
# Lines that no test can reach by their nature.
UNREACHABLE = re.compile(
    r"TYPE_CHECKING|__main__|NotImplementedError|@overload|@abstractmethod|\.\.\.\s*#"
    r"|unreachable|assert_never|typing\.|Protocol|__repr__|sys\.platform|version_info|\\\.\{3\}"
)
# : FBT001 - GitHub's own word, [arg-type] # the library has no types, next-line no-eval -- a
# trusted text
REASON = re.compile(
    r"\s*[:\[(=]?\s*[\w./@-]+[\w./@,\s-]*?[\])]?\s*(?:--?|#|//|;|\u2013|\u2014)\s*\w+\W+\w+"
)
COMMENTS = frozenset(["comment", "line_comment", "block_comment", "multiline_comment"])


@dataclass(frozen=True, slots=True)
class Suppression:
    """A place where a check is told to look away."""

    line: int
    mark: str
    has_reason: bool = False  # it names one rule, and words say why


def find_suppressions(change: Change) -> Iterator[Finding]:
    """Find what the change added; what only moved is not new."""
    if not change.adds_handwritten(lambda line: MARK.search(line) or _find_attribute(line)):
        return
    had = Counter(item.mark for _, item in _list_suppressions(change.before))
    added = []
    for path, suppression in _list_suppressions(change.after):
        if _is_new(change, path, suppression):
            added.append((path, suppression))
        else:  # it stayed: a new one may not pass for it
            had[suppression.mark] = max(0, had[suppression.mark] - 1)
    for path, suppression in added:
        if had[suppression.mark] > 0:
            had[suppression.mark] -= 1
        else:
            yield _make_finding(path, suppression)


def _list_suppressions(files: Mapping[str, str | None]) -> Iterator[tuple[str, Suppression]]:
    for path, text in files.items():
        for suppression in _read_suppressions(path, text):
            yield path, suppression


def _make_finding(path: str, suppression: Suppression) -> Finding:
    advice = "and says why" if suppression.has_reason else "mend what the check found"
    text = f"`{suppression.mark}` was added: it tells a check to look away here, {advice}."
    blocks = not suppression.has_reason
    return Finding(GATE, path, suppression.line, text, blocks, "check-silenced")


def _is_new(change: Change, path: str, suppression: Suppression) -> bool:
    """Tell whether it stands on a new line, and the lines that stood there did not have it."""
    for block in change.replaced_blocks[path]:
        if block.new_start <= suppression.line < block.new_start + len(block.new):
            return not any(_has_mark(line, suppression.mark) for line in block.old)
    return False


def _has_mark(line: str, mark: str) -> bool:
    match = MARK.search(line)
    return match is not None and _normalize_mark(match["mark"]) == mark


def _normalize_mark(mark: str) -> str:
    return " ".join(mark.split()).replace(": ", ":").casefold()


def _read_suppressions(path: str, text: str | None) -> Iterator[Suppression]:
    if not text or kind_of(path) not in ("code", "test") or len(text) > FILE_CHARS:
        return
    lines = text.split("\n")
    for number, comment in _read_comments(path, text):
        match = MARK.search(comment)
        if match and not _is_fair(path, match["mark"], lines[number - 1]):
            has_reason = bool(REASON.match(comment[match.end("mark") :]))
            yield Suppression(number, _normalize_mark(match["mark"]), has_reason)
    for number, line in enumerate(lines, 1):
        attribute = _find_attribute(line)
        if attribute:
            yield Suppression(number, attribute[0].strip())


def _find_attribute(line: str) -> re.Match[str] | None:
    if len(line) >= HANDWRITTEN_CHARS:
        return None
    return ATTRIBUTES.search(line) or WARNINGS_OFF.search(line)


def _is_fair(path: str, mark: str, line: str) -> bool:
    if "cover" in mark or "ignore next" in mark:
        return bool(UNREACHABLE.search(line))
    if not mark.endswith("expect-error"):
        return False
    # It fails where there is no error: in a test it claims that the types refuse something.
    return kind_of(path) == "test" or bool(re.search(r"\.d\.[mc]?ts$", path))


def _read_comments(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line of a comment.

    In languages without a grammar that is what looks like one.
    """
    root = parse_file(path, text)
    if root is None:
        yield from _guess_comments(text)
        return
    for node in find_nodes(root, COMMENTS):
        comment = read_text(node)
        comment_lines = comment.split("\n")[:COMMENT_LINES]
        for number, line in enumerate(comment_lines, node.start_point.row + 1):
            yield number, line[:COMMENT_CHARS]


def _guess_comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        _, sign, comment = line.partition("#" if "#" in line else "//")
        if sign:
            yield number, comment[:COMMENT_CHARS]
