"""Say what the languages of new projects ask of names, files and tests."""

from __future__ import annotations

import keyword
import re
from types import MappingProxyType
from typing import Literal

from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.values.project import ProjectLanguage

Family = Literal["python", "script", "go", ""]

FAMILY: MappingProxyType[str, Family] = MappingProxyType(
    {
        "python": "python",
        "typescript": "script",
        "tsx": "script",
        "javascript": "script",
        "go": "go",
    }
)
LANGUAGE_NAME: MappingProxyType[ProjectLanguage, str] = MappingProxyType(
    {"python": "Python", "typescript": "TypeScript", "javascript": "JavaScript", "go": "Go"}
)
# Any one of each row: without it, nothing can be installed or compiled.
MANIFESTS: MappingProxyType[ProjectLanguage, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "python": (("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"),),
        "typescript": (("package.json",), ("tsconfig.json",)),
        "javascript": (("package.json",),),
        "go": (("go.mod",),),
    }
)
TEST_NAMES: MappingProxyType[ProjectLanguage, str] = MappingProxyType(
    {
        "python": "tests/test_NAME.py",
        "typescript": "tests/NAME.test.ts",
        "javascript": "tests/NAME.test.js",
        "go": "NAME_test.go",
    }
)
_PYTHON_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_SCRIPT_IDENTIFIER = re.compile(r"(?:[^\W\d]|\$)[\w$]*")
_DECLARES = re.compile(
    r"^(?:(?:export|default|async|def|class|func|function|const|let|var|type|interface|enum)\s+)+"
)
_SCRIPT_RESERVED = """
await break case catch class const continue debugger delete do else enum export extends false
finally for function if import in instanceof new null return super switch this throw true try
typeof var void while with yield let static implements interface package private protected public
"""
_SCRIPT_WORDS = frozenset(_SCRIPT_RESERVED.split())
_GO_RESERVED = """
break case chan const continue default defer else fallthrough for func go goto if import interface
map package range return select struct switch type var _
"""
_GO_WORDS = frozenset(_GO_RESERVED.split())


def family_of(path: str) -> Family:
    """Tell the family of languages that a file is written in; "" for one without names."""
    return FAMILY.get(language_of(path) or "", "")


def is_test(path: str) -> bool:
    """Tell whether a file is one of the project's tests, or of what they need."""
    return kind_of(path) == "test"


def runs_as_test(path: str, language: ProjectLanguage) -> bool:
    """Tell whether the usual runner of the language takes the file for a test."""
    if family_of(path) != FAMILY[language]:
        return False
    if language == "python":
        return bool(_PYTHON_TEST.search(path))
    if language == "go":
        return path.endswith("_test.go")
    return bool(re.search(r"[.-](?:test|spec)\.\w+$|(?:^|/)__tests__/", path)) or is_test(path)


def is_python_name(name: str) -> bool:
    """Tell whether a module, or what it defines, can have this name in Python."""
    return name.isidentifier() and not keyword.iskeyword(name)


def is_name(name: str, path: str) -> bool:
    """Tell whether a file of this path can define something of this name."""
    match family_of(path):
        case "python":
            return is_python_name(name)
        case "go":
            return bool(_IDENTIFIER.fullmatch(name)) and name not in _GO_WORDS
        case "script":
            return bool(_SCRIPT_IDENTIFIER.fullmatch(name)) and name not in _SCRIPT_WORDS
        case _:
            return False


def find_name(text: str, path: str) -> str:
    """Find the name that a text such as "def add(a, b)", "Store.add" or "*T" means; "" if none."""
    words = _DECLARES.sub("", text.strip(" `*&"))
    match = re.match(r"[\w$]+(?:-[\w$]+)*", words)
    name = match[0].replace("-", "_") if match else ""
    return name if is_name(name, path) else ""
