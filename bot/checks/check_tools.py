"""The tools that check code: what kind of check each is, and how it is given chosen files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.checks.command_wrappers import WrappedCommand
from bot.values import CheckKind


@dataclass(frozen=True, slots=True)
class CheckTool:
    """A tool by the words that it is called with, and the kind of check that it is.

    `takes_files` tells whether files may stand at its end; `format_words` are those of the call
    that formats instead of checking.
    """

    words: tuple[str, ...]
    kind: CheckKind
    takes_files: bool = True

    @property
    def name(self) -> str:
        """The name that people call it by."""
        return self.words[0]


def _list_tools(kind: CheckKind, calls: str, *, takes_files: bool = True) -> Iterator[CheckTool]:
    for call in calls.split(","):
        yield CheckTool(tuple(call.split()), kind, takes_files)


# Of several that fit, the one with the most words is meant.
TOOLS = (
    *_list_tools(
        "test",
        "pytest,py.test,unittest,nose2,stestr run,trial,zope-testrunner,jest,vitest run,vitest,"
        "mocha,ava,tap,tape,uvu,jasmine,node --test,go test,cargo test,cargo nextest run,rspec,"
        "deno test,bun test,mix test,phpunit,pest,busted,prove,gotestsum,bats",
    ),
    *_list_tools(
        "test",
        "ctest,dotnet test,swift test,sbt test,bazel test,react-scripts test,playwright test,"
        "cypress run,karma start,ng test,zig build test",
        takes_files=False,
    ),
    *_list_tools(
        "lint",
        "ruff check,ruff,flake8,pylint,pycodestyle,pydocstyle,pyflakes,bandit,codespell,"
        "interrogate,yamllint,djlint,doc8,typos,vulture,refurb,pydoclint,eslint,oxlint,stylelint,"
        "tslint,standard,xo,biome lint,biome check,biome ci,markdownlint,markdownlint-cli2,cspell,"
        "shellcheck,hadolint,rubocop,phpcs,go vet,staticcheck,golangci-lint run,revive,golint,"
        "deno lint",
    ),
    *_list_tools(
        "lint",
        "lint-imports,deptry,knip,publint,attw,slotscheck,validate-pyproject,reuse lint,zizmor,"
        "actionlint,cargo clippy,cargo deny,pre-commit run,prek run,next lint,mix credo",
        takes_files=False,
    ),
    *_list_tools(
        "types",
        "mypy,pyright,basedpyright,ty check,pyrefly check,pytype,phpstan analyse,psalm,deno check",
    ),
    *_list_tools(
        "types",
        "tsc,vue-tsc,svelte-check,flow check,tsd,dmypy run,astro check",
        takes_files=False,
    ),
    *_list_tools(
        "format",
        "ruff format,black,isort,yapf,autopep8,docformatter,prettier,dprint check,biome format,"
        "gofmt,goimports,rustfmt,deno fmt,mix format,clang-format",
    ),
    *_list_tools("format", "cargo fmt", takes_files=False),
    *_list_tools(
        "build",
        "build,flit build,hatch build,poetry build,uv build,pdm build,maturin build,sphinx-build,"
        "mkdocs build,go build,cargo build,cargo check,cargo doc,vite build,rollup,webpack,tsup,"
        "next build,dotnet build,swift build,cmake --build,bazel build,cargo hack,zensical build",
        takes_files=False,
    ),
)
MODULE_STARTERS = frozenset({("python", "-m"), ("pipx", "run"), ("uvx",), ("uv", "tool", "run")})
# With these words a formatter only says what is not formatted.
CHECK_OPTIONS = frozenset(
    {"--check", "--check-only", "--diff", "-l", "-c", "--list-different", "--dry-run", "-d"}
)
# Options that mean nothing for chosen files, or keep some of them from being run.
UNWANTED_OPTION = re.compile(
    r"--(?:cov|junit|durations|collect|reporter|outputFile|coverage|report|output-format|shard"
    r"|splits|group|html|json-report|csv|codecov|watch|changed|passWithNoTests|benchmark|profile$)"
)
SELECTION = frozenset(
    {"-k", "-m", "--ignore", "--deselect", "-t", "--testNamePattern", "--run", "-run"}
)
# Options whose value is the next word.
VALUED = frozenset(
    {
        "-c",
        "-n",
        "-p",
        "-W",
        "-o",
        "-r",
        "-k",
        "-m",
        "-t",
        "-e",
        "--config",
        "--config-file",
        "--rcfile",
    }
    | {
        "--numprocesses",
        "--ds",
        "--rootdir",
        "--dist",
        "--tb",
        "--project",
        "--max-warnings",
        "--ext",
    }
    | {
        "--select",
        "--ignore",
        "--extend-ignore",
        "--line-length",
        "-l",
        "--python-version",
        "--run",
    }
    | {"--max-line-length", "--settings", "--require", "--timeout", "--maxfail", "--target", "-run"}
    | {"--concurrency", "--format", "-f", "--cache-location", "--ignore-path", "--ignore-pattern"}
    | {"--features", "--package", "-timeout", "-parallel", "-tags", "-count", "--deselect"}
    | {
        "--testNamePattern",
        "--import-mode",
        "--profile",
        "--target-version",
        "--exclude",
        "--parser",
    }
)
# What chooses code in a way that files cannot stand beside.
OWN_SELECTION: Mapping[str, frozenset[str]] = MappingProxyType(
    {"mypy": frozenset({"-p", "-m", "--package", "--module"}), "go": frozenset({"-coverprofile"})}
)


def find_tool(command: WrappedCommand) -> CheckTool | None:
    """Find the checking tool that a command calls."""
    if not command.words:
        return None
    words = (command.tool, *command.words[1:])
    fitting = [tool for tool in TOOLS if words[: len(tool.words)] == tool.words]
    if words[0] in ("unittest", "build") and not MODULE_STARTERS.intersection(command.wrappers):
        return None
    return max(fitting, key=lambda tool: len(tool.words), default=None)


def only_says(command: WrappedCommand) -> bool:
    """Tell whether a formatter is asked to say what is wrong, and to write nothing."""
    return bool(CHECK_OPTIONS.intersection(command.words)) or command.tool in ("dprint", "biome")


def write_only(command: WrappedCommand, tool: CheckTool) -> str:
    """Write the line that runs the tool on chosen files, with {only} for them."""
    if not tool.takes_files:
        return ""
    options = _keep_options(tool, command.words[len(tool.words) :])
    prefix = command.prefix
    if ("coverage", "run") in command.wrappers and tool.kind == "test":
        prefix = (*prefix, "python", "-m")
    return f"{join_words((*prefix, *command.words[: len(tool.words)], *options))} {{only}}"


def write_format(command: WrappedCommand, tool: CheckTool) -> str:
    """Write the line that formats, from the one that only says what is not formatted."""
    unwanted = CHECK_OPTIONS - {"-l"} if tool.name == "black" else CHECK_OPTIONS
    words = [word for word in command.words if word not in unwanted]
    if words[-1] == "--":
        words.pop()
    if tool.name == "prettier":
        words.insert(1, "--write")
    if tool.name in ("gofmt", "goimports"):
        words.insert(1, "-w")
    return join_words((*command.prefix, *words))


def _keep_options(tool: CheckTool, words: tuple[str, ...]) -> list[str]:
    """Keep the options with their values; files, and what chooses among the tests, go."""
    valued = VALUED - CHECK_OPTIONS if tool.kind == "format" and tool.name != "black" else VALUED
    unwanted = SELECTION | OWN_SELECTION.get(tool.name, frozenset())
    if tool.name == "unittest":
        return []
    kept: list[str] = []
    index = 0
    while index < len(words) and words[index] != "--":
        word = words[index]
        length = 2 if word in valued and index + 1 < len(words) else 1
        is_wanted = word.partition("=")[0] not in unwanted and not UNWANTED_OPTION.match(word)
        if word.startswith("-") and is_wanted:
            kept += words[index : index + length]
        index += length
    return kept


def join_words(words: tuple[str, ...]) -> str:
    """Join words as the shell reads them; its own variables and globs live on."""
    return " ".join(
        word if re.fullmatch(r"[\w@%+=:,./${}-]+", word) else shlex.quote(word) for word in words
    )
