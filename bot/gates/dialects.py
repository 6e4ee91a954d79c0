"""Name the language of a file that our parser does not take, where it is none of ours.

A newer version, an older one, a template, a dialect: what does not parse may well be right, so it
is told as not checked.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from types import MappingProxyType

from bot.search.source_files import kind_of

NEAR_LINES = 2  # a grammar stumbles a little before or behind what it does not know
# What the next reader, a template engine, replaces before the language is read.
TEMPLATE = re.compile(
    r"\{\{-?\s*[#/>^&!]?[\w.$|\"' (),+~-]+\}\}|\{%.*?%\}|<%.*?%>|<#\w+|\$\{\{.*?\}\}"
)
# Placeholders that no language has, or that stand where it has no name.
PLACEHOLDER = re.compile(r"@[A-Z_]{2,}@|\b(?:package|import|class|module)\s+\$\{?\w")
TEMPLATE_PATH = re.compile(r"\{\{|%\(?\w+|__\w+__/|archetype-resources|cookiecutter", re.IGNORECASE)
# Files that tests read and no runner runs; their makers break them on purpose.
DATA_DIRS = re.compile(
    r"(?:^|/)(?:__)?(?:fixtures?|test-?_?data|data|samples?|resources|corpus|corpora|snapshots?"
    r"|cases|inputs?|golden|expected|baselines?|examples?|integration|snippets)(?:__)?/",
    re.IGNORECASE,
)
BROKEN_NAME = re.compile(
    r"(?:^|[/_.-])(?:invalid|broken|bad|malformed|corrupt\w*|wrong|error\w*|fail\w*|unparsable"
    r"|incomplete|syntax)(?:[/_.-]|$)",
    re.IGNORECASE,
)
RUN_NAME = re.compile(r"(?:^|/)test_[^/]*$|[._](?:test|spec)\.\w+$|Test\.\w+$")
YOUNGER = MappingProxyType(
    {
        "python": re.compile(
            r"^\s*(?:async\s+)?(?:def|class|type)\s+\w+\s*\[|^\s*type\s+\w+\s*="
            r"|^\s*lazy\s+(?:from|import)\b|(?<!\w)[rR]?[tT][rR]?[\"']"
            r"|^\s*except\*?\s+[\w.]+\s*,|[\[({]\s*\*\*?[\w.()]+\s+for\b"
        ),
        "javascript": re.compile(
            r"^\s*import\s+(?:defer|source|type)\b|^\s*export\s+(?:type\s|\w+\s+from)"
            r"|\|>|=\s*do\s*\{|#[{\[]"
        ),
        "typescript": re.compile(r"^\s*import\s+(?:defer|source)\b|<\s*(?:in|out)\s+(?:out\s+)?\w"),
        "rust": re.compile(
            r"\bgen\s+(?:fn|move|\{)|\bsafe\s+(?:fn|static)|~const\b|\[const\]|\bunsafe<"
        ),
        "java": re.compile(r"^\s*import\s+module\b|\b(?:super|this)\(.*\);|STR\.\""),
        "ruby": re.compile(r"\bdef\s+[\w.]+[?!]?\s*(?:\([^)]*\))?\s*=\s"),
    }
)
PYTHON_2_WORDS = re.compile(
    r"^\s*(?:print|exec)\b\s*[^\s(=.,)]|<>|`[^`]+`|\braise\s+[\w.]+\s*,"
    r"|\b0[0-7]+\b|\b\d+[lL]\b|\b[uU][rR][\"']|\bdef\b.*\([^()]*\(\w|\blambda\s*\("
)
SAYS_PYTHON_2 = re.compile(
    r"Python :: 2\b|\bpy\{?2[4-7]\b|\bpython2|python_requires\s*=\s*.>=\s*2\.|use_2to3"
)
NOTEBOOK = re.compile(r"^\s*(?:[%!]\w|%%\w|\?\w)")
FLOW = re.compile(r"@(?:no)?flow\b")
JSON_COMMENT = re.compile(r"""("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|#[^\n]*""", re.DOTALL)
STRICT_JSON = re.compile(r"(?:^|/)(?:package(?:-lock)?|composer|manifest)\.json$")
RARE_YAML = re.compile(r"'\\t'|special characters")
YAML_DIALECT = "YAML with tabs or rare characters, of which its readers differ"
INLINE_TABLE = re.compile(r"\{[^{}]*\}")


