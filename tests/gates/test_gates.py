"""The gates that ask a tool, and those that look at texts: what they find, and what they leave
alone.
"""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.betterleaks import Betterleaks, is_available
from bot.adapters.checkers import build_checkers
from bot.adapters.ruff_config import read_configs
from bot.adapters.ruff_linter import Ruff
from bot.adapters.ruff_version import find_pinned_version
from bot.gates import Change, Rules, check_texts, keep_new_findings
from bot.ports import Checkers, Ports
from bot.steps.inspect_change import list_unchecked, run_gates
from bot.steps.redact import find_leaks, redact
from bot.text.git_lines import split_lines
from bot.values import Finding

ASKED = build_checkers({})
NOW = datetime(2026, 11, 25, tzinfo=UTC)
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PRIVATE = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEA0Z3VS5JJcds3\n" * 4
    + "-----END RSA PRIVATE KEY-----"
)
SLACK = "xoxb-" + "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"


def make_change(after, before=None, around=None):
    """A change of these files; those that `before` does not name are new."""
    return Change({path: (before or {}).get(path) for path in after}, after, around or {})


def find_blocking(changed, rules=None):
    findings = run_gates(ASKED, changed, rules or Rules(), {}, NOW)
    return {
        (finding.gate, finding.path, finding.line, finding.rule)
        for finding in findings
        if finding.blocks
    }


# --- which lines are new
# ------------------------------------------------------------------------------------------

TEXTS = st.lists(st.sampled_from(["a", "b", "", "x = 1"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_the_new_lines_make_the_new_text(old, new):
    """The old text without what went, and with what came, is the new one."""
    changed = Change({"a": old}, {"a": new})
    kept = [
        line
        for number, line in enumerate(split_lines(new), 1)
        if number not in changed.new_line_numbers["a"]
    ]
    gone = {number for number, _ in changed.removed_lines("a")}

    assert kept == [line for number, line in enumerate(split_lines(old), 1) if number not in gone]


def test_a_huge_change_is_counted():
    """Ten thousand lines are not compared one with the other."""
    old = "\n".join(f"a{n}" for n in range(10_000))
    changed = Change({"a": old}, {"a": old.replace("a5\n", "b\n").replace("a9998", "c")})

    assert {6, 9_999} == changed.new_line_numbers["a"]


def test_a_new_finding_on_an_old_line_is_advice():
    """The change brought it, as an import that lost its last use; what breaks the program blocks."""
    changed = make_change({"a.py": "x = 1\ny = 2\n"}, {"a.py": "x = 1\n"})
    unused = Finding("lint", "a.py", 1, "unused", rule="F401")
    broken = replace(unused, text="gone", rule="F821")
    fresh = replace(unused, line=2)

    assert (replace(unused, blocks=False), broken, fresh) == keep_new_findings(
        changed, (fresh, unused, broken), ()
    )


def test_what_untouched_lines_of_the_file_do_too_is_advice():
    """The repository lives with the rule being broken there; in another file it does not."""
    changed = make_change(
        {"a.py": "x = 1\ny = 2\n", "b.py": "y = 2\n"}, {"a.py": "x = 1\n", "b.py": ""}
    )
    old = Finding("lint", "a.py", 1, "as before", rule="UP035")
    like, elsewhere = replace(old, line=2, text="alike"), replace(old, path="b.py")
    broken_too = replace(old, line=1, rule="F821")
    broken = replace(broken_too, line=2, text="gone")

    assert (replace(like, blocks=False), elsewhere, broken) == keep_new_findings(
        changed, (old, like, elsewhere, broken_too, broken), (old, broken_too)
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                ".pre-commit-config.yaml": "- repo: https://github.com/astral-sh/ruff-pre-commit\n"
                "  rev: v0.4.1\n",
                "uv.lock": 'name = "ruff"\nversion = "0.5.0"\n',
            },
            "0.4.1",
        ),
        ({"poetry.lock": 'name = "ruff"\nversion = "0.14.2"\ndescription = ""\n'}, "0.14.2"),
        ({"requirements-dev.txt": "pytest\nruff==0.5.0\n"}, "0.5.0"),
        ({"requirements-dev.txt": "types-ruff==0.5.0\nruff>=0.4\n"}, ""),
        ({"pyproject.toml": 'dev = ["pytest", "ruff == 0.5.1"]\n'}, "0.5.1"),
        ({"pyproject.toml": '[tool.ruff]\nrequired-version = "0.9.3"\n'}, "0.9.3"),
        ({"pyproject.toml": '[tool.ruff]\nrequired-version = ">=0.9.3"\n'}, ""),
        ({}, ""),
    ],
)
def test_the_pinned_version_of_ruff_is_found(files, expected):
    """In the hook, the lock, the requirements or the configuration."""
    assert expected == find_pinned_version(files)


