"""What an operator may set: each setting, how all are read, and what is said of one that is wrong.

Settings are made once, in bot/__main__.py, and taken apart in bot/assembly.py.
"""

from bot.settings.command_settings import (
    PRICES,
    GateSettings,
    ModelSettings,
    ReadTokenSettings,
    SearchSettings,
)
from bot.settings.corpus_settings import CorpusSettings
from bot.settings.github_settings import GitHubSettings
from bot.settings.read_settings import (
    SettingsError,
    SettingsReport,
    describe_settings,
    examine_settings,
    find_env_file,
    list_secret_values,
    list_unknown_settings,
    load_settings,
)
from bot.settings.sandbox_settings import SandboxSettings
from bot.settings.serve_settings import (
    HomeSettings,
    ServerSettings,
    Settings,
    SolveSettings,
)
from bot.settings.setting_problems import SettingProblem, SettingState, make_name

__all__ = [
    "PRICES",
    "CorpusSettings",
    "GateSettings",
    "GitHubSettings",
    "HomeSettings",
    "ModelSettings",
    "ReadTokenSettings",
    "SandboxSettings",
    "SearchSettings",
    "ServerSettings",
    "SettingProblem",
    "SettingState",
    "Settings",
    "SettingsError",
    "SettingsReport",
    "SolveSettings",
    "describe_settings",
    "examine_settings",
    "find_env_file",
    "list_secret_values",
    "list_unknown_settings",
    "load_settings",
    "make_name",
]
