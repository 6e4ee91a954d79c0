"""The variables that lead package managers to the mirror in a set-up, and keep them off later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bot.adapters.sandbox.package_paths import BASE

HOME, CACHES, SCRATCH = "home", "caches", "scratch"  # in an environment; the last two are removed
VENV, TOOLS, NODE, CARGO, GO = "venv", "tools", "node", "cargo", "go"
PROGRAMS = (f"{VENV}/bin", f"{TOOLS}/bin", f"{NODE}/bin", f"{CARGO}/bin", f"{GO}/bin")

# {root} is the environment's folder as it appears inside, {base} the mirror.
ALWAYS = MappingProxyType(
    {
        "VIRTUAL_ENV": "{root}/venv",
        "UV_PROJECT_ENVIRONMENT": "{root}/venv",
        "UV_PYTHON_DOWNLOADS": "never",
        "POETRY_VIRTUALENVS_CREATE": "false",
        "POETRY_NO_INTERACTION": "1",
        "PIPENV_VERBOSITY": "-1",
        "PDM_CHECK_UPDATE": "false",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
        "npm_config_prefix": "{root}/node",
        "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
        "YARN_ENABLE_TELEMETRY": "0",
        "CARGO_HOME": "{root}/cargo",
        "GOPATH": "{root}/go",
        "GOMODCACHE": "{root}/go/pkg/mod",
        "GOTOOLCHAIN": "local",
        "GOSUMDB": "off",  # a repository's go.sum still counts
        "GOVCS": "*:off",
        "GOFLAGS": "-mod=mod -modcacherw",
        "CI": "true",
    }
)
SETUP = MappingProxyType(
    {
        "HOME": "{root}/home",
        "TMPDIR": "{root}/scratch",
        "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": "{root}/caches",
        "PIP_INDEX_URL": "{base}/pypi/simple",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "1",
        "UV_DEFAULT_INDEX": "{base}/pypi/simple",
        "UV_LINK_MODE": "copy",
        "UV_COMPILE_BYTECODE": "1",
        "POETRY_PYPI_MIRROR_URL": "{base}/pypi/simple/",
        # There is no git in a workspace to read a version from; no requirement is above this one.
        "SETUPTOOLS_SCM_PRETEND_VERSION": "9999.0.0",
        "PDM_BUILD_SCM_VERSION": "9999.0.0",
        "PBR_VERSION": "9999.0.0",
        "npm_config_registry": "{base}/npm/",
        "npm_config_replace_registry_host": "always",
        "npm_config_cache": "{root}/caches/npm",
        "npm_config_store_dir": "{root}/caches/pnpm",
        "npm_config_fetch_retries": "1",
        "COREPACK_NPM_REGISTRY": "{base}/npm",
        "YARN_REGISTRY": "{base}/npm",
        "YARN_NPM_REGISTRY_SERVER": "{base}/npm",
        "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
        "YARN_ENABLE_GLOBAL_CACHE": "false",
        "YARN_CACHE_FOLDER": "{root}/caches/yarn",
        "CARGO_HTTP_MULTIPLEXING": "false",
        "GOPROXY": "{base}/go",
        "GOCACHE": "{root}/caches/go",
    }
)
NO_SCRIPTS = MappingProxyType(
    {
        "PIP_ONLY_BINARY": ":all:",
        "npm_config_ignore_scripts": "true",
        "YARN_ENABLE_SCRIPTS": "false",
    }
)
# What is built without a network, such as the project itself, is built with these.
KEPT_WHEELS = MappingProxyType(
    {"PIP_FIND_LINKS": "{root}/wheels", "UV_FIND_LINKS": "{root}/wheels"}
)
OFFLINE = MappingProxyType(
    {
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "UV_NO_SYNC": "1",
        "npm_config_offline": "true",
        "npm_config_cache": "/tmp/npm",  # noqa: S108 - the sandbox's own
        "YARN_ENABLE_NETWORK": "0",
        "CARGO_NET_OFFLINE": "true",
        "GOPROXY": "off",
        "UV_CACHE_DIR": "/tmp/uv",  # noqa: S108 - as above
        "GOCACHE": "/tmp/go-build",  # noqa: S108 - as above
    }
)


def write_setup_variables(root: Path, path: str, *, runs_scripts: bool) -> dict[str, str]:
    """Write the variables of a set-up that reaches the mirror. `path` is the toolchains' PATH."""
    scripts = {} if runs_scripts else dict(NO_SCRIPTS)
    return _fill(ALWAYS | SETUP | scripts, root) | {"PATH": _write_path(root, path)}


def write_offline_setup_variables(root: Path, path: str) -> dict[str, str]:
    """Write the variables of a set-up without a mirror: what it needs must be here already."""
    own = {
        "HOME": "{root}/home",
        "TMPDIR": "{root}/scratch",
        "LANG": "C.UTF-8",
        "PIP_NO_BUILD_ISOLATION": "0",  # as pip reads it: the machine's own setuptools builds
    }
    return _fill(ALWAYS | OFFLINE | own, root) | {"PATH": _write_path(root, path)}


def write_job_variables(root: Path, path: str, *, has_wheels: bool) -> dict[str, str]:
    """Write the variables of a job, for which the environment is made and there is no network."""
    wheels = dict(KEPT_WHEELS) if has_wheels else {}
    return _fill(ALWAYS | OFFLINE | wheels, root) | {"PATH": _write_path(root, path)}


def _write_path(root: Path, path: str) -> str:
    folders = (str(root / programs) for programs in (*PROGRAMS, f"{HOME}/.local/bin"))
    return os.pathsep.join((*folders, path))


def _fill(variables: Mapping[str, str], root: Path) -> dict[str, str]:
    return {name: value.format(root=root, base=BASE) for name, value in variables.items()}