@pytest.mark.parametrize(
    ("pinned", "expected"),
    [
        ("0.0.290", {("lint", "a.py", 1, "F401")}),
        (version("ruff"), {("lint", "a.py", 1, "F401"), ("lint", "a.py", 4, "B006")}),
    ],
)
def test_rules_of_another_version_of_ruff_advise(pinned, expected):
    """What pyflakes finds is the same in every version and still keeps a change back."""
    after = "import os\n\n\ndef f(a=[]):\n    return a\n"
    changed = make_change({"a.py": after}, around={"requirements.txt": f"ruff=={pinned}\n"})

    assert expected == find_blocking(changed)


def test_a_file_that_this_system_cannot_hold_is_not_linted():
    """It is no fault of the linter's: the others are."""
    files = {"a" * 300 + ".py": "import os\n", "b.py": "import os\n"}

    assert ["b.py"] == [finding.path for finding in Ruff().lint(files, {})]


# --- lint
# ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        ("import os\n", None, {("lint", "a.py", 1, "F401")}),
        ("x = 1\nimport os\n", "import os\n", set()),
        (
            "def f():\n    return y\n",
            "def f():\n    y = 1\n    return y\n",
            {("lint", "a.py", 2, "F821")},
        ),
        ("def f(a=[]):\n    return a\n", None, {("lint", "a.py", 1, "B006")}),
        ("import os\n\nx = 1\nos.system(x)\n", None, set()),
        ("eval(input())\n", None, {("lint", "a.py", 1, "S307")}),
        ("import b\nimport a\n\nprint(a, b)\n", None, set()),
        ("assert 1\n", None, set()),
        (
            "def g():\n    z()\n\n\ndef f():\n    return 1\n",
            "def z(): ...\n\n\ndef g():\n    z()\n",
            {("lint", "a.py", 2, "F821")},
        ),
    ],
)
def test_what_lint_keeps_back(after, before, expected):
    """What is wrong for sure and new; style and taste only advise."""
    assert expected == find_blocking(make_change({"a.py": after}, {"a.py": before}))


def test_style_is_advice():
    """It is told, and keeps nothing back."""
    findings = Ruff().lint({"a.py": "import b\nimport a\n\nprint(a, b)\n"}, {})

    assert {("style", "I001", False)} == {
        (finding.gate, finding.rule, finding.blocks) for finding in findings
    }


def test_the_repositorys_own_rules_count():
    """What it selects blocks, what it ignores does not."""
    config = {
        "pyproject.toml": '[tool.ruff]\nline-length = 20\n[tool.ruff.lint]\nselect = ["E"]\nignore = ["F401"]\n'
    }
    findings = Ruff().lint({"a.py": "import os\nlonger = 'than twenty signs'\n"}, config)

    assert {("E501", True)} == {
        (finding.rule, finding.blocks) for finding in findings if finding.gate == "lint"
    }


@pytest.mark.parametrize(
    "text",
    [
        "[lint",
        'extend = "/etc/passwd"\n',
        "lint = 3\n",
        '[lint]\nselect = ["NOPE999"]\n',
        "[lint]\nselect = 3\n",
        "cache-dir = '/x'",
    ],
)
def test_a_broken_configuration_leaves_our_rules(text):
    """Nor does it make ruff read a file of this machine."""
    findings = Ruff().lint({"a.py": "import os\n"}, {"ruff.toml": text})

    assert "extend" not in read_configs({"ruff.toml": text}).get("", {})
    assert "F401" in {finding.rule for finding in findings}


