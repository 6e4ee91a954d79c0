"""Tell whether something may look up a string, which is exactly the name, as a name."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from bot.refactor.find_definition import iter_nodes
from bot.refactor.fixtures import is_fixture
from bot.refactor.made_names import COMPUTED, TAKING_CALLS, TYPE_NAMES, computes_names
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Assignment, Module, last_name, list_marks
from bot.refactor.symbol import Renaming

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
TYPE_NAME = re.compile(rf"\.(?:{'|'.join(TYPE_NAMES)})\b")


@dataclass(frozen=True)
class LookedUpStrings:
    """Decides for strings that are exactly the name of what is renamed."""

    renaming: Renaming

    def can_name(self, module: Module, node: ast.Constant) -> bool:
        """Tell whether something may look the string up as a name."""
        if self._is_data or computes_names(module):
            return True
        is_module_s = not self.renaming.is_member
        if is_module_s and self._tree_registers:
            return True
        parent = module.parents.get(node)
        if isinstance(parent, ast.Call) and self._is_registered:
            return True
        if self.is_plain(module, node):
            return False
        if isinstance(parent, ast.Call) and last_name(parent.func) in TAKING_CALLS:
            return True
        return not is_module_s or self._tree_computes

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

    @cached_property
    def _tree_computes(self) -> bool:
        """Whether any file looks up names that are no literals."""
        return self._search(COMPUTED)

    @cached_property
    def tree_tells_types(self) -> bool:
        """Whether any file reads the names of classes or functions."""
        return self._search(TYPE_NAME)

    @cached_property
    def _tree_registers(self) -> bool:
        """Whether any file takes the name of a class or function as a value, and not to tell it."""
        project = self.renaming.project
        paths = [path for path, text in project.files.items() if TYPE_NAME.search(text)]
        modules = filter(None, map(project.read_module, paths))
        return any(
            node.attr in TYPE_NAMES and _is_key(module.parents.get(node), node)
            for module in modules
            for node in iter_nodes(module, ast.Attribute)
        )

    @cached_property
    def _is_data(self) -> bool:
        """Whether the target is a member of an Enum, a TypedDict or their like, or a field that is
        given or taken as a key of a mapping somewhere, as `**data` does.
        """
        renaming = self.renaming
        holders = renaming.holders
        classes = [node for each in holders for _, node in renaming.project.find_classes(each)]
        bases = [last_name(base) for node in classes for base in node.bases]
        if any(map(DATA_BASES.fullmatch, bases)):
            return True
        is_field = any(isinstance(node, Assignment) for node in renaming.definitions)
        names = "|".join(re.escape(holder.rpartition(".")[2]) for holder in holders)
        by_name = re.compile(rf"\b(?:{names}|cls)\([^()]*\*\*|{TO_MAPPING}")
        return bool(classes) and is_field and self._search(by_name)

    @cached_property
    def _is_registered(self) -> bool:
        """Whether a decorator may keep the target under its name."""
        return any(
            is_fixture(node) or not all(PLAIN_MARKS.fullmatch(last_name(mark)) for mark in marks)
            for node in self.renaming.definitions
            if (marks := list_marks(node))
        )

    def _search(self, pattern: re.Pattern[str]) -> bool:
        files = self.renaming.project.files
        return any(path.endswith(PYTHON) and pattern.search(files[path]) for path in files)


def _is_key(parent: ast.AST | None, node: ast.AST) -> bool:
    is_slice = isinstance(parent, ast.Subscript) and parent.slice is node
    return is_slice or isinstance(parent, ast.Dict | ast.Compare)
