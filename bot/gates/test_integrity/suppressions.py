"""Here live the comments that tell a check to look away, and the handlers that swallow every error."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from bot.gates.change import HANDWRITTEN_CHARS, Change
from bot.search.grammars import language_of, parse
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "tests"
FILE_CHARS = 400_000
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
    r"|unreachable|assert_never|typing\.|Protocol|__repr__|sys\.platform|version_info"
)
# : FBT001 - GitHub's own word, [arg-type] # the library has no types, next-line no-eval -- a
# trusted text
REASON = re.compile(
    r"\s*[:\[(=]?\s*[\w./@-]+[\w./@,\s-]*?[\])]?\s*(?:--?|#|//|;|\u2013|\u2014)\s*\w+\W+\w+"
)
SAYS_WHY = re.compile(r"(?:#|//|/\*)\s*\w+\W+\w+\W+\w+")
MAY_SWALLOW = re.compile(r"\bexcept\b|\bcatch\b|\brescue\b|\bsuppress\b|err != nil")
COMMENTS = frozenset(["comment", "line_comment", "block_comment", "multiline_comment"])
HANDLERS = frozenset(
    [
        "except_clause",
        "except_group_clause",
        "catch_clause",
        "catch_block",
        "rescue",
        "rescue_modifier",
        "if_statement",
    ]
)
EMPTY = re.compile(r"\b(?:pass|continue)\b|\breturn\b(?=\s*(?:[;}]|$))|\.\.\.|[\s;{}()]")
BROAD = re.compile(r"^except\s*(?::|\(?\s*(?:\w+,\s*)*(?:Base)?Exception\b(?:[^:]*)?:)")
SWALLOWS = re.compile(
    r"\bsuppress\(\s*(?:Base)?Exception\s*\)|\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}"
    r"|null|undefined|void 0)\s*\)|\.catch\(\s*function\s*\(\w*\)\s*\{\s*\}\s*\)"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where something is told to look away, or to go on whatever happened."""

    line: int
    mark: str
    reason: bool = False  # it names one rule, and words say why


def find_suppressions(change: Change) -> Iterator[Finding]:
    """What the change added of both; what only moved is not new."""
    if any(
        MARK.search(line) or _attribute(line)
        for path in change.after
        for _, line in change.handwritten_lines(path)
    ):
        yield from _marked(change)
    if any(
        MAY_SWALLOW.search(line)
        for path in change.after
        for _, line in change.handwritten_lines(path)
    ):
        yield from _swallowing(change)


def _marked(change: Change) -> Iterator[Finding]:
    had = Counter(spot.mark for path in change.before for spot in _marks(path, change.before[path]))
    for path in change.after:
        for spot in _marks(path, change.after[path]):
            if had[spot.mark] > 0:
                had[spot.mark] -= 1
            elif spot.line in change.new_line_numbers[path] and not _narrower(change, path, spot):
                why = "and says why" if spot.reason else "mend what the check found"
                text = f"`{spot.mark}` was added: it tells a check to look away here, {why}."
                yield Finding(GATE, path, spot.line, text, not spot.reason, "check-silenced")


def _narrower(change: Change, path: str, spot: Spot) -> bool:
    """Whether the lines that stood there had the mark too."""
    for block in change.replaced_blocks[path]:
        if block.new_start <= spot.line < block.new_start + len(block.new):
            return any(_mark_in(line, spot.mark) for line in block.old)
    return False


def _mark_in(line: str, mark: str) -> bool:
    found = MARK.search(line)
    return found is not None and _plain(found["mark"]) == mark


def _plain(mark: str) -> str:
    return " ".join(mark.split()).replace(": ", ":").casefold()


def _marks(path: str, text: str | None) -> Iterator[Spot]:
    if not text or kind_of(path) not in ("code", "test") or len(text) > FILE_CHARS:
        return
    for number, line in _comments(path, text):
        found = MARK.search(line)
        if found and not _fair(path, found["mark"], text.split("\n")[number - 1]):
            yield Spot(number, _plain(found["mark"]), bool(REASON.match(line[found.end("mark") :])))
    for number, line in enumerate(text.split("\n"), 1):
        if found := _attribute(line):
            yield Spot(number, found[0].strip())