@pytest.mark.parametrize(
    "text", ["try:\n    f = 1\nexcept Exception, e:\n    print(e)\n", "print 'a'\nx = y\n"]
)
def test_what_is_read_by_guess_is_not_accused(text):
    """Of Python 2 ruff guesses the rest of the file; two classes without brackets are Python 3."""
    without_brackets = text.replace("Exception, e", "ValueError, KeyError").replace("print ", "#")

    assert () == Ruff().lint({"a.py": text}, {})
    assert {"F821"} == {
        each.rule for each in Ruff().lint({"a.py": without_brackets}, {}) if each.gate == "lint"
    }


@pytest.mark.parametrize("path", ["../a.py", "/tmp/a.py", "a\0.py"])
def test_no_file_is_written_elsewhere(path):
    """A path that leads out is not linted."""
    assert () == Ruff().lint({path: "import os\n"}, {})


# --- secrets
# ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not is_available(), reason="betterleaks has no wheel for this platform")
@pytest.mark.parametrize(
    ("secret", "rule"),
    [(TOKEN, "github-pat"), (SLACK, "slack-bot-token"), (PRIVATE, "private-key")],
)
def test_a_secret_is_found_and_not_repeated(secret, rule):
    """On its line, with its kind; the finding itself holds no more than its first signs."""
    (finding,) = find_leaks(ASKED, make_change({"a.py": f'x = 1\nKEY = """{secret}"""\n'}))

    assert (2, True) == (finding.line, finding.blocks)
    assert secret[8:24] not in finding.text


def test_what_stood_there_before_was_not_leaked_now():
    """It moved, or the line around it changed."""
    changed = make_change(
        {"b.py": f'KEY = "{TOKEN}"\n', "a.py": None}, {"a.py": f'x = "{TOKEN}"\n'}
    )

    assert () == find_leaks(ASKED, changed)


@pytest.mark.parametrize("name", [f"{TOKEN}.txt", f"keys/{TOKEN}/a.py"])
def test_a_secret_in_a_files_name_is_found_as_in_its_text(name):
    """Names are pushed too; the finding does not repeat it, not even as the file's path."""
    (finding,) = find_leaks(ASKED, make_change({name: "x = 1\n"}))

    assert (0, True) == (finding.line, finding.blocks)
    assert "file's name" in finding.text
    assert TOKEN not in f"{finding.path} {finding.text}"
    assert "***" in finding.path


def test_a_name_that_stood_there_before_was_not_leaked_now():
    """The file is only edited, or moved."""
    edited = make_change({f"{TOKEN}.txt": "b\n"}, {f"{TOKEN}.txt": "a\n"})
    moved = make_change({f"{TOKEN}.txt": None, f"b/{TOKEN}.txt": "a\n"}, {f"{TOKEN}.txt": "a\n"})

    assert ((), ()) == (find_leaks(ASKED, edited), find_leaks(ASKED, moved))


@pytest.mark.parametrize(
    "text",
    [
        '"integrity": "sha512-9f8a7s6d5f4g3h2j1k0l9q8w7e6r5t4yAAAAbbbbccccdddd=="',
        "sha = 63d2b82aaf0a3a5c8c6c8d1fba6d8e0e5c3a1b2d",
        "password = os.environ['PASSWORD_2026_x']",
        "TOKEN = settings.github_token_2",
        'url = "https://x-access-token:${GITHUB_TOKEN}@github.example/a"',
        "s.send('Proxy-Authorization: Basic %s\\r\\n' % credentials)",
    ],
)
def test_what_only_looks_like_a_secret_passes(text):
    """Hashes, and the reading of a secret from elsewhere."""
    assert () == find_leaks(ASKED, make_change({"a.py": f"{text}\n"}))


def test_what_the_bot_says_holds_no_secret():
    """Not in a comment, a title or a message: by shape where there is no finder, by its rules where
    there is one.
    """
    ports = Ports(None, None, None, checkers=ASKED)

    assert "I used *** here" == redact(ports, f"I used {TOKEN} here")
    assert "as in ***" == redact(ports, f"as in {SLACK}")
    assert "run acme/shop#7/1 of 63d2b82" == redact(ports, "run acme/shop#7/1 of 63d2b82")
    assert "I used *** here" == redact(Ports(None, None, None), f"I used {TOKEN} here")


