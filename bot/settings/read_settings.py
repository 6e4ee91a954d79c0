"""Read what an operator may set: GREENLIT_* variables, and for `serve` and `doctor` a .env file.

The secrets among them leave the environment of the process when they are read, so that no child
inherits them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import AliasChoices, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, DotEnvSettingsSource

from bot.settings.command_settings import ModelSettings, SearchSettings
from bot.settings.corpus_settings import CorpusSettings
from bot.settings.github_settings import GitHubSettings
from bot.settings.secret_settings import find_secret_values, find_secret_variables
from bot.settings.serve_settings import ServerSettings, Settings
from bot.settings.setting_problems import (
    SettingProblem,
    explain_errors,
    find_unknown_names,
    is_secret,
    make_name,
)

S = TypeVar("S", bound=BaseSettings)


class SettingsError(Exception):
    """Settings are missing or wrong: the text has a line for each, with its name."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("\n".join(problem.text for problem in problems))
        self.problems = problems

    @property
    def are_all_missing(self) -> bool:
        """Tell whether nothing that must be set is set, as on a machine that is new."""
        required = sum(field.is_required() for field in Settings.model_fields.values())
        return [problem.state for problem in self.problems] == ["missing"] * required


@dataclass(frozen=True, slots=True)
class SettingsReport:
    """What can be said of all settings, and those parts of them that can be used.

    What is wrong stands at its default in a part; a part is None where it has no default.
    """

    problems: tuple[SettingProblem, ...]
    github: GitHubSettings | None
    model: ModelSettings | None
    search: SearchSettings | None
    server: ServerSettings

    def has_wrong(self, *fields: str) -> bool:
        """Tell whether one of these fields is set, but wrong."""
        wrong = {problem.name for problem in self.problems if problem.state == "wrong"}
        return any(make_name(field) in wrong for field in fields)


def load_settings(kind: type[S], **given: Any) -> S:
    """Read settings of a kind; what is `given` goes before the environment.

    The secrets among them are taken out of os.environ. Raises SettingsError that lists everything
    missing or wrong.
    """
    try:
        settings = kind(**given)
    except ValidationError as wrong:
        problems = explain_errors(kind, wrong, _find_sources(given))
        raise SettingsError(tuple(problems)) from None
    except (OSError, UnicodeError) as broken:
        raise SettingsError((_explain_env_file(given, broken),)) from None
    _remove_secrets(kind)
    return settings


def examine_settings(**given: Any) -> SettingsReport:
    """Look at all settings, whatever is wrong with some; the parts are for looking further."""
    problems: tuple[SettingProblem, ...] = ()
    try:
        Settings(**given)
    except ValidationError as wrong:
        problems = tuple(explain_errors(Settings, wrong, _find_sources(given)))
    except (OSError, UnicodeError) as broken:
        problems = (_explain_env_file(given, broken),)
        given = {name: value for name, value in given.items() if name != "_env_file"}
    names = {problem.name for problem in problems}
    report = SettingsReport(
        (*problems, *list_unknown_settings(**given)),
        _load_part(GitHubSettings, given, names),
        _load_part(ModelSettings, given, names),
        _load_part(SearchSettings, given, names),
        _load_part(ServerSettings, given, names) or ServerSettings.model_construct(),
    )
    _remove_secrets(Settings)
    return report


def list_unknown_settings(**given: Any) -> tuple[SettingProblem, ...]:
    """List the names in the environment and the .env file that look like settings and are none."""
    names = [*os.environ, *_read_env_names(given)]
    known = [*Settings.model_fields, *CorpusSettings.model_fields]
    return tuple(find_unknown_names(names, list(map(make_name, known))))


def find_env_file() -> Path:
    """Tell where `serve` and `doctor` look for a .env file when none is named: in GREENLIT_HOME."""
    return Path(os.environ.get("GREENLIT_HOME", ".greenlit")).expanduser() / ".env"


def describe_settings(kind: type[BaseSettings]) -> dict[str, tuple[str, str]]:
    """Map every setting's name to its meaning and default; "" where it must be set."""
    settings = {}
    for name, field in kind.model_fields.items():
        default = "" if field.is_required() else _render_default(field.default)
        settings[make_name(name)] = (field.description or "", default)
    return settings


def list_secret_values(settings: BaseSettings) -> tuple[str, ...]:
    """List the secrets that this process holds: of its settings, and in its environment."""
    return (*find_secret_values(settings), *find_secret_variables(os.environ))


def _load_part(kind: type[S], given: Mapping[str, Any], wrong: set[str]) -> S | None:
    """Read settings of a kind, with its default for each that is wrong; None where one has none."""
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.model_fields.items()
        if make_name(name) in wrong and not field.is_required()
    }
    try:
        return kind(**{**given, **defaults})
    except ValidationError:
        return None


def _find_sources(given: Mapping[str, object]) -> dict[str, str]:
    """Map the names that are set to where: in the environment, which goes first, or in a file."""
    names = {name.upper(): "the environment" for name in os.environ}
    sources = {name: str(given["_env_file"]) for name in _read_env_names(given)} | names
    return {name: place for name, place in sources.items() if name not in map(make_name, given)}


def _read_env_names(given: Mapping[str, object]) -> list[str]:
    """List the names in the .env file, if there is one that can be read."""
    path = given.get("_env_file")
    if not isinstance(path, Path):
        return []
    try:
        variables = DotEnvSettingsSource(Settings, env_file=path, case_sensitive=False).env_vars
    except (OSError, UnicodeError):
        return []
    return [name.upper() for name in variables]


def _explain_env_file(given: Mapping[str, object], broken: Exception) -> SettingProblem:
    why = "this user may not read it" if isinstance(broken, PermissionError) else "it is no text"
    return SettingProblem("", "wrong", f"{given.get('_env_file')} cannot be read: {why}.")


def _remove_secrets(kind: type[BaseSettings]) -> None:
    names = {
        name.upper()
        for field_name, field in kind.model_fields.items()
        if is_secret(field)
        for name in _list_names(field_name, field)
    }
    for variable in [variable for variable in os.environ if variable.upper() in names]:
        del os.environ[variable]


def _list_names(field_name: str, field: FieldInfo) -> list[str]:
    """List the variables in which a setting may stand, among them those of other programs."""
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else []
    return [make_name(field_name), field_name, *map(str, choices)]


def _render_default(default: object) -> str:
    if default is PydanticUndefined:
        return "{}"
    return "none" if default in (None, ()) else str(default)
