"""Find the tests that a change adds or alters, and those nearest to it, as a check takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from bot.search.signals import count_shared_folders, stem_of, subject_of
from bot.search.source_files import is_program, kind_of
from bot.search.symbols import extract_symbols
from bot.values import ProjectCheck

MAX_NEAREST = 8  # test files
NO_SELECTION = frozenset({"cargo"})  # whose filter takes names of tests and no files


def find_changed_tests(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> dict[str, tuple[str, ...]]:
    """Find the test files that a change adds or alters, each with the tests that are new or others.

    Names are qualified, "TestCart.test_total". No name stands for the whole file: it is new, what
    changed is no test by itself, such as a fixture, or the language is not known.
    """
    changed = {}
    for path, text in after.items():
        if text is None or text == before.get(path) or not _holds_tests(path):
            continue
        old = before.get(path)
        changed[path] = () if old is None else _find_changed_names(path, old, text)
    return changed


def find_nearest_tests(changed: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """Find the test files that are named after what changed, nearest folders first."""
    subjects = {stem_of(path): path for path in changed if kind_of(path) == "code"}
    nearest = [
        (-count_shared_folders(path, subjects[subject]), path)
        for path in paths
        if _holds_tests(path) and (subject := subject_of(path)) in subjects
    ]
    return tuple(path for _, path in sorted(nearest)[:MAX_NEAREST])


def select_tests(check: ProjectCheck, tests: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Name tests as the check's line for chosen ones takes them; none where it takes no files.

    `tests` are names by file, as `find_changed_tests` gives them.
    """
    words = set(check.only.split())
    if not check.only or words & NO_SELECTION:
        return ()
    inside = {_strip_folder(path, check.folder): names for path, names in tests.items()}
    inside.pop("", None)  # outside of the check's folder
    if "go" in words:
        return tuple(dict.fromkeys(f"./{PurePosixPath(path).parent}" for path in inside))
    if any("pytest" in word for word in words):
        return tuple(name for path in inside for name in _name_pytests(path, inside[path]))
    if "unittest" in words:
        return tuple(path.removesuffix(".py").replace("/", ".") for path in inside)
    return tuple(inside)


def _holds_tests(path: str) -> bool:
    return kind_of(path) == "test" and is_program(path)


def _strip_folder(path: str, folder: str) -> str:
    """Make a path relative to a folder of the repository; empty when it lies elsewhere."""
    if not folder:
        return path
    prefix = f"{folder.rstrip('/')}/"
    return path.removeprefix(prefix) if path.startswith(prefix) else ""


def _find_changed_names(path: str, before: str, after: str) -> tuple[str, ...]:
    """Name the tests that changed; none when something else in the file did as well."""
    old = dict(_split_definitions(path, before))
    new = dict(_split_definitions(path, after))
    changed = [name for name, text in new.items() if old.get(name) != text]
    tests = tuple(name for name in changed if is_test_name(name))
    others = [name for name in changed if not _belongs_to(name, tests)]
    return () if others else tests


def is_test_name(name: str) -> bool:
    """Tell whether a definition is a test by its name, as pytest and unittest do."""
    return name.rpartition(".")[2].startswith("test")


def _belongs_to(name: str, tests: tuple[str, ...]) -> bool:
    """Tell whether a definition is one of the tests, or a class around one."""
    return any(name == test or test.startswith(f"{name}.") for test in tests)


def _split_definitions(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Split a file into its definitions, each with its text, but for those inside of a test.

    Imports and constants are not told.
    """
    lines = text.split("\n")
    end_of_test = 0
    for symbol in extract_symbols(path, text.encode(errors="replace")):
        if symbol.line <= end_of_test:
            continue
        if is_test_name(symbol.name):
            end_of_test = symbol.end_line
        yield symbol.name, "\n".join(lines[symbol.line - 1 : symbol.end_line])


def _name_pytests(path: str, names: tuple[str, ...]) -> Iterator[str]:
    if not names:
        yield path
    for name in names:
        yield f"{path}::{name.replace('.', '::')}"
