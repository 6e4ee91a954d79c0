"""Write the shell lines that make an environment, and those that tidy it up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote, split

from bot.adapters.sandbox.environment_variables import (
    CACHES,
    CARGO,
    HOME,
    SCRATCH,
    TOOLS,
    VENV,
)
from bot.adapters.sandbox.package_indexes import KINDS
from bot.adapters.sandbox.package_paths import BASE
from bot.adapters.sandbox.toolchains import Toolchains
from bot.values import ProjectSetup

# Cargo reads which index stands for that of crates.io from this file alone.
CARGO_CONFIGURATION = f"""[source.crates-io]
replace-with = "mirror"
[source.mirror]
registry = "sparse+{BASE}/crates/"
"""
# Locks that name addresses of files, and the expressions by which they name the mirror's. It is the
# scratch copy of a set-up that is rewritten; the digests in a lock still hold.
PYTHON_WORDS = (
    f's#registry = "https?://[^"]*"#registry = "{BASE}/pypi/simple"#',
    f's#url = "https?://[^"]*/([^/"]+)"#url = "{BASE}/pypi/named/\\1"#',
)
NODE_WORDS = (f's#https?://[^ "]*/((@[^/]+/)?[^/]+/-/[^/]+\\.tgz)#{BASE}/npm/\\1#',)
LOCKS = {
    ("uv.lock", "pdm.lock", "pylock.toml"): PYTHON_WORDS,
    ("yarn.lock", "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json"): NODE_WORDS,
}
RUNNERS = ("make", "just", "task", "bash", "sh")  # of scripts, which do not tell what they install
# What `venv` puts into an environment.
SEEDS = ("pip", "pip-*", "setuptools", "setuptools-*", "pkg_resources", "_distutils_hack")
PIP = "import sys; from pip._internal.cli.main import main; sys.exit(main())"
# Poetry asks its own index in any other case.
COMPANIONS = {"poetry": ("poetry", "poetry-plugin-pypi-mirror")}


def write_setup_script(
    setups: Sequence[ProjectSetup], root: str, toolchains: Toolchains, *, is_online: bool
) -> str:
    """Write the script for `sh -e`; it says each command before it runs it."""
    programs = list_programs(setups)
    lines = ["umask 022", f"cd {quote(root)}", f"mkdir -p {HOME} {CACHES} {SCRATCH} {CARGO}"]
    if is_online:
        lines.append(f"echo registry={BASE}/npm/ > {HOME}/.npmrc")
        lines.append(f"printf %s {quote(CARGO_CONFIGURATION)} > {CARGO}/config.toml")
    if "python" in list_kinds(programs):
        lines.append(_write_environment_lines(programs, root, toolchains, is_online=is_online))
    if is_online:
        lines += _list_installations(programs, toolchains)
    lines.append("cd - > /dev/null")
    if is_online:
        lines += [_write_rewriting(names, words) for names, words in LOCKS.items()]
    for setup in setups:
        lines.append(f"(cd ./{quote(setup.folder)}; set -x")
        lines += setup.commands
        lines.append(")")
    return "\n".join(lines)


def write_tidy_script(root: str) -> str:
    """Write the script that removes caches, and lets the users of other sandboxes read the rest."""
    gone = " ".join(quote(f"{root}/{folder}") for folder in (CACHES, SCRATCH))
    # What a set-up left in its workspace is kept, too.
    return f"rm -rf {gone}; chmod -R u+rwX,go+rX,go-w {quote(root)} ."


def list_programs(setups: Sequence[ProjectSetup]) -> tuple[str, ...]:
    """List the programs that set-ups need: those that they name, and those that they begin with."""
    named = [program for setup in setups for program in setup.programs]
    lines = [line for setup in setups for line in setup.commands]
    begun = [_read_program(line) for line in lines]
    known = [program for program in begun if program in KINDS or program in RUNNERS]
    return tuple(dict.fromkeys((*named, *known)))


def list_kinds(programs: Sequence[str]) -> tuple[str, ...]:
    """List the kinds of packages that programs install.

    One that runs a script of the repository, such as `make`, may install any.
    """
    if set(programs).intersection(RUNNERS):
        return tuple(dict.fromkeys(KINDS.values()))
    bare = (program.rstrip("0123456789.") for program in programs)
    kinds = (KINDS.get(program) for program in (*programs, *bare))
    return tuple(dict.fromkeys(kind for kind in kinds if kind))


def list_allowed_kinds(programs: Sequence[str]) -> tuple[str, ...]:
    """List the kinds of indexes that a set-up may reach.

    Go's only where Go is used: whoever owns a host hears which of its modules are asked for there.
    """
    return tuple({*KINDS.values()} - {"go"} | {*list_kinds(programs)})


def _write_rewriting(names: Sequence[str], words: Sequence[str]) -> str:
    tests = " -o ".join(f"-name {name}" for name in names)
    edits = " ".join(f"-e {quote(word)}" for word in words)
    return f"find . -type f \\( {tests} \\) -exec sed -i -E {edits} {{}} +"


def _read_program(line: str) -> str:
    try:
        words = split(line, comments=True)
    except ValueError:  # a line in the midst of a quotation
        return ""
    program = words[0] if words else ""
    return "sh" if "/" in program else program


def _write_environment_lines(
    programs: Sequence[str], root: str, toolchains: Toolchains, *, is_online: bool
) -> str:
    """Write the lines that make a virtual environment, of the first Python that is named."""
    named = next((program for program in programs if program.startswith("python")), "python3")
    python = toolchains.find(named) or toolchains.find("python3") or Path("python3")
    if not is_online:  # what the machine has installed is all that there is
        return f"{quote(str(python))} -m venv --system-site-packages {VENV}"
    packages = python.parent.parent / "lib" / python.name / "site-packages"
    seeds = [quote(str(seed)) for name in SEEDS for seed in packages.glob(name)]
    if not (packages / "pip").is_dir():
        return f"{quote(str(python))} -m venv {VENV}"
    # To copy pip, compiled as it is, takes a tenth of the time that `venv` takes to install it.
    return (
        f"{quote(str(python))} -m venv --without-pip {VENV}\n"
        f"cp -a {' '.join(seeds)} {VENV}/lib/{python.name}/site-packages/\n"
        f"printf '%s\\n' {quote('#!' + root + '/venv/bin/python')} {quote(PIP)} > {VENV}/bin/pip\n"
        f"chmod +x {VENV}/bin/pip; cp {VENV}/bin/pip {VENV}/bin/pip3"
    )


def _list_installations(programs: Sequence[str], toolchains: Toolchains) -> list[str]:
    """List the lines that install the programs which the machine does not have."""
    missing = [program for program in programs if not toolchains.find(program)]
    by_pip = [program for program in missing if toolchains.find_installer(program) == "pip"]
    by_npm = [program for program in missing if toolchains.find_installer(program) == "npm"]
    lines = []
    if by_pip:
        packages = [name for program in by_pip for name in COMPANIONS.get(program, (program,))]
        # In an environment of their own: what they depend on is not what the project does.
        lines.append(f"{VENV}/bin/python -m venv --without-pip {TOOLS}")
        lines.append(
            f"{VENV}/bin/python -m pip --python {TOOLS}/bin/python install --quiet "
            + " ".join(packages)
        )
    if by_npm:
        lines.append(f"npm install --global --silent {' '.join(by_npm)}")
    return lines
