"""Tell whether something may look up a string, which is exactly the name, as a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.refactor.dynamic_names import DynamicNames
from bot.refactor.fixtures import is_fixture
from bot.refactor.made_names import TAKING_CALLS
from bot.refactor.module_scopes import ASSIGNMENTS, FUNCTIONS, PYTHON, Module, last_name
from bot.refactor.renaming import Renaming

# They take a string for what it says, not for what it names.
PLAIN_CALLS = re.compile(
    r"get|pop|setdefault|print|open|join|r?split|startswith|endswith|replace|encode|strip|compile"
    r"|r?find|findall|match|search|sub|fullmatch|add_argument|add_option|Path|append|index|count"
    r"|upper|lower|title|fixture|param|skip|fail|TypeVar|ParamSpec|TypeVarTuple|parametrize"
)
# Their members are keys too, or are looked up by name.
DATA_BASES = re.compile(r"\w*Enum|Flag|TypedDict|NamedTuple|\w*Model|\w*Schema|Struct")
TO_MAPPING = r"\b(?:_?asdict|fields|model_\w+|unstructure|structure)\("
# They hand on a function, and keep no name of it.
PLAIN_MARKS = re.compile(
    r"staticmethod|classmethod|abstractmethod|overload|override|final|a?(?:sync)?contextmanager"
    r"|cache|lru_cache|cached_property|wraps|setter|getter|deleter|property|no_type_check|dataclass"
    r"|total_ordering|runtime_checkable|unique|define|frozen"
)


@dataclass(frozen=True, slots=True)
class LookedUpStrings:
    """Decides for strings that are exactly the name of what is renamed."""

    renaming: Renaming
    dynamic: DynamicNames
    is_data: bool  # the target is a member of an Enum, a TypedDict or their like
    is_registered: bool  # a decorator may keep the target under its name

    @classmethod
    def of_target(cls, renaming: Renaming, dynamic: DynamicNames) -> LookedUpStrings:
        """Read from the definitions what else may know them by name."""
        project = renaming.project
        nodes = [
            node for target in renaming.targets for _, node in project.find_definitions(target)
        ]
        holders = {target.rpartition(".")[0] for target in renaming.targets}
        classes = [node for holder in holders for _, node in project.find_classes(holder)]
        bases = [base for node in classes for base in node.bases]
        return cls(
            renaming,
            dynamic,
            any(DATA_BASES.fullmatch(last_name(base)) for base in bases)
            or (bool(classes) and _is_filled_by_name(renaming, nodes, holders)),
            any(_has_foreign_mark(node) for node in nodes),
        )

    def can_name(self, module: Module, node: ast.Constant) -> bool:
        """Tell whether something may look the string up as a name."""
        if self.is_data or self.dynamic.computes_names(module):
            return True
        is_module_s = self.renaming.family is None
        if is_module_s and self.dynamic.tree_registers:
            return True
        parent = module.parents.get(node)
        if self.is_registered and isinstance(parent, ast.Call):
            return True
        if self.is_plain(module, node):
            return False
        if isinstance(parent, ast.Call) and last_name(parent.func) in TAKING_CALLS:
            return True
        return not is_module_s or self.dynamic.tree_computes

    def is_plain(self, module: Module, node: ast.Constant) -> bool:
        """Tell whether a string is a key, compared, or taken by a call that looks up no name."""
        parent = module.parents.get(node)
        match parent:
            case ast.Subscript(slice=key) if key is node:
                return "globals" not in ast.unparse(parent.value)
            case ast.Dict() | ast.Compare() | ast.MatchValue():
                return True
            case ast.Call(func=function, args=arguments):
                is_plain = PLAIN_CALLS.fullmatch(last_name(function)) is not None
                return is_plain and node in arguments
            case _:
                return False


def _is_filled_by_name(
    renaming: Renaming, nodes: Sequence[ast.AST], holders: Iterable[str]
) -> bool:
    """Tell whether fields are given or taken as keys of a mapping somewhere, as `**data` does."""
    if not any(isinstance(node, ASSIGNMENTS) for node in nodes):
        return False
    names = "|".join(re.escape(holder.rpartition(".")[2]) for holder in holders)
    by_name = re.compile(rf"\b(?:{names}|cls)\([^()]*\*\*|{TO_MAPPING}")
    files = renaming.project.files
    return any(path.endswith(PYTHON) and by_name.search(files[path]) for path in files)


def _has_foreign_mark(node: ast.AST) -> bool:
    """Tell whether a definition has a decorator that is not known to keep no name."""
    if not isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        return False
    calls = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
    return is_fixture(node) or not all(PLAIN_MARKS.fullmatch(last_name(call)) for call in calls)
