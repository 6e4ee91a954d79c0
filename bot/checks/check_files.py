"""Choose the files that tell how a repository checks itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.checks.setup_inputs import OTHERS, is_manifest
from bot.checks.task_files import MAKEFILES
from bot.search.project_checks import WORKFLOW_PATH

# Tools' own configuration, whose being there says that they are used.
CONFIGURATION = frozenset(
    {"pytest.ini", ".pytest.ini", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", ".flake8"}
    | {"pyrightconfig.json", ".pre-commit-config.yaml", "tsconfig.json", "turbo.json", "nx.json"}
    | {"lerna.json", "deno.json", "deno.jsonc", "biome.json", ".golangci.yml", ".golangci.yaml"}
    | {"mvnw", "gradlew", "CMakeLists.txt", "manage.py", *MAKEFILES}
)
ACTION = re.compile(r"(?:.+/)?action\.ya?ml")
# Scripts by which developers install, test and lint.
SCRIPT = re.compile(
    r"(?:scripts?|bin|tools?|ci|dev|\.ci)/[\w-]*(?:test|lint|check|install|setup|bootstrap|mypy|types?"
    r"|format|build|coverage|ci|unit|verify)[\w-]*(?:\.(?:sh|bash))?"
)
MOST_FILES = 200
MOST_BYTES = 300_000  # of a file; a larger one tells nothing that is read


def list_check_files(paths: Iterable[str]) -> tuple[str, ...]:
    """Choose the files whose texts `find_project_checks` needs, those nearest to the root first."""
    chosen = [path for path in paths if _is_check_file(path)]
    return tuple(sorted(chosen, key=_rank)[:MOST_FILES])


def _is_check_file(path: str) -> bool:
    if WORKFLOW_PATH.fullmatch(path) or ACTION.fullmatch(path):
        return True
    if SCRIPT.fullmatch(path):
        return True
    name = path.rpartition("/")[2]
    is_lock = name.endswith((".lock", ".lockb", "go.sum", "package-lock.json", "pnpm-lock.yaml"))
    return not is_lock and (
        is_manifest(path) or (name in CONFIGURATION and not OTHERS.search(path))
    )


def _rank(path: str) -> tuple[bool, int, str]:
    return not path.startswith(".github/"), path.count("/"), path
