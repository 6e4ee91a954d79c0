"""Say why a command of a workflow cannot be run: its form, where it reaches, what it asks for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import dropwhile
from types import MappingProxyType

from bot.text import as_code_span
from bot.text.invisible_chars import is_invisible
from bot.values.project import BuildStepName

JOINS = frozenset({"&&"})
SHELL_SIGNS = frozenset(
    {"|", "||", ";", "&", ">", ">>", "<", "<<", "(", ")", ";;", "|&", "&>", ">&"}
)
MAX_CHARS = 1_000
LINE_SIGNS = "\r\f\v"  # that a terminal moves by, and does not show
# Steps in which the registries of packages may be asked; the others have no network.
ONLINE_STEPS = frozenset({"init", "install"})
# Programs that no project is built with, and why: the words go on behind the program's name.
_PROGRAMS = (
    (
        "curl wget ssh scp sftp rsync nc ncat telnet ftp aria2c http",
        "asks the network by {}. Use the package manager, or leave it out.",
    ),
    (
        "sudo su doas chroot mount systemctl service kill killall pkill reboot shutdown halt",
        "needs rights over the machine for {}. Leave it out.",
    ),
    (
        "docker podman docker-compose kubectl vagrant nerdctl",
        "needs {}, which is not there. Run the project itself.",
    ),
    (
        "apt apt-get yum dnf apk pacman brew snap zypper choco winget",
        "installs into the system by {}. Use the language's own package manager.",
    ),
    ("rm rmdir shred dd mkfs", "takes files away by {}. Leave it out."),
)
REFUSED = MappingProxyType(
    {program: reason for programs, reason in _PROGRAMS for program in programs.split()}
)
SHELLS = frozenset(["sh", "bash", "zsh", "dash", "ksh", "fish", "pwsh", "powershell", "cmd"])
PUBLISHES = re.compile(
    r"^(?:npm|yarn|pnpm|poetry|uv|cargo|flit|hatch)\s+publish\b|^twine\b|^git\s+(?:push|remote|clone"
    r"|fetch|pull|submodule)\b|^gh\b|^go\s+telemetry\b|^(?:npm|yarn|pnpm)\s+(?:login|adduser)\b"
    r"|^(?:heroku|vercel|netlify|aws|gcloud|az|fly|flyctl|terraform|ansible\S*)\b"
)
CONFIGURES = re.compile(  # what holds for all that the person does
    r"^git\s+config\b.*\s--(?:global|system)\b|^(?:npm|pnpm|yarn|pip[\d.]*)\s+config\s+set\b"
    r"|^npm\s+set\b|^go\s+env\s+-[wu]\b|^python[\d.]*\s+-m\s+pip\s+config\s+set\b|^crontab\b"
)
INSTALLS = re.compile(
    r"^(?:(?:\S*/)?python[\d.]*\s+-m\s+)?(?:\S*/)?(?:pip[\d.]*|pipx)\s+(?:install|download)\b"
    r"|^(?:npm|pnpm|yarn|bun)\s+(?:i|install|ci|add|update|upgrade|create|init|dlx)\b"
    r"|^(?:yarn|npx|pnpx|bunx)(?:\s+(?:-y|--yes)\b|$)|^uvx\b|^(?:uv|poetry|pdm)\s+(?:sync|add|install|lock|update)\b"
    r"|^uv\s+pip\s+install\b|^go\s+(?:get|install|mod\s+(?:download|tidy))\b"
)
NEEDS_LOCK = re.compile(
    r"^(?:npm|pnpm|yarn|bun)\s+(?:ci|clean-install)\b|\s--(?:frozen-lockfile|immutable|require-hashes)\b"
    r"|^uv\s+sync\b.*\s--(?:frozen|locked)\b|^poetry\s+install\b.*\s--sync\b"
)
# Programs that run what they fetch; to others an address is a word like any other.
RUNNERS = frozenset(["npx", "pnpx", "bunx", "uvx", "go"])
GLOBAL_INSTALL = re.compile(
    r"^(?:npm|pnpm|yarn|bun)\s+.*(?:\s-g\b|--global\b|^yarn\s+global\b)|--break-system-packages"
    r"|\s--(?:user|prefix|root|target)(?:[\s=]|$)"
)
ADDRESS = re.compile(
    r"\b(?:git\+|https?|ssh|git|ftp|wss?)(?:\+\w+)?://([^/\s:@]+)|git@\S+|github:\S+"
)
LOOPBACK = re.compile(r"^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?)$")
OTHER_REGISTRY = re.compile(
    r"\s(?:--(?:index-url|extra-index-url|registry|find-links|trusted-host)|-i|-f)(?:[\s=]|$)"
)
_BAD_INSTALLS = (
    (GLOBAL_INSTALL, "installs outside the project. Install into the project's own folder."),
    (OTHER_REGISTRY, "names another package registry. Use the usual one."),
    (NEEDS_LOCK, "needs a lock file, which is not there yet. Install without: that makes one."),
)
VARIABLE = re.compile(r"^[A-Za-z_]\w*=")
EXPANSION = re.compile(r"[$`]")
# In single quotes nothing is expanded. In double quotes, or escaped, such a quote is a letter.
SINGLE_QUOTED = re.compile(r"""(\\.|"(?:\\.|[^"\\])*")|'[^']*'""")
SAFE_PATH = re.compile(r"^/(?:dev/null$|tmp(?:/|$))")
PROVES_NOTHING = re.compile(r"^(?:true|:|exit 0|echo\b.*)$")


