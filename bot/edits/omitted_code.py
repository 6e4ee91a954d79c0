"""Detect code that was left out: a comment that says "the rest as before" in its stead."""

from __future__ import annotations

import re

from bot.edits.parsed_edit import GOES, Ops, Rejected, list_new_lines

SHOWN_CHARS = 120
LONGEST = 160
COMMENT = r"^\s*(?:#+|//+|/\*+|\*|--|<!--|;+|%+|\{/\*|\(|\[|<|\"\"\")\s*[(\[<]?\s*"
DOTS = r"(?:\.{3}|\u2026)"
OLD = r"(?:rest|remaining|remainder|existing|previous|original|unchanged|other|same|omitted)"
CODE = (
    r"(?:code|methods?|functions?|class(?:es)?|imports?|tests?|implementation|content"
    r"|file|body|lines|logic|fields|stays?)"
)
SAYS = re.compile(
    rf"{COMMENT}(?:{DOTS}.{{0,60}}\b{OLD}\b.*"
    rf"|(?:the )?(?:rest|remainder) of\b.{{0,60}}(?:\b(?:unchanged|same|before|omitted|here|remains"
    rf"|stays?)\b|{DOTS}).*"
    rf"|(?:the )?{OLD} (?:of the )?{CODE}\b.{{0,30}}"
    rf"(?:{DOTS}|\b(?:unchanged|here|remains?|same|as before|omitted)\b).{{0,20}}"
    rf"|{OLD} {CODE}\s*(?:\*/|-->|\*/\}}|\)|\]|>)?\s*"
    rf"|rest unchanged\b.*)$"
    # `...rest,` and `...other` spread what has that name, in JavaScript.
    rf"|^\s*{DOTS}(?:\s(?:the )?{OLD}\b|(?:the )?{OLD}\s(?!as\b|//)).*$",
    re.IGNORECASE,
)
BARE = re.compile(
    rf"^\s*(?:(?:#+|//+|/\*+|--|<!--|;+|%+|\{{/\*)\s*)?{DOTS}\s*(?:\*/|-->|\*/\}}|etc\.?)?\s*$"
)
# What stands for code only where an edit takes lines away.
KEEPS = re.compile(
    rf"{COMMENT}(?:unchanged|(?:same )?as (?:before|above)|snip(?:ped)?|omitted"
    rf"|no (?:other |further |more )?changes?(?: (?:below|above|here|from here|after this))?"
    rf"|keep (?:the |all )?(?:the )?{OLD}\b.{{0,40}}"
    rf"|(?:the )?(?:rest|remainder)(?: of .{{0,40}})?"
    rf"|(?:everything|all) else .{{0,30}}(?:unchanged|the same|as (?:it )?(?:is|was)|stays))"
    rf"\W*$",
    re.IGNORECASE,
)
FEWER = 3  # lines less than before make bare dots a gap


# Only in comments, or where the line starts with dots and a space: `...rest` is JavaScript.
PLACEHOLDER = re.compile(
    r"(#+|//+|/\*+|--|<!--|;+|%+|\{/\*|\"\"\"|\[)\s*("
    r"(\.{3}|…)\s?[^.…]{0,40}\b(rest|existing|remaining|unchanged|omitted|same as before)\b.*"
    r"|(the )?(rest|remainder) of\b[^.…]{0,40}"
    r"\b(unchanged|the same|as before|omitted|goes here)\b.{0,20}"
    r"|(existing|previous|remaining) (code|methods?|functions?|imports?|tests?|implementation)\b"
    r"[^.…]{0,20}(\.{3}|…|\bunchanged|\bgoes here).{0,10})"
    r"|(\.{3}|…)\s(the )?(rest of|existing|remaining|unchanged)\b.*",
    re.IGNORECASE,
)


def is_placeholder(line: str) -> bool:
    """Tell whether a line of a whole file surely stands for code that was left out.

    Narrower than what an edit is refused for: `# Other fields` may well head a part of a file.
    """
    return len(line) <= LONGEST and bool(PLACEHOLDER.fullmatch(line.strip()))


def refuse_omitted_code(ops: Ops) -> None:
    """Raise Rejected when a new line stands for code that was left out, with the line."""
    new_lines = list_new_lines(ops)
    gone = sum(op.sign == GOES for op in ops)
    shrinks = gone - len(new_lines) >= FEWER
    for text in new_lines:
        stands_for_code = SAYS.match(text) or (shrinks and BARE.match(text))
        stands_for_code = stands_for_code or (gone > 1 and KEEPS.match(text))
        if len(text) <= LONGEST and stands_for_code:
            raise Rejected(
                f"this line stands for code that was left out: `{text.strip()[:SHOWN_CHARS]}`. "
                "It would take the place of that code: write the code out, or edit less of the "
                "file."
            )
