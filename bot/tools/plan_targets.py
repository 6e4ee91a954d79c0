"""Tell which names of a plan stand for nothing that is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.gates import find_named_paths, find_named_words, is_same_path
from bot.tools.session import ToolSession
from bot.values import Plan

AS_WRITTEN = "Name the file by its path, and the test or the setting as it is written there."


def explain_missing_targets(session: ToolSession, plan: Plan) -> Iterator[str]:
    """Say which files of the plan would be new, and what under `lowered` names nothing."""
    base = {entry.path for entry in session.ports.mirrors.entries(session.context.tree)}
    known = base | set(session.patch.files)
    new = [file.path for file in plan.files if file.path not in known]
    if new:
        yield f"Not there yet, so planned as new: {', '.join(new)}."
    known.update(new)
    for weakening in plan.weakened:
        problem = _explain_target(session, weakening.what, known)
        if problem:
            yield f"`lowered` allows nothing by `{weakening.what}`: {problem}"


def _explain_target(session: ToolSession, target: str, known: Collection[str]) -> str:
    """Say why a target names nothing; empty when it names something."""
    if target.strip().strip("`") in known:
        return ""
    named = find_named_paths(target)
    words = find_named_words(target)
    if not named:
        return "" if _is_anywhere(session, words) else f"nothing is called so. {AS_WRITTEN}"
    paths = [path for path in known if any(is_same_path(name, path) for name in named)]
    if not paths:
        similar = session.read_tree().find_similar_paths(named[0])
        advice = f"Did you mean {', '.join(similar)}?" if similar else AS_WRITTEN
        return f"there is no file {named[0]}. {advice}"
    if words and not _has_any_word(session, paths, words):
        return f"nothing in {paths[0]} is called so. {AS_WRITTEN}"
    return ""


def _is_anywhere(session: ToolSession, words: Collection[str]) -> bool:
    """Tell whether a file of the tree holds one of the words."""
    pattern = rf"\b({'|'.join(words)})\b"
    tree = session.read_tree().tree
    return bool(words) and bool(session.ports.mirrors.grep(tree, pattern, "", 1))


def _has_any_word(session: ToolSession, paths: list[str], words: Collection[str]) -> bool:
    """Tell whether one of the files holds one of the words, or held it before the edits."""
    texts = [*session.read_base_texts(paths).values(), *map(session.patch.files.get, paths)]
    held = set(re.findall(r"\w+", "\n".join(text for text in texts if text)))
    return not held.isdisjoint(words)
