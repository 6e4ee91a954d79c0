"""The licence of a repository, and whether one may learn from what stands under it."""

from __future__ import annotations

from importlib.resources import files

import pytest

from bot.corpus.repository_licence import (
    find_licence,
    is_allowed,
    names_other_licence,
    tells_licence,
)

MIT = files("bot.project.licences").joinpath("MIT.txt").read_text()
APACHE = files("bot.project.licences").joinpath("Apache-2.0.txt").read_text()


@pytest.mark.parametrize(
    ("texts", "declared", "licence"),
    [
        ({"LICENSE": MIT}, "", "MIT"),
        ({"LICENCE.md": MIT}, "GPL-3.0", "MIT"),
        ({"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}, "", "Apache-2.0 AND MIT"),
        (
            {
                "LICENSE-MIT": MIT,
                "LICENSE-APACHE": APACHE,
                "pyproject.toml": 'license = "MIT OR Apache-2.0"\n',
            },
            "",
            "MIT OR Apache-2.0",
        ),
        (
            {"LICENSE-MIT": MIT, "LICENSE-X": "SPDX-License-" + "Identifier: X OR Y"},
            "",
            "MIT AND (X OR Y)",
        ),
        ({}, "BSD-3-Clause", "BSD-3-Clause"),
        ({}, "NOASSERTION", "unknown"),
        ({"pyproject.toml": 'license = "ISC"\n'}, "", "ISC"),
        ({"LICENSE": "All rights reserved."}, "", "unknown"),
    ],
)
def test_a_licence_is_named_by_its_text_first(texts, declared, licence):
    """The text of the licence counts before what GitHub says, and that before a manifest."""
    assert licence == find_licence(texts, declared)


@pytest.mark.parametrize(
    ("licence", "answer"),
    [
        ("MIT", True),
        ("mit", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0 AND MIT", False),
        ("GPL-3.0-or-later OR MIT", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0", False),
        ("unknown", False),
        ("(MIT OR GPL-3.0) AND Proprietary", False),
        ("MIT AND (GPL-3.0 OR Proprietary)", False),
        ("(GPL-3.0 OR (MIT AND Apache-2.0)) AND mit", True),
        ("MIT or GPL-3.0", True),
        ("(MIT OR GPL-3.0", False),
    ],
)
def test_allowed_licences(licence, answer):
    """Of alternatives one must be allowed; of what holds together, everything."""
    assert answer == is_allowed(licence, ["MIT", "Apache-2.0"])


def test_a_file_may_stand_under_a_licence_of_its_own():
    """What a file says in its head counts for the file."""
    head = "# SPDX-License-" + "Identifier: GPL-2.0-only\n"

    assert names_other_licence(head, ["MIT"])
    assert names_other_licence(head.replace("GPL-2.0-only", "(GPL-2.0 OR BSD-2-Clause)"), ["MIT"])
    assert not names_other_licence(head, ["GPL-2.0"])
    assert not names_other_licence("import os\n", ["MIT"])


def test_files_that_tell_a_licence():
    """They are fetched with the source, and nothing else of the repository is."""
    names = ["LICENSE", "license.txt", "COPYING.LESSER", "UNLICENSE", "pyproject.toml"]

    assert names == list(filter(tells_licence, [*names, "README.md", "src/LICENSE", "licenses.py"]))
