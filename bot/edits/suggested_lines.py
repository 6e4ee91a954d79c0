"""Put suggested lines into the bytes of a file, and leave every other byte as it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

from bot.edits.suggestions import RefusedSuggestion, Suggestion
from bot.text import as_code_span, count_noun

MARK = codecs.BOM_UTF8
OTHER_ENCODINGS = ("cp1252", "latin-1")  # what GitHub shows rightly, where it is no UTF-8
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class SuggestedFile:
    """A file with suggestions applied: its bytes, and what became of each suggestion."""

    data: bytes
    applied: tuple[Suggestion, ...]
    refused: tuple[RefusedSuggestion, ...]


class _Misfit(Exception):
    """A suggestion that does not fit the file. The text tells people why."""


def apply_suggestions(data: bytes, suggestions: Sequence[Suggestion]) -> SuggestedFile:
    """Apply the suggestions for one file to the letter, or say for each why not.

    Line ends, a byte order mark, the encoding and a missing last line end stay as they are. Of
    those that replace the same lines with different texts none is applied.
    """
    if b"\0" in data:
        return SuggestedFile(data, (), tuple(map(_refuse_binary, suggestions)))
    mark = MARK if data.startswith(MARK) else b""
    lines = list(BytesIO(data.removeprefix(mark)))  # only a line feed ends a line, as on GitHub
    refused = []
    fitting = []
    for suggestion in suggestions:
        if problem := _explain_misfit(lines, suggestion):
            refused.append(RefusedSuggestion(suggestion.thread, problem))
        else:
            fitting.append(suggestion)
    replacements: dict[Suggestion, list[bytes]] = {}
    for suggestion in fitting:
        rivals = [rival for rival in fitting if _is_rival(suggestion, rival)]
        try:
            if rivals:
                refused.append(_refuse_rivals(suggestion, rivals))
            else:
                replacements[suggestion] = _make_lines(lines, suggestion)
        except _Misfit as misfit:
            refused.append(RefusedSuggestion(suggestion.thread, str(misfit)))
    changed = _splice(lines, replacements)
    once = tuple(dict.fromkeys(refused))
    return SuggestedFile(mark + b"".join(changed), tuple(replacements), once)


def _refuse_binary(suggestion: Suggestion) -> RefusedSuggestion:
    path = as_code_span(suggestion.path)
    text = f"{path} is no text whose lines can be replaced, so the suggestion was not applied."
    return RefusedSuggestion(suggestion.thread, text)


def _splice(lines: Sequence[bytes], replacements: dict[Suggestion, list[bytes]]) -> list[bytes]:
    """Replace from the bottom up, so that the numbers above stay right. Copies count once."""
    changed = list(lines)
    unique = {(edit.first, edit.last): new for edit, new in replacements.items()}
    for first, last in sorted(unique, reverse=True):
        changed[first - 1 : last] = unique[first, last]
    return changed


def _explain_misfit(lines: Sequence[bytes], suggestion: Suggestion) -> str:
    """Say why the lines are not those that the suggestion was made for; "" when they are."""
    path = as_code_span(suggestion.path)
    if suggestion.last > len(lines):
        count = count_noun(len(lines), "line")
        return f"This suggestion is for {suggestion.lines}, and {path} has {count} now."
    old = lines[suggestion.first - 1 : suggestion.last]
    too_many = len(suggestion.seen_lines) > len(old)
    pairs = zip(reversed(old), reversed(suggestion.seen_lines), strict=False)
    if too_many or not all(_reads_like(line, shown) for line, shown in pairs):
        return (
            f"This suggestion is outdated: {suggestion.place} read otherwise when it was made. "
            "Please make it again on the lines as they are now."
        )
    return ""


def _reads_like(line: bytes, shown: str) -> bool:
    """Tell whether a line is what GitHub showed. It may not have known a foreign encoding."""
    shown = shown.removeprefix("\ufeff")
    text = _strip_end(line)
    if _find_encoding(text, shown):
        return True
    if _fits(text.decode, "utf-8"):
        return False
    return _blur(text.decode("latin-1")) == _blur(shown)


def _find_encoding(text: bytes, shown: str) -> str:
    """Find the encoding in which these bytes are what was shown; "" when there is none."""
    for encoding in ("utf-8", *OTHER_ENCODINGS):
        if _fits(text.decode, encoding) and text.decode(encoding) == shown:
            return encoding
    return ""


def _fits(convert: Callable[[str], object], encoding: str) -> bool:
    """Tell whether a text can be encoded so, or bytes decoded."""
    try:
        convert(encoding)
    except UnicodeError:
        return False
    return True


def _blur(text: str) -> str:
    return _FOREIGN.sub("?", text)


def _is_rival(suggestion: Suggestion, rival: Suggestion) -> bool:
    """Tell whether two suggestions want different things of the same lines."""
    wanted = (suggestion.first, suggestion.last, suggestion.text)
    if wanted == (rival.first, rival.last, rival.text):
        return False
    return suggestion.first <= rival.last and rival.first <= suggestion.last


def _refuse_rivals(suggestion: Suggestion, rivals: Sequence[Suggestion]) -> RefusedSuggestion:
    """Name all that are for the same lines, and ask which one is meant."""
    people = dict.fromkeys([suggestion.author, *(rival.author for rival in rivals)])
    if all(rival.thread == suggestion.thread for rival in rivals):
        count = count_noun(len({suggestion.text, *(rival.text for rival in rivals)}), "suggestion")
        text = f"There are {count} here for {suggestion.place}, by {' and '.join(sorted(people))}"
    else:
        others = [f"the one by {rival.author} for {rival.place}" for rival in rivals]
        named = " and ".join(dict.fromkeys(others))
        text = f"This suggestion by {suggestion.author} for {suggestion.place} and {named} overlap"
    text += ", so none of them was applied. Which one shall it be?"
    return RefusedSuggestion(suggestion.thread, text, kind="asked")


def _make_lines(lines: Sequence[bytes], suggestion: Suggestion) -> list[bytes]:
    """Write the new lines as the file's are written. Raises _Misfit where that cannot be told."""
    old = lines[suggestion.first - 1 : suggestion.last]
    encoding = _choose_encoding(lines, suggestion)
    texts = suggestion.text.removeprefix("\ufeff").split("\n")[:-1]
    ends = _choose_ends(lines, suggestion, len(texts))
    new = [text.encode(encoding) + end for text, end in zip(texts, ends, strict=True)]
    if new == list(old):
        raise _Misfit(f"Nothing to apply: {suggestion.place} read like this already.")
    return new