def _attribute(line: str) -> re.Match[str] | None:
    return (
        ATTRIBUTES.search(line) or WARNINGS_OFF.search(line)
        if len(line) < HANDWRITTEN_CHARS
        else None
    )


def _fair(path: str, mark: str, line: str) -> bool:
    if "cover" in mark or "ignore next" in mark:
        return bool(UNREACHABLE.search(line))
    # It fails where there is no error: in a test it claims that the types refuse something.
    return mark.endswith("expect-error") and (
        kind_of(path) == "test" or bool(re.search(r"\.d\.[mc]?ts$", path))
    )


def _comments(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Each comment's first line with its number; of languages without a grammar, what looks like
    one.
    """
    language = language_of(path)
    tree = parse(language, text.encode(errors="replace")) if language else None
    if tree is None:
        for number, line in enumerate(text.split("\n"), 1):
            _, sign, rest = line.partition("#" if "#" in line else "//")
            if sign:
                yield number, rest[:400]
        return
    for node in _nodes(tree.root_node, COMMENTS):
        for offset, line in enumerate(
            (node.text or b"").decode(errors="replace").split("\n")[:200]
        ):
            yield node.start_point.row + 1 + offset, line[:400]


def _nodes(root: Node, kinds: frozenset[str]) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in kinds:
            yield node
        waiting.extend(reversed(node.children))


# --- errors that nobody hears of
# ----------------------------------------------------------------------------------


def _swallowing(change: Change) -> Iterator[Finding]:
    """As many as are more than before, of those that stand where something changed."""
    before = [one for path in change.before for one in _swallows(path, change.before[path])]
    after = [(path, *one) for path in change.after for one in _swallows(path, change.after[path])]
    fresh = [
        one
        for one in after
        if not change.new_line_numbers[one[0]].isdisjoint(range(one[1], one[1] + 4))
    ]
    for path, line, shown, told in fresh[: max(0, len(after) - len(before))]:
        why = f"Every error is swallowed here: `{shown}`. Catch the one that is meant, and say what follows."
        yield Finding(GATE, path, line, why, not told, "error-swallowed")


def _swallows(path: str, text: str | None) -> Iterator[tuple[int, str, bool]]:
    """Line and first words of each handler that takes any error and does nothing, and whether words
    in it say why.
    """
    language = language_of(path)
    if not text or language is None or len(text) > FILE_CHARS or kind_of(path) == "foreign":
        return
    tree = parse(language, text.encode(errors="replace"))
    for node in _nodes(tree.root_node, HANDLERS) if tree else ():
        said = (node.text or b"").decode(errors="replace")
        if _is_deaf(node, said):
            yield node.start_point.row + 1, " ".join(said.split())[:60], bool(SAYS_WHY.search(said))
    for found in SWALLOWS.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, " ".join(found[0].split())[:60], False


def _is_deaf(node: Node, said: str) -> bool:
    bare = re.sub(r"(?m)(?:#|//).*$|/\*.*?\*/", "", said)
    if node.type.startswith("except"):
        return bool(BROAD.match(said)) and not EMPTY.sub("", bare.partition(":")[2])
    if node.type == "rescue_modifier":
        return bool(re.search(r"rescue\s+(?:nil|false|\[\]|\{\}|\"\")$", said))
    if node.type == "rescue":
        return bool(
            re.match(r"rescue\s*(?:=>\s*\w+|StandardError|Exception|$|\n)", said)
        ) and not EMPTY.sub("", re.sub(r"^rescue[^\n]*", "", bare))
    if node.type == "if_statement":  # Go's `if err != nil {}`
        return bool(re.fullmatch(r"if\s+err\s*!=\s*nil\s*\{\s*\}", bare.strip()))
    return not EMPTY.sub("", bare.partition("{")[2].rpartition("}")[0])
