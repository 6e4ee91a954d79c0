"""Which programs a machine has, and their versions as they tell them."""

import re

from bot.adapters.sandbox.read_machine import read_machine, read_machine_inside
from tests.adapters.sandbox.sandboxed import OpenTier


def test_programs_tell_their_versions(tmp_path):
    """On either stream and in whatever words; one that tells none, or breaks, is there all the
    same.
    """
    answers = {
        "python3": "echo Python 3.12.4",
        "java": "echo 'openjdk 17.0.15 2026-04-15' >&2",
        "go": '[ "$1" = version ] && echo go version go1.24.1 linux/amd64',
        "make": "exit 7",
    }
    for name, line in answers.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    (tmp_path / "npm").write_bytes(b"no program")

    def find(name):
        return tmp_path / name if (tmp_path / name).exists() else None

    assert {
        "python3": "3.12.4",
        "java": "17.0.15",
        "go": "1.24.1",
        "make": "",
        "npm": "",
    } == read_machine(find, ["python3", "java", "go", "make", "npm", "ruby"]).programs


def test_programs_of_an_image_are_asked_inside(tmp_path):
    """A container has its own, and none of the machine's."""
    machine = read_machine_inside(OpenTier("container"), tmp_path, ["bash", "no-such-program"])

    assert ["bash"] == list(machine.programs)
    assert re.fullmatch(r"\d+\.\d+\.\d+", machine.programs["bash"])
