"""Find what stands in the place of code that was to be written (gate "unfinished").

Only new lines are read: what was put off before, and what only moved, is let stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tree_sitter import Node

from bot.gates.change import Change
from bot.gates.test_integrity.syntax_nodes import parse_file
from bot.gates.unfinished.code_signs import find_code_sign, find_test_sign
from bot.gates.unfinished.comment_words import PRETENDS, WORK_TO_DO, find_sign
from bot.gates.unfinished.comments import Sentence, list_line_sentences, list_sentences
from bot.gates.unfinished.cut_ends import find_cut_end
from bot.gates.unfinished.documents import find_document_sign
from bot.gates.unfinished.empty_bodies import find_empty_bodies
from bot.gates.unfinished.idle_functions import Surroundings, list_bases
from bot.gates.unfinished.thin_places import Room, depth_of, fills_line, is_alone, measure_room
from bot.gates.unfinished.unproven_tests import find_unproven_tests
from bot.gates.unfinished.work_words import gives_order, speaks_of_work
from bot.search.grammars import language_of
from bot.search.source_files import find_aside_word, kind_of
from bot.search.syntax_queries import find_comments
from bot.text import as_code_span
from bot.values import Finding

__all__ = ["CUT_END", "GATE", "check_unfinished"]

GATE = "unfinished"
CUT_END = "cut-end"  # the rule of what the gate "syntax" finds too, where there is a grammar
MAX_FINDINGS = 8  # of one file
SHOWN_CHARS = 100
MAX_COMMENT_CHARS = 200_000  # of one file: a megabyte would take half a minute
NEAR = 3  # lines around a new one, whose comments may be one sentence with it
ADVICE = "Write it out."
PROSE = (".md", ".mdx", ".rst", ".adoc", ".txt")
# Files that are there to hold made-up data.
MADE_UP = re.compile(
    r"mock|fake|fixture|stub|dummy|demo|sample|example|stor(?:y|ies)\b|seed|playground|placeholder"
    r"|template|snippet",
    re.IGNORECASE,
)
# Of Python: a function may have dots for its body, a branch has not.
BRANCH = re.compile(r"\s*(?:if|elif|else|for|while|case)\b.*:\s*(?:#.*)?$")
IDLE = re.compile(r"\s*(?:pass|break;?)\s*")
# A comment before it may speak of it.
NEXT_BRANCH = re.compile(
    r"\s*(?:\}\s*)?(?:else|elif|elsif|except|catch|finally|rescue|case|when)\b"
)
NO_CODE = re.compile(
    r"\s*$|\s*#\s*(?:if|else|elif|endif|nullable|pragma|region|endregion|define|include|line)\b"
)
NO_COMMENTS = (".json", ".csv", ".tsv", ".lock", ".svg", ".po", ".pot")


def check_unfinished(change: Change) -> Iterator[Finding]:
    """Find placeholders on new lines: omitted parts, empty bodies, work that is put off.

    Wholly new files are given as `Change(before={}, after={path: text})`. What people may well
    merge, such as a `TODO` that names its work, is advice and does not block.
    """
    removed = Counter(
        line.strip() for path in change.after for _, line in change.removed_lines(path)
    )
    texts = (*change.after.values(), *change.context.values(), *change.neighbours.values())
    bases = list_bases(texts)
    for path, text in change.after.items():
        if text is None or kind_of(path) == "foreign":
            continue
        new_lines = dict(change.handwritten_lines(path))
        fresh = {number for number, line in new_lines.items() if _is_fresh(line, removed)}
        is_new = change.read_before(path) is None
        surroundings = Surroundings(bases, kind_of(path) == "test", is_new)
        findings = _check_file(path, text, fresh, surroundings) if fresh else ()
        by_line = {finding.line: finding for finding in reversed([*findings])}
        yield from sorted(by_line.values(), key=lambda each: each.line)[:MAX_FINDINGS]


def _is_fresh(line: str, removed: Counter[str]) -> bool:
    """Tell whether a line is new, and not one that went elsewhere."""
    stripped = line.strip()
    if removed[stripped] > 0:
        removed[stripped] -= 1
        return not re.search(r"\w", stripped)
    return True


def _check_file(
    path: str, text: str, fresh: set[int], surroundings: Surroundings
) -> Iterator[Finding]:
    name = path.lower()
    if name.endswith(PROSE):
        yield from _check_document(path, text, fresh)
    elif not name.endswith(NO_COMMENTS):
        language = language_of(path)
        root = parse_file(path, text) if language else None
        if root is None or language is None:
            sentences = [*list_line_sentences(text)]
            yield from _check_sentences(path, sentences, text.split("\n"), fresh)
        else:
            yield from _check_parsed(path, text.split("\n"), (root, language), fresh)
            yield from _check_bodies(path, root, language, fresh, surroundings)
            if surroundings.is_test:
                yield from _check_tests(path, text, fresh)
        if surroundings.is_new and (cut := find_cut_end(path, text, root)):
            line, what = cut
            yield Finding(GATE, path, line, f"{what} Write the file to its end.", rule=CUT_END)


def _check_document(path: str, text: str, fresh: set[int]) -> Iterator[Finding]:
    """Check prose. A changelog, which names what is to come, and data of tests are left out."""
    if find_aside_word(path) or kind_of(path) == "test":
        return
    for number, line in enumerate(text.split("\n"), 1):
        if number in fresh and (what := find_document_sign(line)):
            yield _make_finding(path, number, what, line)


def _check_parsed(
    path: str, lines: Sequence[str], tree: tuple[Node, str], fresh: set[int]
) -> Iterator[Finding]:
    root, language = tree
    near = {number + distance for number in fresh for distance in range(-NEAR, NEAR + 1)}
    comments = [each for each in find_comments(root, language) if _touches(each, near)]
    yield from _check_sentences(path, [*list_sentences(comments)], lines, fresh)
    yield from _check_code(path, lines, fresh - _list_rows(comments))


def _touches(node: Node, lines: set[int]) -> bool:
    return not lines.isdisjoint(range(node.start_point.row + 1, node.end_point.row + 2))


def _make_finding(path: str, line: int, what: str, shown: str, *, blocks: bool = True) -> Finding:
    code = as_code_span(" ".join(shown.split())[:SHOWN_CHARS])
    return Finding(GATE, path, line, f"{what}: {code}. {ADVICE}", blocks)


def _check_sentences(
    path: str, sentences: Sequence[Sentence], lines: Sequence[str], fresh: set[int]
) -> Iterator[Finding]:
    is_example = kind_of(path) in ("test", "docs") or bool(find_aside_word(path))
    read_chars = 0
    for sentence in sentences:
        if fresh.isdisjoint(number for _, number in sentence.starts):
            continue
        read_chars += len(sentence.text)
        if read_chars > MAX_COMMENT_CHARS:
            return
        is_dangling = not is_example and _closes_block(lines, sentence.last_line)
        match = find_sign(sentence.text, is_dangling=is_dangling)
        if match is None and not is_example and _puts_off(sentence, lines):
            match = WORK_TO_DO, 0
        if match is None or (is_example and match[0].what == PRETENDS):
            continue
        sign, offset = match
        line = sentence.line_at(offset)
        if line in fresh:
            yield _make_finding(path, line, sign.what, sentence.text, blocks=sign.is_sure)


def _puts_off(sentence: Sentence, lines: Sequence[str]) -> bool:
    """Tell whether a comment names work where hardly any code follows."""
    first, last = sentence.starts[0][1], sentence.last_line
    room = measure_room(lines, first, last)
    if room == Room.CODE:
        return False
    is_of_answer = room == Room.ANSWER and not fills_line(lines[first - 1])
    if is_alone(lines, first) and not is_of_answer and gives_order(sentence.text):
        return True
    return (room == Room.ANSWER or is_alone(lines, first)) and speaks_of_work(sentence.text)


def _closes_block(lines: Sequence[str], number: int) -> bool:
    """Tell whether a comment fills its line, and no code follows it in its block."""
    own = lines[number - 1]
    if not re.match(r"\s*(?:#|//|/\*|--|\*)", own):
        return False
    is_code = (line for line in lines[number:] if not NO_CODE.match(line))
    following = [*islice(is_code, 2)]
    if following and IDLE.fullmatch(following[0]):
        following = following[1:]
    if following and NEXT_BRANCH.match(following[0]):
        return False
    return not following or depth_of(following[0]) < depth_of(own)


def _check_code(path: str, lines: Sequence[str], numbers: set[int]) -> Iterator[Finding]:
    kind = kind_of(path)
    if kind == "docs" or (kind != "test" and MADE_UP.search(path)):
        return
    find_sign_of = find_test_sign if kind == "test" else find_code_sign
    for number in sorted(numbers):
        line = lines[number - 1]
        if what := find_sign_of(line, path):
            yield _make_finding(path, number, what, line)
        elif line.strip() == "..." and BRANCH.match(_line_before(lines, number)):
            yield _make_finding(path, number, "A branch does nothing", line)


def _line_before(lines: Sequence[str], number: int) -> str:
    return next((line for line in reversed(lines[: number - 1]) if line.strip()), "")


def _list_rows(comments: Iterable[Node]) -> set[int]:
    """List the lines that begin with a comment, or are inside of one."""
    rows: set[int] = set()
    for node in comments:
        first = node.start_point.row + 1
        before = node.prev_sibling
        is_whole = before is None or before.end_point.row + 1 < first
        rows.update(range(first if is_whole else first + 1, node.end_point.row + 2))
    return rows


def _check_tests(path: str, text: str, fresh: set[int]) -> Iterator[Finding]:
    for test in find_unproven_tests(path, text, fresh):
        what = f"{as_code_span(test.name)} asserts nothing. Assert what should come of it."
        yield Finding(GATE, path, test.line, what, test.is_sure)


def _check_bodies(
    path: str, root: Node, language: str, fresh: set[int], surroundings: Surroundings
) -> Iterator[Finding]:
    if path.endswith(".pyi") or (MADE_UP.search(path) and not surroundings.is_test):
        return
    for body in find_empty_bodies(root, language, fresh, surroundings):
        text = f"{as_code_span(body.name)} does nothing. Write its body, or leave it out."
        yield Finding(GATE, path, body.line, text)
