"""Tell what a command that checks nothing is for: set-up, the machine, a release, nothing here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from bot.checks.command_wrappers import strip_program_folder, unwrap
from bot.checks.shell_lines import split_words

Role = Literal["setup", "idle", "system", "release", "container", "network", "other"]

# How commands of a role begin, without their options.
CALLS: Mapping[Role, str] = MappingProxyType(
    {
        "setup": "pip install,pip sync,pip-sync,pipx install,pipx inject,uv pip,uv sync,uv lock,"
        "uv tool install,poetry install,poetry sync,pdm install,pdm sync,pipenv install,"
        "pipenv sync,flit install,rye sync,hatch env create,npm ci,npm install,npm i,npm link,"
        "npm clean-install,npm rebuild,pnpm install,pnpm i,yarn install,bun install,bun i,"
        "lerna bootstrap,go mod,go install,go get,go generate,cargo fetch,cargo install,"
        "bundle install,bundle,gem install,composer install,composer update,mix deps.get,"
        "dotnet restore,maturin develop,setup.py develop,setup.py install,setup.py build_ext",
        "release": "twine upload,flit publish,poetry publish,pdm publish,hatch publish,uv publish,"
        "npm publish,npm login,pnpm publish,yarn publish,yarn npm publish,lerna publish,"
        "cargo publish,cargo login,gem push,semantic-release,goreleaser,gh,git push,git commit,"
        "git tag,mkdocs gh-deploy,mike deploy,netlify,vercel,wrangler,firebase,aws,gcloud,gsutil,"
        "az,kubectl,helm,terraform,heroku,flyctl,sentry-cli,codecov,coveralls,changeset publish,"
        "mvn deploy,gradlew publish,dvc push",
        "container": "docker,podman,docker-compose,buildah,minikube,kind,act,cibuildwheel",
        "system": "sudo,apt,apt-get,add-apt-repository,dpkg,yum,dnf,apk,pacman,brew,choco,winget,"
        "snap,systemctl,service,conda,mamba,micromamba,nix,nix-shell,asdf,sdk,modprobe,"
        "update-alternatives,xcode-select,playwright install,pg_ctl,rustup",
        "network": "curl,wget,git clone,git submodule,git lfs,git pull,svn,hg,ssh,scp,rsync,nc",
        # What shows or prepares what is of no use here; an environment is active already.
        "idle": "echo,printf,cat,ls,pwd,which,whereis,type,true,:,exit,set,df,free,uname,tree,date,"
        "tar,unzip,rm,mv,touch,chmod,printenv,hostname,ulimit,sleep,shopt,trap,id,whoami,head,tail,file,du,nproc,lscpu,hash,"
        "wait,git,ccache,sccache,source,.,venv,virtualenv,uv venv,uv cache,uv python,uv version,"
        "uv self,corepack,npm config,npm cache,npm version,npm ls,npm audit,pnpm config,pnpm store,"
        "yarn config,yarn cache,go env,go version,rustc,poetry config,poetry env,poetry self,"
        "poetry check,poetry show,pip list,pip freeze,pip check,pip cache,pip debug,pip config,"
        "pip show,pip install pip,npm install npm,npm i npm,uv pip list,uv pip freeze,uv tree,"
        "coverage xml,coverage html,coverage report,coverage combine,coverage lcov,coverage json,"
        "coverage erase,pre-commit install,site,sysconfig,pipx ensurepath,bundle config",
    }
)
ORDER: tuple[Role, ...] = ("idle", "release", "container", "network", "setup", "system")
PREFIXES: Mapping[Role, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {role: tuple(tuple(call.split()) for call in calls.split(",")) for role, calls in CALLS.items()}
)
STARTERS = frozenset({"pnpm", "yarn", "bun"})
PROGRAM = re.compile(r"^(?:.*/)?(pip|coverage)3?$|^(?:.*/)?(gradlew|setup\.py)$")
# What only GitHub sets.
GITHUB_VARIABLE = re.compile(r"\$\{?(?:GITHUB_|RUNNER_|ACTIONS_)")
LOCAL_PACKAGE = re.compile(r"\.(?:/[\w./-]*)?(?:\[[\w, -]+\])?")
OTHER_PLACE = frozenset({"-e", "--editable", "-t", "--target", "-c", "-r", "--requirement"})
# What is brought by the one who makes the environment, apart from the packages of the project.
INSTALLERS = frozenset({"pip", "uv", "poetry", "pdm", "hatch", "pipenv"})
INSTALLING = (("pip", "install"), ("uv", "pip", "install"))


def find_role(command: str) -> Role:
    """Find the role of a command that is no check."""
    words = list_bare_words(command)
    role = _match_longest(words)
    if role:
        return role
    if len(words) == 1 and words[0] in ("yarn", "pnpm", "pipenv"):
        return "setup"
    if len(words) > 1 and words[0] in STARTERS and (role := _match_longest(words[1:])):
        return role
    is_question = bool({"--version", "-V", "--help"}.intersection(split_words(command)))
    if GITHUB_VARIABLE.search(command) or not words or is_question:
        return "idle"
    return "other"


def list_bare_words(command: str) -> tuple[str, ...]:
    """List the words of a command without options, variables, and what starts it."""
    words = unwrap(split_words(command)).words
    if len(words) > 1 and re.match(r"python3?(\.\d+)?$", words[0]):
        words = words[1:]  # a file of the repository, such as setup.py
    bare = tuple(word for word in words if not word.startswith("-"))
    if not bare:
        return ()
    program = strip_program_folder(bare[0])
    match = PROGRAM.match(program)
    return ((match[1] or match[2]) if match else program, *bare[1:])


def _match_longest(words: tuple[str, ...]) -> Role | None:
    """Find the role with the longest call that fits; the first one of several."""
    longest: tuple[int, Role | None] = (0, None)
    for role in ORDER:
        for call in PREFIXES[role]:
            if len(call) > longest[0] and words[: len(call)] == call and _is_whole(call, words):
                longest = (len(call), role)
    return longest[1]


def _is_whole(call: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether nothing may follow the call: `pip install pip` alone only upgrades it."""
    return call[-1] not in ("pip", "npm") or len(call) < 3 or call == words


def read_package_name(requirement: str) -> str:
    """Read the name in front of extras and versions."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def prepare_setup(command: str) -> str:
    """Prepare a command of a set-up: everything goes into the one environment, and the repository
    itself is installed in place, since a copy would not show later changes. Empty for one that
    only installs what is brought anyway.
    """
    bare = list_bare_words(command)
    if bare[:3] == ("uv", "tool", "install"):
        bare = ("pipx", "install", *bare[3:])
    is_plain = bare[:2] in (("pip", "install"), ("pipx", "install")) and len(bare) > 2
    if is_plain and INSTALLERS.issuperset(map(read_package_name, bare[2:])):
        return ""
    if bare[:2] == ("pipx", "install"):
        return f"pip install {' '.join(bare[2:])}"
    words = split_words(command)
    if words[:1] == ("uv",):
        command = re.sub(r" (?:(?:--python|-p)[ =][\w.]+|--system)(?!\S)", "", command)
    if "$" in command or not any(bare[: len(call)] == call for call in INSTALLING):
        return command
    for before, word in pairwise(words):
        if LOCAL_PACKAGE.fullmatch(word) and before not in OTHER_PLACE:
            place = re.compile(rf"(?<!\S)(['\"]?){re.escape(word)}\1(?!\S)")
            command = place.sub(f"-e '{word}'" if "[" in word else f"-e {word}", command, count=1)
    return command
