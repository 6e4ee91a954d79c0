"""The pull request: its words, in the repository's own template, and its one opening."""

import re
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.steps.open_pull import open_pull, pull_was_closed
from bot.values import (
    Attempt,
    Branch,
    ConversationStart,
    Finding,
    Finish,
    InstallationId,
    Plan,
    PlannedFile,
    PromptPrefix,
    PushedChange,
    Repo,
    Request,
    RunKey,
    RunState,
    Sha,
    Usage,
)
from bot.views.pull_body import render_body, render_sections
from bot.views.pull_template import fill_template
from tests.steps.test_report import GREEN, RED
from tests.views.test_comment_harmless import EVIL, live, parts

BRANCH = Branch("greenlit/7-greet")
ASKING = Request(Repo("acme/greeter", InstallationId(1)), 7, "ada", "2026-11-20T10:00:00Z", "d")
WORK = RunState(
    RunKey("acme/greeter#7/1"),
    ASKING,
    start=ConversationStart(PromptPrefix("", ()), "", "", "Claude"),
    plan=Plan(
        "Greet.", (PlannedFile("greeting.py", "lower it"), PlannedFile("README.md", "say so"))
    ),
    pushed=PushedChange(
        Sha("b" * 40),
        Finish(
            "Greet softly",
            "It was loud.",
            "The greeting is in lower case.",
            ("callers",),
            "The README said it already.",
        ),
        ("greeting.py", "test_greeting.py"),
    ),
    attempts=(RED, GREEN),
    advice=(Finding("size", "greeting.py", 3, "A long line.", blocks=False),),
    usage=Usage(0.42),
    branch=BRANCH,
)


def test_what_asks_for_less_stands_first():
    """The plan named it, and people decide: test, reason, before all else but what closes."""
    weaker = Finding(
        "tests",
        "test_greeting.py",
        4,
        "An assertion was loosened. The plan says why: no case.",
        blocks=False,
    )
    text = body(work=replace(WORK, advice=(weaker,), repaired=()), warning="Not green.")

    assert text.startswith(
        "> [!IMPORTANT]\n> Tests or checks ask for less than before:\n> - `test_greeting.py:4` An assert"
    )
    assert "What the checks found" not in text


def test_what_the_checks_found_is_told_in_two_lines():
    """What was mended, and what was left; the rest is in the record."""
    found = tuple(
        Finding("lint", "a.py", line, "`os` imported but unused", rule="F401") for line in (1, 2, 3)
    )
    text = body(work=replace(WORK, repaired=found))
    told = text.partition("## What the checks found\n\n")[2].partition("\n\n---")[0]

    assert 2 == len(told.splitlines())
    assert "Repaired before the push: `a.py:1` `os` imported but unused, and 2 more" in told
    assert "Left, as advice: `greeting.py:3` A long line." in told


TEMPLATE = (
    "<!-- Thanks! -->\n## Type of change\n\n- [ ] Bug fix\n\n## Description\n<!-- What? -->\nTell us.\n\n"
    "## How has this been tested?\n\n## Related issues\n\nFixes #\n\n## Checklist\n- [ ] I read CONTRIBUTING"
)


def body(template="", work=WORK, warning=""):
    return render_body(work, warning, template)