@given(st.text(max_size=60))
def test_any_text_can_be_searched(text):
    """Nothing crashes, and what is left has no more secrets."""
    assert () == tuple(leak for leak in Betterleaks().find(redact(Ports(None, None, None), text)))


# --- licence
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "is_foreign"),
    [
        ("# Copyright (c) 2019 Big Corporation, Inc.", True),
        ("// SPDX-License-Identifier: GPL-3.0-only", True),
        ("# Licensed under the Apache License, Version 2.0", True),
        ("# Permission is hereby granted, free of charge, to any person", True),
        ("# Copyright (c) 2026 Ada King", False),
        ("# The copyright holder's name is shown in the foot", False),
        ("x = 'copyright'", False),
    ],
)
def test_other_peoples_headers_are_found(line, is_foreign):
    """Those of the repository itself are its own."""
    changed = make_change(
        {"a.py": f"{line}\nx = 1\n"}, around={"LICENSE": "MIT\nCopyright (c) 2024 Ada King\n"}
    )

    assert is_foreign is ("licence" in {finding.gate for finding in check_texts(changed, Rules())})


# --- all together
# -------------------------------------------------------------------------------------------------


def test_a_repository_tightens_and_loosens_but_not_security():
    """What advises can block, what blocks can advise; secrets and protected paths stay."""
    changed = make_change(
        {"a.py": f'import b\nimport a\nKEY = "{TOKEN}"\n', ".github/x.yml": "a: 1\n"}
    )
    loose, tight = Rules(advise=("lint", "tests", "licence", "size")), Rules(block=("style",))

    assert {"secrets", "policy"} == {gate for gate, *_ in find_blocking(changed, loose)}
    assert {"secrets", "policy", "lint", "style"} == {
        gate for gate, *_ in find_blocking(changed, tight)
    }


def test_what_was_not_checked_is_said():
    """Silence would be taken for approval."""
    unchecked = " ".join(list_unchecked(Checkers(), make_change({"a.ts": "let x = 1\n"})))

    assert "no linter" in unchecked
    assert "finder of secrets" in unchecked
    assert "eslint" in unchecked


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    ["(" * 20_000, "{" * 5_000, " " * 4_000 + "x\n", "# noqa: " + "A," * 9_000, "expect(" * 3_000],
)
@pytest.mark.parametrize(
    "path", ["tests/test_a.py", "a.test.ts", ".github/workflows/a.yml", "package.json"]
)
def test_hostile_files_end_in_findings(path, text):
    """Nothing crashes, and nothing takes time by the square of a line or of a depth."""
    changed = make_change({path: text * 20}, {path: "def test_a():\n    assert a() == 1\n"})

    assert isinstance(check_texts(changed, Rules()), tuple)


def test_deletions_and_empty_files_pass():
    """There is nothing in them."""
    assert set() == find_blocking(
        make_change({"a.py": None, "b.py": "", "c": "x\n"}, {"a.py": "import os\n"})
    )


@given(
    st.dictionaries(
        st.sampled_from(["a.py", "t/test_a.py", "x.toml"]),
        st.one_of(st.none(), st.text(max_size=30)),
        max_size=2,
    )
)
def test_any_change_can_be_looked_at(files):
    """Whatever the texts are."""
    assert isinstance(check_texts(Change(dict.fromkeys(files), files), Rules()), tuple)


# --- the repository's own linter
# ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"requirements/lint.txt": "ruff==0.4.2\n"}, "0.4.2"),
        ({"setup.cfg": "[options.extras_require]\nlint =\n    ruff==0.4.2\n"}, "0.4.2"),
        ({"tox.ini": "deps = ruff == 0.4.2\n"}, "0.4.2"),
        ({"pyproject.toml": 'ruff = "^0.4.2"\n'}, "0.4.2"),
        ({"pyproject.toml": 'ruff = "0.4.2"\n'}, "0.4.2"),
        ({"pyproject.toml": 'lint = ["ruff>=0.4.2,<0.5"]\n'}, "0.4.2"),
        ({"pyproject.toml": 'lint = ["ruff~=0.4.2"]\n'}, "0.4.2"),
        ({"pyproject.toml": 'lint = ["ruff<0.5"]\n'}, "0.5"),
        ({"pyproject.toml": 'lint = ["ruff>=0.4,<99"]\n'}, ""),
        ({"pyproject.toml": 'lint = ["ruff"]\n'}, ""),
        ({"pyproject.toml": 'lint = ["ruff=="]\n'}, ""),
        ({"tests/test_a.py": 'pin = "ruff==0.4.2"\n'}, ""),
        ({"setup.py": 'extras_require={"lint": ["ruff==0.4.2"]}\n'}, "0.4.2"),
        ({"Pipfile.lock": '{"ruff": {"hashes": [], "version": "==0.4.2"}}'}, "0.4.2"),
        ({"required.toml": 'required-version = "<0.5"\n'}, "0.5"),
    ],
)
def test_a_version_is_pinned_in_many_ways(files, expected):
    """A range that has our version in it pins none."""
    assert expected == find_pinned_version(files)


