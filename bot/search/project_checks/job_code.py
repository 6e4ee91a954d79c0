"""Tell which of the repository's files a job of CI runs, by its steps; in doubt all of them."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

ANY = "**"
Step = Mapping[str, object]

# What brings code of the repository onto the runner, or what was built of it elsewhere.
CHECKOUT = re.compile(r"checkout")
BRINGS = re.compile(r"^actions/(download-artifact|cache(/restore)?)$")
FETCHES = re.compile(
    r"\b(git|hub|gh)\s+(repo\s+)?(clone|fetch|pull|checkout|pr)\b|api/.*/(tar|zip)ball"
)
HEAD_REF = re.compile(r"\$\{\{|refs/pull/|\bhead\b")
# Actions that run no code of the repository: they prepare the machine, log in, report or publish.
PASSIVE_ACTIONS = re.compile(
    r"actions/(checkout|setup-[\w-]+|cache(/\w+)?|(up|down)load-[\w-]+|labeler|stale|github-script"
    r"|configure-pages|deploy-pages|attest[\w-]*|first-interaction|create-github-app-token"
    r"|dependency-review-action|add-to-project)"
    r"|codecov/codecov-action|coverallsapp/[\w-]+|codacy/[\w-]+|qltysh/[\w-]+(/\w+)?"
    r"|docker/(login|setup-buildx|setup-qemu|metadata)-action|astral-sh/(setup-uv|ruff-action)"
    r"|pnpm/action-setup|aws-actions/[\w-]+|google-github-actions/(auth|setup-gcloud)|azure/login"
    r"|slackapi/[\w-]+|[\w-]+/(action-)?slack[\w-]*|github/codeql-action/(init|analyze|upload-sarif)"
    r"|step-security/harden-runner|dorny/(paths-filter|test-reporter)|tj-actions/changed-files"
    r"|webfactory/ssh-agent|hashicorp/setup-terraform|gradle/actions/setup-gradle|swatinem/rust-cache"
    r"|dtolnay/rust-toolchain|softprops/action-gh-release|ncipollo/release-action|peter-evans/[\w-]+"
    r"|pypa/gh-action-pypi-publish|crazy-max/ghaction-[\w-]+|sonarsource/[\w-]+|actions-rs/toolchain"
    r"|marocchino/[\w-]+|release-drafter/[\w-]+|jetbrains/qodana-action|amannn/[\w-]+"
    r"|tibdex/github-app-token|oven-sh/setup-bun|ossf/scorecard-action|zizmorcore/zizmor-action",
    re.IGNORECASE,
)
# Commands that run no code of the repository.
PASSIVE_COMMANDS = re.compile(
    r"echo|printf|cd|pushd|popd|mkdir|cp|mv|rm|chmod|cat|ls|set|export|exit|true|false|test|\[{1,2}"
    r"|:|pwd|date|sleep|apt|apt-get|brew|choco|git|gh|curl|wget|tar|unzip|gzip|sha256sum|jq|yq|sed"
    r"|grep|awk|head|tail|sort|uniq|wc|tee|df|free|uname|printenv|which|find|touch|ln|diff|base64"
    r"|codespell|typos|shellcheck|hadolint|yamllint|markdownlint|gitleaks|zizmor|actionlint|codecov"
    r"|coveralls|twine|aws|gcloud|az|rustup|gpg|ssh-add|ssh-agent|fi|for|done|case|esac|\{|\}"
)
RUNNERS = re.compile(r"python3?|node|bash|sh|zsh|pwsh|ruby|perl|deno|bun|tsx|ts-node|source|\.")
PREFIXES = re.compile(
    r"[A-Za-z_]\w*=\S*|sudo|time|exec|command|env|nohup|if|then|else|elif|do|while|!"
)
INSTALLERS = re.compile(r"pip3?|uv|pipx")
PASSIVE_INSTALLS = re.compile(r"venv|cache|list|freeze|show|check|config|--version|self")
LISTED = re.compile(r"(?:-r|--requirement=|-c|--constraint=)(\S+)")
INLINE = re.compile(r"-[cmep]|--eval|-")
PLAIN_SHELLS = (None, "bash", "sh", "pwsh", "powershell", "cmd")
MOVES = re.compile(r"\b(cd|pushd)\b")
# What a linter that runs nothing is told by.
CONFIGURED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ruff": ("pyproject.toml", "ruff.toml", ".ruff.toml"),
        "black": ("pyproject.toml",),
        "isort": ("pyproject.toml", ".isort.cfg", "setup.cfg"),
    }
)
SPLITS = re.compile(r"\|\||&&|[;|&\n]")
SUBSTITUTED = re.compile(r"\$\(|`|<\(|\beval\b|\bxargs\b|-exec\b")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)


def list_run_files(steps: Sequence[Step], *, is_head: bool) -> tuple[str, ...]:
    """List the files of the repository that the steps run: paths, `folder/**`, or `**` for any.

    `is_head` says that a plain checkout takes what was pushed, as it does on a push.
    """
    has_code = False
    files: list[str] = []
    for step in steps:
        action, script = step.get("uses"), step.get("run")
        if isinstance(action, str):
            has_code = has_code or _brings_code(action, step.get("with"), is_head=is_head)
        if isinstance(script, str):
            has_code = has_code or FETCHES.search(script) is not None
        if has_code:
            files += _list_of_step(step)
    return (ANY,) if ANY in files else tuple(dict.fromkeys(files))


def list_script_files(script: str) -> Iterator[str]:
    """List the files that the lines of a shell run."""
    text = EXPRESSION.sub("x", script).replace("\\\n", " ")
    if SUBSTITUTED.search(text):
        yield ANY
        return
    for line in SPLITS.split(text):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            words = ["?"]
        while words and PREFIXES.fullmatch(words[0]):
            words = words[1:]
        if words:
            yield from _list_of_command(words)


def _brings_code(action: str, inputs: object, *, is_head: bool) -> bool:
    name = action.partition("@")[0].lower()
    if BRINGS.match(name):
        return True
    if not CHECKOUT.search(name):
        return False
    options = inputs if isinstance(inputs, dict) else {}
    ref, repository = str(options.get("ref") or ""), str(options.get("repository") or "")
    if repository and "${{" not in repository:
        return False
    return HEAD_REF.search(ref) is not None if ref else is_head


def _list_of_step(step: Step) -> Iterator[str]:
    action, script = step.get("uses"), step.get("run")
    if isinstance(action, str) and not _is_passive(action, step.get("with")):
        yield ANY
    if not isinstance(script, str):
        return
    files = list(list_script_files(script))
    # A path counts from the root of the repository.
    is_moved = "working-directory" in step or MOVES.search(script)
    if step.get("shell") not in PLAIN_SHELLS or (files and is_moved):
        yield ANY
    yield from files


def _is_passive(action: str, inputs: object) -> bool:
    name = action.partition("@")[0]
    loads = name.endswith("github-script") and re.search(r"require\(|import\b", str(inputs))
    return PASSIVE_ACTIONS.fullmatch(name) is not None and not loads


def _list_of_command(words: Sequence[str]) -> Iterator[str]:
    program = words[0]
    if program in CONFIGURED:
        yield from CONFIGURED[program]
    elif INSTALLERS.fullmatch(program) or list(words[1:3]) == ["-m", "pip"]:
        yield from _list_of_install(words)
    elif RUNNERS.fullmatch(program):
        yield from _list_of_program(words[1:])
    elif "/" in program:
        yield from _list_of_path(program)
    elif not PASSIVE_COMMANDS.fullmatch(program):
        yield ANY


def _list_of_install(words: Sequence[str]) -> Iterator[str]:
    """List what an installation of packages reads; one of the repository runs code of its own."""
    if "install" not in words:
        if not any(map(PASSIVE_INSTALLS.fullmatch, words)):
            yield ANY
        return
    before = ""
    for word in words[words.index("install") + 1 :]:
        listed = LISTED.fullmatch(word)
        if before in ("-r", "--requirement", "-c", "--constraint"):
            yield posixpath.normpath(word)
        elif listed:
            yield posixpath.normpath(listed[1])
        elif before in ("-e", "--editable") or "/" in word or word.startswith("."):
            yield ANY
        before = word


def _list_of_program(arguments: Sequence[str]) -> Iterator[str]:
    """List the program of the repository that an interpreter is given; any, where it is none."""
    named = [word for word in arguments if not word.startswith("-")]
    if not named or INLINE.fullmatch(arguments[0]):
        yield ANY
    else:
        yield from _list_of_path(named[0])


def _list_of_path(path: str) -> Iterator[str]:
    """List a program with its neighbours, which it may import; at the root that is all."""
    normal = posixpath.normpath(path)
    folder = posixpath.dirname(normal)
    if not folder or folder.startswith("..") or normal.startswith("/") or "$" in normal:
        yield ANY
    else:
        yield f"{folder}/{ANY}"
