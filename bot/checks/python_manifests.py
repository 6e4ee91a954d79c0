"""Find the set-up and the checks of a Python project in its manifests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

# What projects call what their tests and linters need.
EXTRAS = ("test", "tests", "testing", "dev", "develop", "development", "lint", "typing", "types")
REQUIREMENT_FILE = re.compile(
    r"(?:requirements/)?(?:requirements[-_.]?)?(?:dev|test|tests|testing|lint|ci|develop|base|all)?"
    r"(?:[-_]requirements)?(?:-dev|-test)?\.txt|requirements/requirements[\w.-]*\.txt"
    r"|requirements[-_.\w]*\.txt|tests?/requirements\.txt"
)
DOCUMENTATION = re.compile(r"docs?\b|release|publish|build|bench|example|min|mypyc|doc\.txt")
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
TITLE = re.compile(r"^[ \t]*\[[^\n\"']*\][ \t]*$|#[^\n]*", re.MULTILINE)
TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")


@dataclass(frozen=True, slots=True)
class FoundCheck:
    """A command of a manifest that checks something, and the file that says so."""

    command: str
    source: str


@dataclass(frozen=True)
class PythonProject:
    """A folder with a Python project: its files, relative to it, and the texts of its manifests."""

    paths: Sequence[str]
    texts: Mapping[str, str]

    @cached_property
    def pyproject(self) -> Mapping[str, object]:
        """What pyproject.toml says; empty where it cannot be read."""
        try:
            return tomllib.loads(self.texts.get("pyproject.toml", ""))
        except (ValueError, RecursionError):
            return {}

    @cached_property
    def words(self) -> str:
        """All that its manifests require, without titles of tables and comments."""
        names = (*PROJECT_FILES, "tox.ini", "noxfile.py", "uv.lock", *self.requirement_files)
        return strip_titles("\n".join(self.texts.get(name, "") for name in names))

    @cached_property
    def requirement_files(self) -> tuple[str, ...]:
        """The files that list packages for developing it."""
        return tuple(
            path
            for path in self.paths
            if REQUIREMENT_FILE.fullmatch(path) and not DOCUMENTATION.search(path)
        )

    def read_table(self, *keys: str) -> Mapping[str, object]:
        """Read a table of pyproject.toml; empty where there is none."""
        value: object = self.pyproject
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    def has(self, *names: str) -> bool:
        """Tell whether any of these files is there."""
        return any(name in self.paths for name in names)

    def names_package(self, name: str) -> bool:
        """Tell whether a manifest names the package."""
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.words) is not None

    @property
    def is_package(self) -> bool:
        """Whether it can be installed by itself."""
        has_table = bool(self.read_table("project") or self.read_table("build-system"))
        return has_table or self.has("setup.py") or "[metadata]" in self.texts.get("setup.cfg", "")


def strip_titles(text: str) -> str:
    """Strip what names a tool without requiring it: titles of tables, and comments."""
    return TITLE.sub("", text)


def list_python_setup(project: PythonProject) -> tuple[str, ...]:
    """List the commands that install the project with what its checks need."""
    if project.has("uv.lock") or project.read_table("tool", "uv"):
        commands = [_write_uv_sync(project)]
    elif project.has("poetry.lock") or project.read_table("tool", "poetry"):
        commands = [_write_poetry_install(project)]
    elif project.has("pdm.lock"):
        commands = ["pdm sync --dev --group :all"]
    elif project.has("Pipfile"):
        commands = ["pipenv install --dev --system"]
    else:
        commands = list(_list_pip_installs(project))
    runner = find_prefix(project)
    needed = {name: None for check in list_python_checks(project) for name in [_name_tool(check)]}
    missing = [name for name in needed if name and not project.names_package(name)]
    if missing:
        installer = "uv pip" if runner == "uv run " else "pip"
        commands.append(f"{installer} install {' '.join(missing)}")
    return tuple(commands)


def find_prefix(project: PythonProject) -> str:
    """Find what commands are started with, so that they see the installed packages."""
    if project.has("uv.lock") or project.read_table("tool", "uv"):
        return "uv run "
    if project.has("poetry.lock") or project.read_table("tool", "poetry"):
        return "poetry run "
    return "pdm run " if project.has("pdm.lock") else ""


def list_python_checks(project: PythonProject) -> list[FoundCheck]:
    """List the checks that the project's files tell of."""
    prefix = find_prefix(project)
    checks = [*_list_tests(project), *_list_linters(project)]
    return [FoundCheck(f"{prefix}{check.command}", check.source) for check in checks]


def _write_uv_sync(project: PythonProject) -> str:
    frozen = " --locked" if project.has("uv.lock") else ""
    workspace = " --all-packages" if project.read_table("tool", "uv", "workspace") else ""
    groups = _select(project.read_table("dependency-groups"), but=("dev",))
    extras = _select(project.read_table("project", "optional-dependencies"))
    options = [f"--group {name}" for name in groups]
    options += [f"--extra {name}" for name in extras]
    return " ".join([f"uv sync{frozen}{workspace}", *options])


