"""Check that what users notice is in the changelog, where the repository keeps one (gate
"changelog").

It keeps one where most of its newest changes of code brought an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.gates.change import Change
from bot.gates.changelog.changelog_places import (
    ChangelogPlace,
    find_changelog,
    is_fragment,
    list_changelog_context,
)
from bot.gates.changelog.noticed_code import is_noticed
from bot.gates.changelog.sections import VersionSection, find_unreleased, read_sections
from bot.search.source_files import find_aside_word, kind_of
from bot.text import as_code_span
from bot.values import CommitInfo, Finding

__all__ = ["PAST_CHANGES", "check_changelog", "list_changelog_context"]

GATE = "changelog"
PAST_CHANGES = 60  # of the branch that are looked at
MIN_COMMITS = 8  # of code, in which a habit shows
MOST_COMMITS = 30
MIN_SHARE = 0.6
WIDE = 40  # a commit of more files is a release, a move or a format
# Code that no user of the project runs.
FOR_DEVELOPERS = re.compile(
    r"(?:^|/)(?:scripts?|tools?|ci|\.\w[^/]*|benches|bench|benchmarks?|e2e|hack|devtools|xtask)/"
    r"|(?:^|/)(?:setup|noxfile|tasks|fabfile|conftest|build|[\w.-]*\.config)\.(?:py|[cm]?[jt]s|rs)$"
)
LINE_CHARS = 120


def check_changelog(change: Change) -> Iterator[Finding]:
    """Find that a change which users notice has no entry, or one in a section of the past."""
    texts = {**change.context, **{path: text for path, text in change.before.items() if text}}
    place = find_changelog({*change.paths, *change.before}, texts)
    if place is None:
        return
    if any(place.holds(path) for path in change.after):
        yield from _check_section(change, place)
    elif _is_noticed(change):
        habit = _count_habit(change.past, place)
        if habit is None or habit[0] >= MIN_SHARE * habit[1]:
            text = _tell_missing(texts, place, habit, change)
            yield Finding(GATE, place.path or place.folder, 0, text, blocks=False)


def _is_noticed(change: Change) -> bool:
    """Tell whether users may notice the change: code that they run does something else.

    Where there are tests at all, one of them shows that.
    """
    has_tests = any(kind_of(path) == "test" for path in change.paths)
    if (has_tests and not change.test_paths) or len(change.after) > WIDE:
        return False
    return any(
        _is_for_users(path) and is_noticed(path, change.read_before(path), change.after[path])
        for path in change.code_paths
    )


def _is_for_users(path: str) -> bool:
    return not FOR_DEVELOPERS.search(path) and not find_aside_word(path)


def _count_habit(past: Sequence[CommitInfo], place: ChangelogPlace) -> tuple[int, int] | None:
    """Count how many of the newest changes of code brought an entry, and how many there are; None
    where too few are known.
    """
    code = [commit for commit in past if len(commit.paths) <= WIDE and _changes_code(commit)]
    code = code[:MOST_COMMITS]
    if len(code) < MIN_COMMITS:
        return None
    return sum(any(map(place.holds, commit.paths)) for commit in code), len(code)


def _changes_code(commit: CommitInfo) -> bool:
    return any(kind_of(path) == "code" and _is_for_users(path) for path in commit.paths)


def _tell_missing(
    texts: dict[str, str], place: ChangelogPlace, habit: tuple[int, int] | None, change: Change
) -> str:
    usual = f": {habit[0]} of the last {habit[1]} changes of code brought one" if habit else ""
    text = f"The changelog has no entry for this change{usual}."
    if place.folder:
        return f"{text} {_describe_fragment(texts, place, change)}"
    sections = read_sections(texts.get(place.path, ""))
    return f"{text} {_describe_entry(place, sections)} Where users notice nothing, leave it out."


def _describe_fragment(texts: dict[str, str], place: ChangelogPlace, change: Change) -> str:
    """Say how a fragment is named and written, by those that are there or were lately."""
    paths = [path for path in change.paths if is_fragment(path, place.folder)]
    if not paths:
        past = (path for commit in change.past for path in commit.paths)
        paths = [path for path in past if is_fragment(path, place.folder)][:3]
    names = ", ".join(as_code_span(path.rpartition("/")[2]) for path in sorted(paths)[-3:])
    named = f", named as {names}" if names else ""
    shown = next((texts[path].strip() for path in sorted(paths, reverse=True) if path in texts), "")
    line = shown.replace("\n", " ")[:LINE_CHARS]
    written = f" and written as {as_code_span(line)}" if line else ""
    return f"Add a fragment in {as_code_span(place.folder)}{named}{written}."


def _describe_entry(place: ChangelogPlace, sections: Sequence[VersionSection]) -> str:
    """Say in which section the entry goes, and how its neighbours are written."""
    name = as_code_span(place.path)
    if not sections:
        return f"Add one to {name}, as its others are written."
    section = find_unreleased(sections)
    if section is None:
        return f"Add one to {name}, in a section above {as_code_span(sections[0].title)}."
    parts = ", ".join(map(as_code_span, section.parts[:8]))
    under = f" (it has {parts})" if parts else ""
    entry = next((each.entries[-1] for each in (section, *sections) if each.entries), "").strip()
    written = f", written as {as_code_span(entry[:LINE_CHARS])}" if entry else ""
    return f"Add one to {name} under {as_code_span(section.title)}{under}{written}."


def _check_section(change: Change, place: ChangelogPlace) -> Iterator[Finding]:
    """Find new entries that all stand in released sections, while one is open for them."""
    text = change.after.get(place.path)
    if not text:
        return
    sections = read_sections(text)
    unreleased = find_unreleased(sections)
    added = [
        block.new_start + index
        for block in change.replaced_blocks[place.path]
        if not block.old
        for index, line in enumerate(block.new)
        if line.strip()
    ]
    if unreleased is None or not added or len(added) > 2 * LINE_CHARS:
        return
    homes = [
        section
        for number in added
        for section in sections
        if section.start <= number <= section.end
    ]
    titles = {section.start for section in sections if section.start in added}
    if homes and not titles and not any(section.is_unreleased for section in homes):
        wrong = f"{as_code_span(homes[0].title)} is released: the new entry belongs under "
        yield Finding(
            GATE, place.path, added[0], f"{wrong}{as_code_span(unreleased.title)}.", blocks=False
        )
