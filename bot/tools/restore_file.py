"""Tool `restore_file`: take back all that was done to a file."""

from __future__ import annotations

from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal, is_below
from bot.tools.write_files import write_files


class RestoreFileInput(ToolInput):
    """Take back everything that this job did to one file: a changed or deleted file is as it was in
    the beginning, and a new one is gone. The answer says which.
    """

    path: RepoPath


def run(session: ToolSession, arguments: RestoreFileInput) -> str:
    """Drop the file from the patch, unless something new stands in its place."""
    path, files = arguments.path, session.patch.files
    if path not in files:
        return _explain_unchanged(path, sorted(files))
    base_text = session.read_base_texts([path])[path]
    if base_text is None:
        write_files(session, {path: None})
        return f"{path} was new and is gone."
    for changed, text in files.items():
        if text is not None and (is_below(changed, path) or is_below(path, changed)):
            raise ToolRefusal(f"{path} cannot come back while {changed} is new there.")
    write_files(session, {path: base_text})
    return f"{path} is as it was in the beginning."


def _explain_unchanged(path: str, changed: list[str]) -> str:
    if not changed:
        return f"{path} is unchanged, as is every other file."
    return f"{path} is unchanged. Changed so far: {', '.join(changed)}."


RESTORE_FILE = Tool("restore_file", RestoreFileInput, run, writes=True)