def explain_bad_command(step: BuildStepName, command: str) -> str:
    """Say why a command cannot be the one of a step, and what to do; empty when it can.

    The words go on behind "The command of `step` ...".
    """
    if not command.strip():
        return "is empty. Write one, or leave the step out."
    if "\n" in command.strip() or len(command) > MAX_CHARS:
        return "is no single line. Write one command, or join several by `&&`."
    if any(is_invisible(char) or char in LINE_SIGNS for char in command):
        return "holds a control or invisible character. Write only what its reader sees."
    try:
        parts = split_commands(command)
    except ValueError:
        return "is no shell command: a quote is not closed. Close it."
    reasons = (_explain_part(step, words) for words in parts)
    return _explain_signs(command) or next(filter(None, reasons), "")


def _split_words(command: str) -> list[str]:
    reader = shlex.shlex(command, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    reader.commenters = ""
    return list(reader)


def split_commands(command: str) -> list[list[str]]:
    """Split a line into its commands, each as words. Raises ValueError where a quote is open."""
    parts: list[list[str]] = [[]]
    for word in _split_words(command):
        if word in JOINS:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _explain_signs(command: str) -> str:
    """Say which sign of the shell the command uses, besides `&&`."""
    if EXPANSION.search(SINGLE_QUOTED.sub(r"\1", command)):
        return "uses a variable or a command in a command. Write the value out."
    signs = [word for word in _split_words(command) if word in SHELL_SIGNS]
    if signs:
        shown = as_code_span(signs[0])
        return (
            f"uses {shown} of the shell. Run plain commands, joined by `&&`; put more in a script."
        )
    return ""


def _explain_part(step: BuildStepName, words: Sequence[str]) -> str:
    """Say why one plain command cannot run; empty when it can."""
    names = [*dropwhile(VARIABLE.match, words)]
    if not names:
        return "has nothing to run between `&&`. Drop the sign, or add a command."
    reasons = (_explain_program(names), _explain_install(step, names), *map(_explain_word, words))
    return next(filter(None, reasons), "")


def _explain_install(step: BuildStepName, names: Sequence[str]) -> str:
    """Say why packages cannot be installed so, or here; empty when they can."""
    plain = " ".join(names)
    installs = INSTALLS.search(plain)
    if (installs or names[0] in RUNNERS) and (address := _find_address(plain)):
        return (
            f"asks for {as_code_span(address)}. Only the package registries can be reached: "
            "name the package."
        )
    if not installs:
        return ""
    if step not in ONLINE_STEPS:
        return (
            f"installs packages by {as_code_span(names[0])}, and only `install` has a network. "
            "Do it there."
        )
    return next((reason for pattern, reason in _BAD_INSTALLS if pattern.search(plain)), "")


def _find_address(plain: str) -> str:
    """Find the first address that is not on this machine; empty where there is none."""
    for address in ADDRESS.finditer(plain):
        if not (address[1] and LOOPBACK.match(address[1])):
            return address[0]
    return ""


def _explain_program(names: Sequence[str]) -> str:
    """Say why no step runs such a program; empty when one may."""
    program = names[0].rpartition("/")[2]
    shown = as_code_span(program)
    if program in REFUSED:
        return REFUSED[program].format(shown)
    if program == "eval" or (
        program in SHELLS and any(re.match(r"-\w*c$", each) for each in names)
    ):
        return f"hides another command in {shown}. Write that command itself."
    plain = " ".join([program, *names[1:]])
    if PROVES_NOTHING.match(plain):
        return f"proves nothing: {as_code_span(plain[:60])} always ends well. Run what proves it."
    if PUBLISHES.search(plain):
        return f"would reach a server by {as_code_span(' '.join(names[:2]))}. Leave that out."
    if CONFIGURES.search(plain):
        return "changes how this person's machine is configured. Leave that out."
    return ""


def _explain_word(word: str) -> str:
    """Say why a word leaves the project's folder; empty when it does not."""
    shown = as_code_span(word)
    value = word.partition("=")[2] if "=" in word else word
    if ".." in re.split(r"[/\\:=]", word):
        return f"leaves the project's folder by {shown}. Name a path inside it."
    if value.startswith("~") or (value.startswith("/") and not SAFE_PATH.match(value)):
        return f"leaves the project's folder by {shown}. Name a path inside it."
    return ""