def name_dialect(path: str, language: str, text: str, line: int) -> str:
    """Say what a file is that does not parse at this line; "" where it is simply broken."""
    lines = text.split("\n")
    own_line = lines[line - 1] if line <= len(lines) else ""
    near = lines[max(0, line - 1 - NEAR_LINES) : line + NEAR_LINES]
    if text.lstrip("\ufeff").lstrip().startswith(("<?xml", "<!DOCTYPE")):
        return "XML under the name of another language"
    if _is_template(path, text, near):
        return "a template"
    suspects = [own_line] if language == "python" else near
    return _name_variant(language, text, suspects) or _name_sample(path)


def _name_variant(language: str, text: str, suspects: Sequence[str]) -> str:
    """Say which variant of its language one of these lines is written in."""
    younger = YOUNGER.get("typescript" if language == "tsx" else language)
    if younger and any(younger.search(suspect) for suspect in suspects):
        return "a newer version of the language"
    if language == "python" and any(NOTEBOOK.match(suspect) for suspect in suspects):
        return "IPython"
    if language == "javascript" and FLOW.search(text):
        return "JavaScript with types"
    return ""


def _name_sample(path: str) -> str:
    return "a sample, which may be broken on purpose" if is_sample(path) else ""


def is_sample(path: str) -> bool:
    """Tell whether a file is what tests or documents show, and nothing runs."""
    if kind_of(path) not in ("test", "docs"):
        return False
    if DATA_DIRS.search(path):
        return True
    return bool(BROKEN_NAME.search(path)) and not RUN_NAME.search(path)


def is_python_2(line: str) -> bool:
    """Tell whether a line is written in what only Python 2 has."""
    return bool(PYTHON_2_WORDS.search(line))


def says_python_2(text: str) -> bool:
    """Tell whether a manifest says that the repository runs on Python 2."""
    return bool(SAYS_PYTHON_2.search(text))


def name_data_dialect(path: str, text: str, message: str) -> str:
    """Say what a data file is that does not parse; "" where it is simply broken."""
    name = path.lower()
    if TEMPLATE.search(text) or PLACEHOLDER.search(text) or TEMPLATE_PATH.search(path):
        return "a template"
    if name.endswith(".json"):
        dialect = _name_json(name, text)
    elif name.endswith(".toml"):
        dialect = "TOML 1.1" if _is_younger_toml(text) else ""
    else:
        dialect = YAML_DIALECT if RARE_YAML.search(message) else ""
    return dialect or _name_sample(path)


def _name_json(name: str, text: str) -> str:
    if STRICT_JSON.search(name):
        return ""
    if _is_json_with_comments(text):
        return "JSON with comments"
    return "a list of JSON documents" if _is_json_lines(text) else ""


def _is_template(path: str, text: str, near: list[str]) -> bool:
    """Tell by the marks near the error, or by the path and a mark anywhere."""
    marked = TEMPLATE.search("\n".join(near)) or PLACEHOLDER.search("\n".join(near))
    return bool(marked) or bool(TEMPLATE_PATH.search(path) and TEMPLATE.search(text))


def _is_json_with_comments(text: str) -> bool:
    bare = JSON_COMMENT.sub(lambda match: match[1] or "", text.removeprefix("\ufeff"))
    if bare == text:
        return False
    return _parses_as_json(re.sub(r",(\s*[\]}])", r"\1", bare))


def _is_json_lines(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(_parses_as_json(line) for line in lines)


def _parses_as_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _is_younger_toml(text: str) -> bool:
    """Tell whether it parses once its inline tables stand on one line, and its escapes are old."""
    older = INLINE_TABLE.sub(_join_table, text)
    older = re.sub(r"\\e|\\x[0-9a-fA-F]{2}", " ", older)
    older = re.sub(r"(\b\d\d:\d\d)(?![:\d])", r"\1:00", older)
    try:
        tomllib.loads(older)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def _join_table(table: re.Match[str]) -> str:
    inner = re.sub(r"#[^\n]*", "", table[0][1:-1])
    return "{" + " ".join(inner.split()).rstrip(",") + "}"
