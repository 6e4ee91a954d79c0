"""Find new lines that could carry secrets out of CI, or run what nobody sees (gate "outbound").

Tests, build scripts and helpers of CI are looked at: CI runs them before anybody has read them. In
the code itself to open a connection is what people ask for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.gates.change import Change
from bot.gates.outbound.blank_comments import blank_comments
from bot.gates.outbound.encoded_text import find_blobs
from bot.gates.outbound.python_signs import find_python_signs
from bot.gates.outbound.script_signs import find_script_signs
from bot.gates.outbound.shell_signs import find_shell_signs
from bot.gates.outbound.sign import Sign
from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.text.git_lines import split_lines
from bot.values import Finding, SecretJob

GATE = "outbound"
MAX_FINDINGS = 8  # for one file
MAX_QUOTE = 60
MAX_SHEBANG = 80
MAX_CHARS = 2_000  # of a line: a search takes time by it
PYTHON = re.compile(r"\.pyw?$")
SCRIPT = re.compile(r"\.[cm]?[jt]sx?$|\.vue$|\.svelte$")
SHELL = re.compile(
    r"\.(sh|bash|zsh|ksh|mk|envrc)$|(^|/)((GNU)?Makefile|justfile|Justfile|tox\.ini|Procfile"
    r"|Taskfile\.ya?ml|Dockerfile[\w.-]*|Containerfile|[\w.-]+\.Dockerfile)$"
)
SHEBANG = re.compile(r"#!.*\b(sh|bash|zsh|ksh|dash)\b")
INSTRUCTION = re.compile(
    r"^\s*(?:(?:RUN|CMD|ENTRYPOINT|SHELL)\b(?:\s+--\S+)*|[@+-]+(?=\w)|- (?:cmd: )?)\s*"
)
# What CI runs beside the tests: builds, installations and helpers.
BUILD = re.compile(
    r"(^|/)(setup|conftest|noxfile|tasks|fabfile|build|hatch_build|pavement|sitecustomize|usercustomize"
    r"|wscript|SConstruct|[\w-]*_build|build_[\w-]*|gulpfile|Gruntfile|rollup[\w.-]*|webpack[\w.-]*"
    r"|(jest|vitest|karma|test)[.-]?setup[\w.-]*|[\w.-]+\.(config|conf|setup))\.\w+$"
    r"|(^|/)\.(eslintrc|mocharc|babelrc|prettierrc)\.\w+$"
    r"|(^|/)(scripts?|ci|\.ci|tools?|build|hack|dev|bin|\.github|e2e|maintainers?|tasks)/",
)
STARTS_ALONE = re.compile(r"\.pth$|(^|/)(sitecustomize|usercustomize)\.py$")
HOOKS = re.compile(r"(pre|post)?(install|pack|publish|prepare)")
# Kinds that beside each other mean what each alone does not.
TOGETHER = frozenset(
    [("environment", "network"), ("environment", "encoding"), ("encoding", "execution")]
)


def check_outbound(change: Change) -> Iterator[Finding]:
    """Find what tests and builds would do on CI; it blocks where secrets are in their reach.

    What a file does already is nothing new there, so it only advises.
    """
    for path, text in change.after.items():
        if text is not None and _is_looked_at(path, text):
            job = change.secret_jobs.get(path)
            yield from _check_file(change, path, text, job)


def _check_file(change: Change, path: str, text: str, job: SecretJob | None) -> Iterator[Finding]:
    secrets = frozenset(name.upper() for name in (job.credentials if job else ()))
    lines = _list_lines_to_run(change, path, text)
    signs = _promote(list(_find_signs(path, text, lines, secrets)))
    before = change.before.get(path)
    usual = _list_usual(path, before, secrets) if before else frozenset()
    for sign in signs[:MAX_FINDINGS]:
        is_firm = not sign.is_weak and (sign.kind, sign.quote) not in usual
        if is_firm or job is not None:
            yield _make_finding(path, sign, job, blocks=is_firm and job is not None)


def _list_lines_to_run(change: Change, path: str, text: str) -> list[tuple[int, str]]:
    """List the new lines: all of a file that moved, as nothing may have run it where it was."""
    if path in change.former_paths:
        return list(enumerate(split_lines(text), 1))
    return list(change.added_lines(path))


def _make_finding(path: str, sign: Sign, job: SecretJob | None, *, blocks: bool) -> Finding:
    quote = sign.quote.replace("`", "'")[:MAX_QUOTE]
    text = f"`{quote}` {sign.does}, in a file that tests or builds run."
    if job is not None:
        secrets = ", ".join(f"`{name}`" for name in job.credentials[:3])
        text += f" The job `{job.name}` of `{job.workflow}` would run it with {secrets} in reach."
    if blocks:
        text += " Do without it. If the request needs it, name this file in `lowered` of the plan."
    return Finding(GATE, path, sign.line, text, blocks, sign.kind)


def _find_signs(
    path: str, text: str, lines: Sequence[tuple[int, str]], secrets: Collection[str]
) -> Iterator[Sign]:
    """Find the signs on these lines, in the order of the lines; one of a kind for each."""
    readable = [(number, line[:MAX_CHARS]) for number, line in lines]
    signs = [*_read_language(path, text, readable, secrets)]
    for number, line in readable:
        signs += find_blobs(number, line)
    if STARTS_ALONE.search(path) and lines:
        name = path.rpartition("/")[2]
        signs.append(Sign(lines[0][0], "execution", name, "runs whenever Python starts"))
    firm_first = sorted(signs, key=lambda sign: (sign.line, sign.kind, sign.is_weak))
    unique = {(sign.line, sign.kind): sign for sign in reversed(firm_first)}
    yield from sorted(unique.values(), key=lambda sign: (sign.is_weak, sign.line))


def _read_language(
    path: str, text: str, lines: Sequence[tuple[int, str]], secrets: Collection[str]
) -> Iterator[Sign]:
    if PYTHON.search(path):
        yield from find_python_signs(text, {number for number, _ in lines}, secrets)
    elif SCRIPT.search(path):
        code = _keep_code(text, language_of(path) or "typescript", lines)
        yield from find_script_signs(code, secrets)
    elif path.rpartition("/")[2] == "package.json":
        yield from _read_package_scripts(text, lines, secrets)
    elif _is_shell(path, text):
        is_script = SHEBANG.match(text[:MAX_SHEBANG]) or language_of(path) == "bash"
        code = _keep_code(text, "bash" if is_script else "", lines)
        commands = [(number, INSTRUCTION.sub("", line)) for number, line in code]
        yield from find_shell_signs(commands, secrets)


def _keep_code(text: str, language: str, lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Keep of these lines what is no comment."""
    code = split_lines(blank_comments(text, language))
    return [(number, code[number - 1][: len(line)]) for number, line in lines]


