"""Import the modules of a project in thought, and tell what would not be there yet.

Each module may be the first that a program imports, so the order is tried from each.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.refactor.import_time import Binds, Event, Imports, Uses, list_import_events
from bot.refactor.module_scopes import MODULE_NAMES, collect_reachable
from bot.refactor.python_project import CannotRefactor, Project

BUILTINS = frozenset(dir(builtins))
ALWAYS_BOUND = frozenset(
    [*MODULE_NAMES, "__loader__", "__builtins__", "__annotations__", "__all__", "__dict__"]
)
LIMIT_FIRST = 300  # modules from which an order is tried


@dataclass(frozen=True, slots=True, order=True)
class MissingName:
    """A name that is looked up, at import, in a module that has not bound it yet."""

    user: str
    module: str
    name: str

    def __str__(self) -> str:
        if self.user == self.module:
            return f"{self.user} would use {self.name} before it has it"
        return f"{self.user} would need {self.name} of {self.module} before that has it"


def list_missing_names(
    before: Project, after: Project, changed: Iterable[str]
) -> list[MissingName]:
    """List what would be missing after a change of these modules, and was not before.

    It ends with the first order of imports that shows any.
    """
    first = _list_related(after, changed)[:LIMIT_FIRST]
    known: set[MissingName] | None = None
    try:
        for missing in _iter_missing(after, first):
            if missing and known is None:
                earlier = [name for name in first if name in before.paths]
                known = set().union(*_iter_missing(before, earlier))
            if new := missing - (known or set()):
                return sorted(new)
    except RecursionError:
        raise CannotRefactor(
            "The modules import each other too deeply for the order to be checked."
        ) from None
    return []


def list_unloaded(before: Project, after: Project, module: str, users: Iterable[str]) -> list[str]:
    """List the users that had a module imported before a change, and have it no more."""
    return [
        user
        for user in users
        if module in _list_loaded(before, user) and module not in _list_loaded(after, user)
    ]


def _list_loaded(project: Project, first: str) -> set[str]:
    program = _Import(project, {}, set())
    program.import_module(first)
    return program.begun


def find_cycle(project: Project, start: str, end: str) -> tuple[str, ...]:
    """Find how one module imports another while it is imported: the names on the way, or ()."""
    paths: list[tuple[str, ...]] = [(start,)]
    visited = {start}
    for path in paths:
        if path[-1] == end:
            return path
        for name in sorted(set(_iter_imported(project, path[-1])) - visited):
            visited.add(name)
            paths.append((*path, name))
    return ()


def _list_related(project: Project, names: Iterable[str]) -> list[str]:
    """List these modules, and those that import each other with one of them."""
    users: dict[str, set[str]] = {}
    related = [name for name in names if name in project.paths]
    for name in collect_reachable(related, lambda each: _list_used(project, each)):
        for used in _list_used(project, name):
            users.setdefault(used, set()).add(name)
    return sorted(collect_reachable(related, lambda each: users.get(each, ())))


def _list_used(project: Project, name: str) -> set[str]:
    """List a module and those that it imports, each with the packages around it."""
    names = [name, *_iter_imported(project, name)]
    return {part for each in names for part in _lineage(each) if part in project.paths}


def _iter_imported(project: Project, name: str) -> Iterator[str]:
    """Give the modules of the project that one names while it is imported."""
    module = project.find_module(name)
    for event in list_import_events(module) if module else ():
        if isinstance(event, Imports):
            yield from (each for each in event.modules if each in project.paths)


def _lineage(name: str) -> list[str]:
    """List a module's packages from the outermost, and itself."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _iter_missing(project: Project, first: Iterable[str]) -> Iterator[set[MissingName]]:
    """Give what is missing in each order of imports that begins with one of the modules."""
    events: dict[str, list[Event]] = {}
    covered: set[str] = set()
    for name in first:
        if name in covered:
            continue
        # Whatever a package imports is there before any module of it can be the first.
        program = _Import(project, events, set())
        root = name.partition(".")[0]
        program.import_module(root)
        covered |= {each for each in program.begun if each.partition(".")[0] == root}
        if name not in program.begun:
            program.import_module(name)
        yield program.missing


@dataclass(slots=True)
class _Import:
    """One program's imports, as far as they went."""

    project: Project
    events: dict[str, list[Event]]
    missing: set[MissingName]
    begun: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    bound: dict[str, set[str]] = field(default_factory=dict)
    modules: dict[tuple[str, str], str] = field(default_factory=dict)  # by user and local name

    def import_module(self, name: str) -> None:
        """Import a module with the packages around it, unless that has begun already."""
        for each in _lineage(name):
            if each in self.begun or each not in self.project.paths:
                continue
            self._run(each)
            holder, _, last = each.rpartition(".")
            if holder in self.bound:
                self.bound[holder].add(last)

    def _run(self, name: str) -> None:
        self.begun.add(name)
        self.bound[name] = set()
        if name not in self.events:
            module = self.project.find_module(name)
            self.events[name] = list_import_events(module) if module else []
        for event in self.events[name]:
            match event:
                case Imports():
                    self.import_module(event.module)
                    self._bind(name, event)
                case Binds():
                    self.bound[name].add(event.name)
                case Uses():
                    self._use(name, event)
        self.finished.add(name)

    def _bind(self, user: str, event: Imports) -> None:
        """Bind what an import names in the module that has it."""
        available = self.bound.get(event.module, set())
        inner = event.modules[-1]
        if event.name == "*":
            self.bound[user] |= {name for name in available if not name.startswith("_")}
            return
        if not event.name:
            is_dotted = event.local == event.module.partition(".")[0]
            self.modules[user, event.local] = event.local if is_dotted else event.module
        elif event.name not in available and inner in self.project.paths:
            self.import_module(inner)
            self.modules[user, event.local] = inner
        elif event.name not in available and self._lacks(event.module, event.name):
            self.missing.add(MissingName(user, event.module, event.name))
        self.bound[user].add(event.local)

    def _lacks(self, module: str, name: str) -> bool:
        """Tell whether a module has begun, and nothing but its own lines can bind the name."""
        if module not in self.begun or name in ALWAYS_BOUND:
            return False
        source = self.project.find_module(module)
        is_open = any(star not in self.project.paths for star in source.stars) if source else True
        return not is_open and "__getattr__" not in self.bound[module]

    def _use(self, user: str, event: Uses) -> None:
        if event.name not in self.bound[user]:
            if event.name not in BUILTINS and self._lacks(user, event.name):
                self.missing.add(MissingName(user, user, event.name))
            return
        module = self.modules.get((user, event.name), "")
        for attribute in event.attributes:
            if f"{module}.{attribute}" in self.project.paths:
                module = f"{module}.{attribute}"
                continue
            is_there = attribute in self.bound.get(module, ())
            if not is_there and module not in self.finished and self._lacks(module, attribute):
                self.missing.add(MissingName(user, module, attribute))
            return
