"""Which package indexes a machine uses: those of the operator, else those of its own tools."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.sandbox.package_indexes import IndexAddress, find_package_indexes

BUILT_IN = "-i, --index-url <url>  Base URL of the\n   Python Package Index (default https://built-in.example/simple). This should"
CONFIGURED = {"node": "https://npm.example/", "go": "off"}


def write_pip(folder: Path, listing: str) -> Path:
    """Write a python whose pip answers as told."""
    python = folder / "python"
    python.write_text(
        f"#!/bin/sh\ncase $* in *config*) cat <<'END'\n{listing}\nEND\n;; "
        f"*) cat <<'END'\n{BUILT_IN}\nEND\n;; esac\n"
    )
    python.chmod(0o755)
    return python


def test_pip_tells_its_index_and_its_certificates(tmp_path: Path) -> None:
    """The index of pip's files and environment is taken, with more of them; files are left out."""
    listing = (
        ":env:.index-url='https://ada:pass%40word@py.example/simple/'\n"
        "global.extra-index-url='file:///opt/simple https://more.example/simple'\n"
        "global.cert='/etc/ssl/own.pem'"
    )
    indexes = find_package_indexes(CONFIGURED, write_pip(tmp_path, listing), tmp_path)

    key = "Basic YWRhOnBhc3NAd29yZA=="
    assert {
        "python": (
            IndexAddress("https://py.example/simple", key),
            IndexAddress("https://more.example/simple"),
        ),
        "node": (IndexAddress("https://npm.example"),),
    } == indexes.addresses
    assert "/etc/ssl/own.pem" == indexes.authorities
    assert "YWRh" not in repr(indexes)
    assert {"node"} == set(indexes.select(["node", "crates"]).addresses)


def test_keys_and_replacements_of_other_tools_are_read(tmp_path: Path) -> None:
    """npm's key is for its registry alone, Cargo's replacement is its index, pip has one built in."""
    (tmp_path / ".npmrc").write_text("x=1\n//npm.example/:_authToken=abc\n//other/:_auth=def\n")
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo/config.toml").write_text(
        '[source.crates-io]\nreplace-with = "own"\n[source.own]\nregistry = "sparse+https://c.example/"\n'
    )
    indexes = find_package_indexes(CONFIGURED, write_pip(tmp_path, ""), tmp_path)

    assert {
        "python": (IndexAddress("https://built-in.example/simple"),),
        "node": (IndexAddress("https://npm.example", "Bearer abc"),),
        "crates": (IndexAddress("https://c.example"),),
    } == indexes.addresses


def test_machine_without_any_tool_has_no_index(tmp_path: Path) -> None:
    """Tools that are missing, and files that make no sense, name no index."""
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo/config.toml").write_text("]")
    indexes = find_package_indexes({"node": "", "go": ""}, tmp_path / "none", tmp_path)

    assert {} == indexes.addresses
