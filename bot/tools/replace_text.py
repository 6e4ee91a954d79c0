"""Tool `replace_text`: replace a plain text in many files at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from bot.edits import replace_everywhere
from bot.search.lock_files import is_lock_name
from bot.text.amounts import count_noun
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal, TreeReader, decode_texts
from bot.tools.write_files import list_protected, write_files

SPECIAL = re.compile(r"[\\.\[\]{}()*+?^$|]")  # in an extended regular expression
MAX_MATCHES = 20_000  # lines that are looked at to find the files
MAX_SHOWN = 60  # files


class ReplaceTextInput(ToolInput):
    """Replace a text by another in every place of the files that you name, in any language. The
    text is plain, no pattern, and upper and lower case matter. The answer counts the places by
    file. Look at them first with `grep` or with `dry_run`; `restore_file` takes back a file.
    """

    old: str = Field(min_length=1, max_length=10_000, description="The text to replace.")
    new: str = Field(max_length=10_000, description="The text to put in its place.")
    files: list[str] = Field(
        min_length=1,
        max_length=100,
        description="Where to replace: paths of files or folders, or globs such as `src/**/*.ts`.",
    )
    whole_word: bool = Field(
        default=True,
        description="Replace it only where no letter, digit or underscore stands right beside it.",
    )
    dry_run: bool = Field(default=False, description="Count the places, and change nothing.")


def run(session: ToolSession, arguments: ReplaceTextInput) -> str:
    """Replace the text in the patch, in all files or none; count the places."""
    if arguments.old == arguments.new:
        raise ToolRefusal("`old` and `new` are the same, so nothing would change.")
    reader = session.read_tree()
    before = _read_candidates(reader, arguments)
    after, counts = {}, {}
    for path, text in before.items():
        replaced, count = replace_everywhere(
            text, arguments.old, arguments.new, whole_word=arguments.whole_word
        )
        if count:
            after[path], counts[path] = replaced, count
    protected = [*list_protected(session, after), *filter(is_lock_name, after)]
    writable = {path: text for path, text in after.items() if path not in protected}
    if not writable:
        raise ToolRefusal(_explain_nothing(arguments, protected))
    if not arguments.dry_run:
        write_files(session, writable)
    lines = _describe(arguments, {path: counts[path] for path in writable})
    left_out = _describe_left_out(arguments, before, sum(counts.values()), protected)
    return "\n".join([*lines, *left_out])


def _read_candidates(reader: TreeReader, arguments: ReplaceTextInput) -> dict[str, str]:
    """Read the named files that hold the longest line of the old text."""
    longest = max(arguments.old.splitlines() or [""], key=len)
    paths: dict[str, None] = {}
    for where in arguments.files:
        try:
            matches = reader.ports.mirrors.grep(
                reader.tree, SPECIAL.sub(r"\\\g<0>", longest), where, MAX_MATCHES
            )
        except ValueError as error:
            raise ToolRefusal(f"The text cannot be searched for in {where}: {error}.") from None
        if len(matches) == MAX_MATCHES:
            raise ToolRefusal(
                f"At least {MAX_MATCHES:,} lines in {where} have to be looked at, which is too "
                "many: name fewer files."
            )
        paths.update((match.path, None) for match in matches)
    return decode_texts(reader.ports.mirrors.read(reader.tree, sorted(paths)))


def _explain_nothing(arguments: ReplaceTextInput, protected: Sequence[str]) -> str:
    if protected:
        return (
            f"The text stands only in protected files, which cannot be changed: "
            f"{', '.join(protected)}."
        )
    where = ", ".join(arguments.files)
    as_word = " as a whole word" if arguments.whole_word else ""
    return f"The text does not stand in {where}{as_word}. Look where it does with `grep`."


def _describe(arguments: ReplaceTextInput, counts: Mapping[str, int]) -> Iterator[str]:
    places = count_noun(sum(counts.values()), "place")
    files = count_noun(len(counts), "file")
    if arguments.dry_run:
        yield f"Nothing was changed. The text stands in {places} of {files}:"
    else:
        yield f"Replaced in {places} of {files}:"
    for path, count in list(counts.items())[:MAX_SHOWN]:
        yield f"{path}: {count}"
    if len(counts) > MAX_SHOWN:
        yield f"(and {count_noun(len(counts) - MAX_SHOWN, 'more file')})"


def _describe_left_out(
    arguments: ReplaceTextInput,
    texts: Mapping[str, str],
    replaced: int,
    protected: Sequence[str],
) -> Iterator[str]:
    """Say which places of the text were passed over, and why."""
    every_place = sum(
        replace_everywhere(text, arguments.old, arguments.new, whole_word=False)[1]
        for text in texts.values()
    )
    if every_place > replaced:
        inside = count_noun(every_place - replaced, "more place")
        yield f"({inside} inside of longer words, left as they are.)"
    if protected:
        yield f"Left as they are, because they are protected: {', '.join(protected)}."


REPLACE_TEXT = Tool("replace_text", ReplaceTextInput, run, writes=True)