def test_without_a_template():
    """What and why, the plan against what was done, the attempts, where to look, who asked and what
    wrote it.
    """
    assert body().replace(". ", ".\n") == snapshot("""\
Closes #7

## What and why

The greeting is in lower case.

- [x] `greeting.py`: lower it
- [ ] `README.md`: planned, and not changed
- [x] `test_greeting.py`: not in the plan

Against the plan: The README said it already.

## CI

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | [🔴 `test_greeting.py::test_greet[a\\|b]`: AssertionError and 1 more](https://ci/1) |
| 2 | `bbbbbbb` | [🟢 green](https://ci/2) |

## Please look at

- callers

## What the checks found

- Left, as advice: `greeting.py:3` A long line.

---
<sub>Written by Greenlit, a bot that uses Claude, because @ada asked for it in #7.
It cost $0.42.
Nobody has reviewed it yet: please do.
Run `acme/greeter#7/1`.</sub>\
""")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (
            TEMPLATE,
            snapshot("""\
## Type of change

- [ ] Bug fix

## Description

The greeting is in lower case.

- [x] `greeting.py`: not in the plan
- [x] `test_greeting.py`: not in the plan

Against the plan: The README said it already.

## How has this been tested?

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | [🔴 `test_greeting.py::test_greet[a\\|b]`: AssertionError and 1 more](https://ci/1) |
| 2 | `bbbbbbb` | [🟢 green](https://ci/2) |

## Related issues

Closes #7

## Checklist

- [ ] I read CONTRIBUTING

## Please look at

- callers

END\
"""),
        ),
        (
            "Please describe your change.\n",
            snapshot("""\
Please describe your change.

Closes #7

## What and why

The greeting is in lower case.

- [x] `greeting.py`: not in the plan
- [x] `test_greeting.py`: not in the plan

Against the plan: The README said it already.

## CI

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | [🔴 `test_greeting.py::test_greet[a\\|b]`: AssertionError and 1 more](https://ci/1) |
| 2 | `bbbbbbb` | [🟢 green](https://ci/2) |

## Please look at

- callers

END\
"""),
        ),
    ],
    ids=["headings", "no headings"],
)
def test_in_the_repositorys_template(template, expected):
    """Under the headings that ask for it; boxes stay for people to tick; what nobody asked for
    stands below.
    """
    assert (
        fill_template(
            template, dict(render_sections(replace(WORK, advice=(), plan=Plan("")))), "END"
        )
        == expected
    )


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Summary of changes", "lower case"),
        ("Motivation and context", "lower case"),
        ("Testing", "attempt | commit"),
        ("How did you verify this?", "attempt | commit"),
        ("CI", "attempt | commit"),
        ("Related issue", "Closes #7"),
        ("Type of change", ""),
        ("Breaking changes", ""),
        ("Checklist", ""),
    ],
)
def test_headings_are_understood(heading, part):
    """Each part once, under the first heading that asks for it; a heading that asks for nothing of
    ours is left out when nothing else stands under it.
    """
    told = body(f"## {heading}\n\n## Other\n")
    under = told.partition(f"## {heading}\n")[2].partition("\n## ")[0]

    assert part in under
    assert bool(part) is bool(under.strip())
    assert (1, 1) == (told.count("Closes #7"), told.count("The greeting is in lower case."))


def test_what_nobody_filled_in_is_left_out():
    """Placeholders and empty points say nothing, nor do headings with nothing else under them."""
    template = (
        "Fixes #\n\n## Notes\n\n- \n* [ ]\n1.\n\n## Screenshots\n\n<!-- here -->\n\n"
        "## Checklist\n\n### Code\n\n- [ ] I ran it\n- \n\n## Deployment\n\nCloses: #\nNone."
    )
    text = body(template)

    for heading in ("Notes", "Screenshots"):
        assert f"## {heading}" not in text
    assert "## Checklist\n\n### Code\n\n- [ ] I ran it\n\n## Deployment\n\nNone.\n" in text
    assert "Fixes #" not in text
    assert "Closes #7" in text


@pytest.mark.parametrize(
    "template", ["<!-- only a comment -->", "<!-- never closed", "   \n", "\ufeff", "#"]
)
def test_a_template_without_words_takes_nothing_away(template):
    """All of ours is there, and nothing is swallowed by a comment that does not end."""
    told = body(template)

    assert "<!--" not in told
    for part in ("Closes #7", "lower case", "🟢 green", "callers", "Run `acme/greeter#7/1`"):
        assert part in told


@pytest.mark.parametrize(
    ("work", "warning", "words"),
    [
        (replace(WORK, attempts=()), "", "no CI for pull requests"),
        (
            replace(WORK, attempts=(Attempt(Sha("a" * 40), "unchecked"),)),
            "",
            "⚪ no CI for pull requests",
        ),
        (replace(WORK, attempts=(Attempt(Sha("a" * 40), "silent"),)), "", "⚪ CI never reported"),
        (
            WORK,
            "Not green. CI is still red after 3 attempts.",
            "> Not green. CI is still red",
        ),
    ],
)
def test_what_is_not_green_is_said(work, warning, words):
    """No CI, silent CI, red CI: in the ledger, and on top where there is a state."""
    text = body(work=work, warning=warning)

    assert words in text
    assert text.startswith("> [!WARNING]") is bool(warning)


