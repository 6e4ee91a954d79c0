"""Look at the machine: Python, git, grammars, the bot's folder and its ports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from bot.adapters.dbos.sqlite import HomeInUse, lock_home
from bot.adapters.git.git_errors import GitUnfitError
from bot.adapters.git.git_process import explain_no_merging, require_git
from bot.adapters.home_probes import find_disk_trouble, find_record_trouble
from bot.adapters.private_home import RECORD, SETTINGS, is_open_to_others
from bot.cli.doctor.diagnosis import Diagnosis, make_healthy
from bot.cli.listening import open_port
from bot.ports import Unreachable
from bot.search.grammars import LANGUAGE_BY_SUFFIX, GrammarLoadError, load_grammar
from bot.settings import ServerSettings, SettingsReport

ASK_S = 3


def check_python() -> Diagnosis:
    """Tell which Python this is."""
    return make_healthy("Python", ".".join(map(str, sys.version_info[:3])))


def check_git() -> Diagnosis:
    """Check that git is there, and new enough."""
    try:
        version = require_git()
    except GitUnfitError as unfit:
        return Diagnosis("git", f"{unfit}.", "Install it.")
    if reason := explain_no_merging(version):
        return Diagnosis("git", f"{reason}.", "Until then `/update` is refused.", "odd")
    return make_healthy("git", version)


def check_grammars() -> Diagnosis:
    """Check that code can be parsed in every language that the bot knows."""
    languages = sorted(set(LANGUAGE_BY_SUFFIX.values()))
    try:
        readable = [language for language in languages if load_grammar(language)]
    except GrammarLoadError as broken:
        why = (
            "They are unpacked below HOME: make it writable, or set SEMBLE_GRAMMARS_CACHE_DIR to a "
            "folder that is."
        )
        return Diagnosis("Grammars", f"{broken}.", why)
    if readable == languages:
        return make_healthy("Grammars", f"{len(readable)} languages")
    lacking = ", ".join(language for language in languages if language not in readable)
    fix = (
        "They come for Linux with glibc, macOS and Windows, on x86-64 and ARM; without one, code "
        "is read as plain text."
    )
    return Diagnosis("Grammars", f"none here for {lacking}.", fix, "odd")


def check_place(report: SettingsReport) -> Iterator[Diagnosis]:
    """Check whether the record can be kept, by this user alone, and whether the ports are free.

    Leaves no trace where there is no home yet.
    """
    server = report.server
    home = server.home.absolute()
    existing = next(folder for folder in (home, *home.parents) if os.access(folder, os.F_OK))
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield _explain_unwritable(home, existing)
    elif existing != home:
        yield make_healthy("Home", f"{home}, made at the first start")
    else:
        yield from _check_privacy(home)
        try:
            lock_home(home).close()
        except HomeInUse as used:
            yield _explain_use(server, home, used)
            return
        yield _check_record(home)
    yield from _check_ports(report)


def _check_record(home: Path) -> Diagnosis:
    if trouble := find_record_trouble(home):
        fix = "Restore it from a backup, or move it away to begin anew."
        return Diagnosis("Home", f"{home / RECORD} cannot be used: {trouble}.", fix)
    if trouble := find_disk_trouble(home):
        return Diagnosis("Home", f"{home}: {trouble}.", "Make room on its disk.")
    return make_healthy("Home", str(home))


def _explain_unwritable(home: Path, existing: Path) -> Diagnosis:
    why = "may not be written to by this user" if existing.is_dir() else "is a file, not a folder"
    fix = "Set GREENLIT_HOME to a folder that this user may write to."
    if existing == home:
        return Diagnosis("Home", f"{home} {why}.", fix)
    return Diagnosis("Home", f"{home} cannot be made: {existing} {why}.", fix)


def _explain_use(server: ServerSettings, home: Path, used: HomeInUse) -> Diagnosis:
    if _is_serving(server):
        return make_healthy("Home", f"{home}, in use by the bot that serves now")
    return Diagnosis("Home", f"{used}.")


def _check_privacy(home: Path) -> Iterator[Diagnosis]:
    """Find what other users of the machine could read: private code, logs, secrets."""
    for path, mode in ((home, 700), (home / RECORD, 600), (home / SETTINGS, 600)):
        if path.exists() and is_open_to_others(path):
            yield Diagnosis(
                "Home",
                f"{path} is open to other users of this machine.",
                f"Close it: chmod {mode} {path}",
                "odd",
            )


def _check_ports(report: SettingsReport) -> Iterator[Diagnosis]:
    server = report.server
    wanted = (
        ("port", server.host, server.port),
        ("page_port", server.page_host, server.page_port),
        ("metrics_port", server.host, server.metrics_port),
    )
    for field, host, port in wanted:
        if port is None or report.has_wrong(field):
            continue
        try:
            open_port(f"GREENLIT_{field.upper()}", host, port).close()
        except Unreachable as taken:
            yield Diagnosis("Port", str(taken))
        else:
            yield make_healthy("Port", f"{port} on {host} is free")


def _is_serving(server: ServerSettings) -> bool:
    try:
        with urlopen(f"http://{server.host}:{server.port}/health", timeout=ASK_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