def _choose_ends(lines: Sequence[bytes], suggestion: Suggestion, count: int) -> list[bytes]:
    """Let new lines end as the old ones; the last one as the last, even if that has no end."""
    if not count:
        return []
    ends = [_read_end(line) for line in lines[suggestion.first - 1 : suggestion.last]]
    last = ends.pop()
    line_above = lines[suggestion.last - 2] if suggestion.last > 1 else b"\n"
    ends += [last or _read_end(line_above)] * count
    return [*ends[: count - 1], last]


def _choose_encoding(lines: Sequence[bytes], suggestion: Suggestion) -> str:
    """Choose UTF-8, or the encoding in which the reviewer saw the lines rightly."""
    if suggestion.text.isascii() or _fits(b"".join(lines).decode, "utf-8"):
        return "utf-8"
    shown = "\n".join(suggestion.seen_lines)
    old = lines[suggestion.first - 1 : suggestion.last][-len(suggestion.seen_lines) :]
    encoding = _find_encoding(b"\n".join(map(_strip_end, old)), shown)
    if shown.isascii() or not encoding or not _fits(suggestion.text.encode, encoding):
        raise _Misfit(
            f"{as_code_span(suggestion.path)} is not UTF-8, and the suggestion has characters "
            "whose bytes in that file nobody can tell. Please push this one yourself."
        )
    return encoding


def _read_end(line: bytes) -> bytes:
    return line[len(_strip_end(line)) :]


def _strip_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")
