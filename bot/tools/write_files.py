"""Write files into the patch, as far as policy and the size of a change allow it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.edits.paths import path_refusal
from bot.gates import ChangeSize, explain_protected_path, find_excess, measure_change
from bot.gates.odd_paths import check_new_paths
from bot.gates.syntax import check_syntax
from bot.search.lock_files import is_lock_name
from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal
from bot.values import Patch


def write_files(session: ToolSession, files: Mapping[str, str | None]) -> None:
    """Put new texts into the patch; None deletes a file, and the text of the base is no change.

    Raises ToolRefusal, and writes none of them, when one is protected, holds no text, or when the
    change grows beyond what the repository takes.
    """
    refuse_protected(session, files)
    for path, text in files.items():
        if text and "\0" in text:
            raise ToolRefusal(f"The text of {path} holds a NUL character: write it as an escape.")
    changed = _merge(session, files)
    _refuse_odd_paths(session, files)
    known = _measure(session, session.patch.files, session.sizes)
    unwritten = {path: size for path, size in known.items() if path not in files}
    sizes = _measure(session, changed, unwritten)
    _refuse_excess(session, changed, _add_up(known), _add_up(sizes))
    session.patch, session.sizes = Patch(changed), sizes


def refuse_protected(session: ToolSession, paths: Collection[str]) -> None:
    """Raise ToolRefusal when one of the paths may not be changed, with the reason."""
    rules = session.rules
    for path in paths:
        if reason := path_refusal(path):
            raise ToolRefusal(f"{path} cannot be written: {reason}")
        if reason := explain_protected_path(path, rules.allowed, rules.protected):
            raise ToolRefusal(
                f"{path} cannot be changed: {reason} Leave it as it is, and say in the `look_at` "
                "of `finish` what a maintainer should change there."
            )


def refuse_lock(session: ToolSession, path: str) -> None:
    """Raise ToolRefusal for a lock file: its own tool writes it, from the manifest. In a merge the
    sides of one may have to be put together.
    """
    if is_lock_name(path) and session.context.merge is None:
        raise ToolRefusal(
            f"{path} is a lock file, which its own tool writes: change the manifest alone. The "
            "lock file is brought up to date after `finish` where that can be done here, and "
            "people are told the command where it cannot."
        )


def list_protected(session: ToolSession, paths: Iterable[str]) -> list[str]:
    """List those of the paths that policy protects."""
    rules = session.rules
    return [path for path in paths if explain_protected_path(path, rules.allowed, rules.protected)]


def _refuse_odd_paths(session: ToolSession, files: Mapping[str, str | None]) -> None:
    """Raise ToolRefusal when a new file has a name that could be taken for another."""
    base_texts = session.read_base_texts(files)
    rules = session.rules
    new = [path for path, text in files.items() if text is not None and base_texts[path] is None]
    gone = {path for path, text in files.items() if text is None}
    others = (path for path in session.read_tree().files.paths() if path not in gone)
    for finding in check_new_paths(new, rules.allowed, rules.protected, others):
        raise ToolRefusal(f"{finding.path} cannot be written: {finding.text} Give another name.")


def note_syntax(session: ToolSession, path: str) -> str:
    """Say where a file of the patch does not parse, as the checks would at `finish`; "" if it does.

    The model may be in the middle of its work, so this is a note and no refusal.
    """
    text = session.patch.files.get(path)
    if text is None:
        return ""
    findings = check_syntax(path, text, session.read_base_texts([path])[path])
    problem = next((finding for finding in findings if finding.blocks), None)
    if problem is None:
        return ""
    reason = problem.text.removeprefix("This does not parse: ")
    return f"\nLine {problem.line} does not parse as it stands: {reason}"


def _merge(session: ToolSession, files: Mapping[str, str | None]) -> dict[str, str | None]:
    """Lay the files over the patch; what is as in the base then is no part of it."""
    merged = {**session.patch.files, **files}
    base_texts = session.read_base_texts(merged)
    return {path: text for path, text in merged.items() if text != base_texts[path]}


def _measure(
    session: ToolSession, changed: Mapping[str, str | None], known: Mapping[str, ChangeSize]
) -> dict[str, ChangeSize]:
    """Measure the changed files whose sizes are not known, so that a call costs what it changes."""
    base_texts = session.read_base_texts(changed)
    return {
        path: known.get(path) or measure_change({path: base_texts[path]}, {path: text})
        for path, text in changed.items()
    }


def _refuse_excess(
    session: ToolSession,
    changed: Mapping[str, str | None],
    before: ChangeSize,
    after: ChangeSize,
) -> None:
    """Raise ToolRefusal when the change is too large, unless the call makes it smaller.

    The sizes are of each file alone: what moved between files is found only where they exceed.
    """
    is_smaller = after.files <= before.files and after.lines < before.lines
    if is_smaller or not list(find_excess(after, session.rules)):
        return
    base_texts = session.read_base_texts(changed)
    for excess in find_excess(measure_change(base_texts, changed), session.rules):
        raise ToolRefusal(
            f"{excess} So this call wrote nothing. Take back with `restore_file` what the "
            "request does not need, or ask in the `questions` of `submit_plan` how to divide it."
        )


def _add_up(sizes: Mapping[str, ChangeSize]) -> ChangeSize:
    return sum(sizes.values(), ChangeSize(0, 0, 0))
