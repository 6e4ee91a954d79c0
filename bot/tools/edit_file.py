"""Tool `edit_file`: replace pieces of text in a file."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from bot.edits import Rejected, replace_everywhere, replace_text
from bot.tools.render_changes import render_changes
from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.tools.write_files import note_syntax, refuse_lock, refuse_protected, write_files

REPLACEMENT_FIELDS = ("old", "new", "every_place")


class ReplacementInput(ToolInput):
    """One piece of text, and what is put in its place."""

    old: str = Field(
        min_length=1,
        description="The text to replace, copied from the file without line numbers. It must stand "
        "there exactly once: take in lines around it until it does.",
    )
    new: str = Field(description="The text to put in its place. It may be empty.")
    every_place: bool = Field(
        default=False, description="Replace the text in every place where it stands, however many."
    )


class EditFileInput(ToolInput):
    """Change one file in one or more places. The edits are made in their order, each on what the
    ones before it left, and all of them or none. The answer shows the changed lines with their
    numbers, so the file need not be read again.
    """

    path: RepoPath
    edits: list[ReplacementInput] = Field(min_length=1, max_length=100)

    @model_validator(mode="before")
    @classmethod
    def _take_one_edit(cls, given: Any) -> Any:
        """Take `old` and `new` beside the path as the one edit: conversations begun earlier do."""
        if not isinstance(given, dict) or "edits" in given:
            return given
        edit = {name: given[name] for name in REPLACEMENT_FIELDS if name in given}
        rest = {name: value for name, value in given.items() if name not in edit}
        return {**rest, "edits": [edit]} if edit else given


def run(session: ToolSession, arguments: EditFileInput) -> str:
    """Replace the texts in the patch. Raises ToolRefusal or Rejected when one edit does not fit."""
    path = arguments.path
    refuse_lock(session, path)
    refuse_protected(session, [path])
    before = after = session.read_tree().read_text(path)
    count = len(arguments.edits)
    for number, edit in enumerate(arguments.edits, 1):
        try:
            after = _replace(path, after, edit)
        except Rejected as rejected:
            if count == 1:
                raise
            raise ToolRefusal(
                f"Edit {number} of {count} does not fit, so none of them was made. {rejected}"
            ) from None
    write_files(session, {path: after})
    return render_changes(path, before, after) + note_syntax(session, path)


def _replace(path: str, text: str, edit: ReplacementInput) -> str:
    """Make one edit. Raises Rejected."""
    if edit.every_place:
        after, count = replace_everywhere(text, edit.old, edit.new, whole_word=False)
        if count and after != text:
            return after
    try:
        return replace_text(path, text, edit.old, edit.new)
    except Rejected as rejected:
        if text.count(edit.old) < 2:
            raise
        hint = "Or give `every_place` as true to replace them all."
        raise Rejected(f"{rejected.reason} {hint}", rejected.nearest) from None


EDIT_FILE = Tool("edit_file", EditFileInput, run, writes=True)