BUGS = "import os\n\n\ndef f(a=[]):\n    return a + gone\n"


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({}, {"F401", "B006", "F821"}),
        # Who has rules chose not to have the others; what fails blocks all the same.
        ({"ruff.toml": 'lint.select = ["E"]\n'}, {"F821"}),
        ({"ruff.toml": "line-length = 100\n"}, {"F401", "F821"}),
        ({"ruff.toml": 'lint.extend-select = ["B"]\n'}, {"F401", "B006", "F821"}),
        ({"ruff.toml": 'lint.ignore = ["F821"]\n'}, {"F401"}),
        # The nearest configuration decides, and may lay itself over another.
        ({"pkg/ruff.toml": 'lint.select = ["E"]\n', "ruff.toml": ""}, {"F821"}),
        (
            {
                "pkg/ruff.toml": 'extend = "../base.toml"\nlint.extend-select = ["B"]\n',
                "base.toml": 'lint.select = ["E"]\n',
            },
            {"B006", "F821"},
        ),
        ({"other/ruff.toml": 'lint.select = ["E"]\n'}, {"F401", "B006", "F821"}),
        # flake8's, where there is no ruff.
        ({".flake8": "[flake8]\nextend-ignore = F401\n"}, {"F821"}),
        ({"tox.ini": "[flake8]\nper-file-ignores =\n    pkg/*:F401,F821\n"}, set()),
        ({"setup.cfg": "[flake8]\nexclude = pkg\n"}, set()),
        ({"setup.cfg": "[flake8]\nmax_line_length = 99\n"}, {"F401", "F821"}),
        ({"setup.cfg": "[metadata]\nname = a\n"}, {"F401", "B006", "F821"}),
    ],
)
def test_the_repositorys_own_configuration_decides(around, expected):
    """What it did not ask for only advises."""
    findings = Ruff().lint({"pkg/a.py": BUGS}, around)

    assert expected == {finding.rule for finding in findings if finding.blocks}


@pytest.mark.parametrize(
    ("path", "text", "around"),
    [
        ("a.py", "import os  # pylint: disable=unused-import\n", {}),
        ("a/__init__.py", "from a.b import c\n", {}),
        ("a.py", "x = unicode(1)\n", {"setup.py": "'Programming Language :: Python :: 2'"}),
    ],
)
def test_what_other_tools_are_told_is_heard(path, text, around):
    """A comment for another linter, a package's face, the names of Python 2."""
    assert not any(finding.blocks for finding in Ruff().lint({path: text}, around))


def test_a_rule_that_the_neighbours_break_advises():
    """Untouched files of the same folder; what breaks the program blocks nonetheless."""
    text = "import os\nprint(gone)\n"
    beside = Change({"a.py": None}, {"a.py": text}, neighbours={"b.py": "import re\nprint(lost)\n"})
    elsewhere = Change({"a.py": None}, {"a.py": text}, neighbours={"c/b.py": "import re\n"})

    assert {("lint", "a.py", 2, "F821")} == find_blocking(beside)
    assert {("lint", "a.py", 1, "F401"), ("lint", "a.py", 2, "F821")} == find_blocking(elsewhere)


def test_a_file_that_no_linter_could_read_before_has_no_new_findings_on_old_lines():
    """As one that was Python 2 until now."""
    ported = make_change({"a.py": "print(x)\nuse(gone)\n"}, {"a.py": "print x\nuse(gone)\n"})

    assert {("lint", "a.py", 1, "F821")} == find_blocking(ported)