def _write_poetry_install(project: PythonProject) -> str:
    groups = project.read_table("tool", "poetry", "group")
    optional = [
        name
        for name, group in groups.items()
        if name in EXTRAS and isinstance(group, dict) and group.get("optional")
    ]
    extras = _select(
        {**project.read_table("tool", "poetry", "extras")}
        | {**project.read_table("project", "optional-dependencies")}
    )
    options = [f"--with {','.join(optional)}"] if optional else []
    options += [f"--extras {name}" for name in extras]
    return " ".join(["poetry install --no-interaction", *options])


def _list_pip_installs(project: PythonProject) -> Iterator[str]:
    files = project.requirement_files
    if files:
        yield f"pip install {' '.join(f'-r {path}' for path in files)}"
    if project.is_package:
        extras = _select(project.read_table("project", "optional-dependencies"))
        extras = extras or _select_setup_extras(project)
        yield f"pip install -e '.[{','.join(extras)}]'" if extras else "pip install -e ."
    groups = _select(project.read_table("dependency-groups"))
    if groups:
        yield f"pip install {' '.join(f'--group {name}' for name in groups)}"


def _select_setup_extras(project: PythonProject) -> list[str]:
    """Select extras that setup.cfg or setup.py names."""
    _, _, section = project.texts.get("setup.cfg", "").partition("[options.extras_require]")
    names = re.findall(r"^([\w-]+)\s*=", section.partition("\n[")[0], re.MULTILINE)
    _, _, code = project.texts.get("setup.py", "").partition("extras_require")
    names += re.findall(r"[\"']([\w-]+)[\"']\s*:", code[:2_000])
    return [name for name in EXTRAS if name in names]


def _select(groups: Mapping[str, object], but: tuple[str, ...] = ()) -> list[str]:
    return [name for name in EXTRAS if name in groups and name not in but]


def _list_tests(project: PythonProject) -> Iterator[FoundCheck]:
    settings = "pytest" in project.read_table("tool")
    is_configured = "[tool:pytest]" in project.texts.get("setup.cfg", "") or settings
    if is_configured or project.has("pytest.ini", "conftest.py", "tests/conftest.py"):
        source = "pytest.ini" if project.has("pytest.ini") else "pyproject.toml"
        if not settings and not project.has("pytest.ini"):
            source = "conftest.py" if not is_configured else "setup.cfg"
        yield FoundCheck("pytest", source)
        return
    tests = [path for path in project.paths if TEST_FILE.search(path)]
    if project.names_package("pytest") and tests:
        yield FoundCheck("pytest", tests[0])
    elif project.has("manage.py") and tests:
        yield FoundCheck("python manage.py test", "manage.py")
    elif tests:
        is_plain = any("/" in path for path in tests)
        yield FoundCheck("pytest" if is_plain else "python -m unittest", tests[0])


def _list_linters(project: PythonProject) -> Iterator[FoundCheck]:
    tools = project.read_table("tool")
    setup_cfg = project.texts.get("setup.cfg", "")
    if "ruff" in tools or project.has("ruff.toml", ".ruff.toml"):
        yield FoundCheck("ruff check .", "pyproject.toml" if "ruff" in tools else "ruff.toml")
        if project.read_table("tool", "ruff", "format"):
            yield FoundCheck("ruff format --check .", "pyproject.toml")
    if project.has(".flake8") or "[flake8]" in setup_cfg:
        yield FoundCheck("flake8", ".flake8" if project.has(".flake8") else "setup.cfg")
    if "black" in tools:
        yield FoundCheck("black --check .", "pyproject.toml")
    if "mypy" in tools or project.has("mypy.ini", ".mypy.ini") or "[mypy]" in setup_cfg:
        source = "pyproject.toml" if "mypy" in tools else "mypy.ini"
        is_told = project.read_table("tool", "mypy").get("files") or "files" in project.texts.get(
            "mypy.ini", ""
        )
        yield FoundCheck("mypy" if is_told else f"mypy {_find_source(project)}", source)
    if "pyright" in tools or project.has("pyrightconfig.json"):
        yield FoundCheck(
            "pyright", "pyproject.toml" if "pyright" in tools else "pyrightconfig.json"
        )


def _find_source(project: PythonProject) -> str:
    """Find the folder of the code itself."""
    if any(path.startswith("src/") for path in project.paths):
        return "src"
    packages = [path.partition("/")[0] for path in project.paths if path.endswith("/__init__.py")]
    own = [name for name in packages if name not in ("tests", "test", "docs", "examples")]
    return own[0] if own else "."


def _name_tool(check: FoundCheck) -> str:
    """Name the package that brings the tool of a check; empty for Python's own."""
    words = check.command.split()
    name = words[2] if words[1:2] == ["run"] else words[0]
    return "" if name == "python" else name