@pytest.mark.parametrize(
    "words", [EVIL, "~~~ @eve", "    @eve", "<details>", "Closes #1, fixes acme/x#2"]
)
def test_the_models_words_act_on_nothing(words):
    """No mention, no tag and no closing of other issues, wherever they stand."""
    work = replace(
        WORK,
        plan=Plan(words, (PlannedFile(words, words), PlannedFile("greeting.py", words))),
        pushed=PushedChange(
            Sha("b" * 40), Finish("T", "", words, (words,), words), (words, "greeting.py")
        ),
        advice=(Finding("g", words, 1, words),),
    )
    text = body(work=work)
    names, tags = live(text)

    assert ["@ada"] == names
    assert ["<sub>", "</sub>"] == tags
    assert ["Closes #7"] == re.findall(
        r"(?i)(?:closes|fixes) [\w/]*#\d+", " ".join(parts(text, "text"))
    )


@pytest.mark.parametrize(
    ("path", "used"),
    [
        (".github/pull_request_template.md", True),
        ("PULL_REQUEST_TEMPLATE.md", True),
        ("Pull_Request_Template.txt", True),
        ("docs/PULL_REQUEST_TEMPLATE.md", True),
        (".github/PULL_REQUEST_TEMPLATE/feature.md", False),
        ("app/pull_request_template.md", False),
    ],
)
def test_the_template_is_found_where_github_finds_it(place, path, used):
    """In three folders, whatever its case; several in a folder are for people to choose from."""
    tree = place.lay({path: b"## Summary\n\n## Ours alone\n\nKeep.\n"})
    opened(place, tree)

    assert used is ("## Ours alone" in place.forge.list_pulls(place.repo.name)[0].body)


def opened(place, tree, work=WORK, warning="", draft=False):
    if BRANCH not in place.forge.list_branches(place.repo.name):
        place.forge.push(place.repo.name, "ada", BRANCH, {"new.txt": "new\n"}, "New")
    state = replace(work, request=replace(work.request, repo=place.repo), tree=tree)
    return open_pull(place.ports, state, warning, draft=draft)


def test_a_template_that_is_no_text_is_read_as_far_as_it_goes(place):
    """Latin-1, or a symbolic link to anywhere: no reason to fail at the end of the work."""
    opened(
        place,
        place.lay(
            {
                "120000:.github/pull_request_template.md": b"/etc/passwd",
                "docs/pull_request_template.md": b"## Gr\xfc\xdfe\n\nHallo",
            }
        ),
    )

    assert "## Gr\ufffd" in place.forge.list_pulls(place.repo.name)[0].body


def test_there_is_one_pull_request(place):
    """Opened as a draft, brought up to date and made ready: the same one, with the newest words."""
    tree = place.tree()
    first = opened(place, tree, warning="Not green.", draft=True)
    second = opened(place, tree)
    (pull,) = place.forge.list_pulls(place.repo.name)

    assert (first.number, True, False) == (second.number, first.draft, second.draft)
    assert ("Greet softly", False) == (pull.title, pull.draft)
    assert "[!WARNING]" not in pull.body


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Take List<int> & `x`", "Take List<int> & `x`"),
        ("Ping @eve about #3", "Ping `@eve` about `#3`"),
        ("key ghs_" + "a1" * 20, "key ***"),
        ("x" * 300, "x" * 197 + "..."),
    ],
)
def test_a_title_is_plain_text(place, title, shown):
    """GitHub shows no entities in it; names in it call nobody; secrets are masked."""
    finish = replace(WORK.delivery.finish, title=title)
    titled = replace(WORK, pushed=replace(WORK.delivery, finish=finish))
    opened(place, place.tree(), titled)

    assert shown == place.forge.list_pulls(place.repo.name)[0].title


def test_whether_people_closed_it_is_asked_of_github(place):
    """None, open, closed."""
    tree = place.tree()
    before = pull_was_closed(place.ports, tree, BRANCH)
    number = opened(place, tree).number
    between = pull_was_closed(place.ports, tree, BRANCH)
    place.forge.close_pull(place.repo.name, number, "ada")

    assert (False, False, True) == (before, between, pull_was_closed(place.ports, tree, BRANCH))


def test_the_size_stands_under_what_changed():
    """As git counts it, after the files."""
    text = render_body(WORK, size="2 files changed: +3 \u22121 lines")

    assert "- [x] `test_greeting.py`: not in the plan" in text.partition("2 files changed: +3")[0]