def _read_package_scripts(
    text: str, lines: Sequence[tuple[int, str]], secrets: Collection[str]
) -> Iterator[Sign]:
    """Read the scripts of a package that stand on new lines."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    scripts = document.get("scripts") if isinstance(document, dict) else None
    for name, command in scripts.items() if isinstance(scripts, dict) else ():
        key = json.dumps(name)
        number = next((number for number, line in lines if line.strip().startswith(key)), 0)
        if not number or not isinstance(command, str):
            continue
        yield from find_shell_signs([(number, command)], secrets)
        if HOOKS.fullmatch(name):
            is_weak = name == "prepare"
            yield Sign(number, "execution", name, "runs at each installation", is_weak)


def _list_usual(path: str, before: str, secrets: Collection[str]) -> frozenset[tuple[str, str]]:
    """List what the file did before the change."""
    lines = list(enumerate(split_lines(before), 1))
    return frozenset((sign.kind, sign.quote) for sign in _find_signs(path, before, lines, secrets))


def _promote(signs: list[Sign]) -> list[Sign]:
    """Take a weak sign for a firm one beside one of another kind, with which it means more."""
    kinds = {sign.kind for sign in signs}
    meant = {kind for pair in TOGETHER if kinds.issuperset(pair) for kind in pair}
    promoted = [replace(sign, is_weak=sign.is_weak and sign.kind not in meant) for sign in signs]
    return sorted(promoted, key=lambda sign: (sign.is_weak, sign.line))


def _is_looked_at(path: str, text: str) -> bool:
    if path.rpartition("/")[2] == "package.json" or _is_shell(path, text):
        return True
    if STARTS_ALONE.search(path):
        return True
    is_program = PYTHON.search(path) or SCRIPT.search(path)
    return bool(is_program) and (kind_of(path) == "test" or BUILD.search(path) is not None)


def _is_shell(path: str, text: str) -> bool:
    return SHELL.search(path) is not None or SHEBANG.match(text[:MAX_SHEBANG]) is not None
