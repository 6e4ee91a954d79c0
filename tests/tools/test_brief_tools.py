"""The tools for a brief: what is looked up, what is refused, and what proves a criterion."""

from dataclasses import replace

import pytest

from bot.tools import select_tools
from bot.values import Ambiguity, Brief, Criterion, Entity
from tests.tool_caller import FINISH, PLAN, ToolCaller

FORM = b"""---
name: Bug
---
**What you did**

**What came of it**
"""
YAML = b"""
body:
  - {type: input, attributes: {label: Summary}, validations: {required: true}}
  - {type: input, attributes: {label: Version}}
"""
FILES = {
    "app/main.py": b"LIMIT = 3\n\n\nclass Server:\n    def serve(self, port):\n        return port\n",
    "tests/test_main.py": b"class TestServer:\n    def test_serve(self):\n        assert serve(0)\n",
    "tests/check.py": b"assert serve(1) == 1\n",
    "tests/test_off.py": b"# def test_gone():\n#     assert serve(1)\n",
    "tests/test_late.py": b"@pytest.mark.skip\ndef test_late():\n    assert serve(1)\n",
    "web/cart.test.ts": b'describe("cart", () => { it("adds up", () => { expect(serve(1)).toBe(1); }); });\n',
    "web/total.test.ts": b'it("calls total()", () => { expect(serve(1)).toBe(1); });\n',
    "web/cart.ts": b"export const price$ = of(1);\nconst $cart = 2;\n",
    "tests/run.bats": b'@test "adds up" {\n  true\n}\n# @test "adds on" {\n',
    "README.md": b"Run `make it` with 3.11.\n",
    ".github/ISSUE_TEMPLATE/bug.md": FORM,
    ".github/ISSUE_TEMPLATE/wish.yml": YAML,
}
SERVES = {"text": "serve(0) raises a ValueError"}
ASKED = {"question": "Which port?", "default": "80", "matters": True}
EXAMPLE = {
    "title": "serve(0) hangs",
    "template": ".github/ISSUE_TEMPLATE/bug.md",
    "parts": [
        {"heading": "What came of it", "text": "It hangs."},
        {"heading": "**What you did**", "text": "serve(0)"},
        {"heading": "What came of it", "text": "For good."},
    ],
}
VAGUE = {"kind": "bug", "missing": ["What is slow?"], "example": EXAMPLE}


@pytest.fixture(scope="module")
def tree(town):
    """A repository with tests in two languages, and with forms of issues."""
    place = town.place("acme/tools-brief", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model whose job asks for a brief, before any plan."""
    caller = ToolCaller(*tree)
    caller.context = replace(caller.context, plan=None, asks_brief=True)
    return caller


def submit(caller, **brief):
    """The brief that is kept, and the answer."""
    outcome = caller.turn(("submit_brief", {"kind": "bug", "criteria": [SERVES], **brief}))
    return outcome.brief, outcome.results[0].text


def test_the_tools_are_offered_only_where_a_brief_is_asked_for(caller):
    """A small and clear request pays for none of them, and takes no brief."""
    with_brief = {tool.name for tool in select_tools(["a.py"], asks_brief=True)}
    without = {tool.name for tool in select_tools(["a.py"])}

    assert {"submit_brief", "prove_criteria", "submit_split"} == with_brief - without
    caller.context = replace(caller.context, asks_brief=False)
    assert "asks for no brief" in caller.refusal("submit_brief", kind="bug", criteria=[SERVES])


def test_what_a_brief_speaks_of_is_looked_up(caller):
    """Files, definitions, commands, versions and values; what is not there has names near to it."""
    entities = [
        {"kind": kind, "name": name, "is_new": is_new}
        for kind, name, is_new in (
            ("file", "app/main.py", False),
            ("file", "app", False),
            ("file", "lib/main.py", False),
            ("file", "app/new.py", True),
            ("file", "README.md", True),
            ("symbol", "Server.serve", False),
            ("symbol", "main.serve()", False),
            ("symbol", "Client.serve", False),
            ("symbol", "Sever", False),
            ("symbol", "LIMIT", False),
            ("symbol", "price$", False),
            ("symbol", "$cart", False),
            ("symbol", "Quux", False),
            ("command", "make it", False),
            ("version", "3.12", False),
            ("value", "a(b|c)*", False),
        )
    ]
    brief, answer = submit(caller, entities=entities)

    assert (
        [
            Entity("file", "lib/main.py", is_missing=True, near=("app/main.py",)),
            Entity("symbol", "Client.serve", is_missing=True, near=("Server.serve",)),
            Entity("symbol", "Sever", is_missing=True, near=("Server",)),
            Entity("symbol", "Quux", is_missing=True),
            Entity("version", "3.12", is_missing=True),
            Entity("value", "a(b|c)*", is_missing=True),
        ]
    ) == [entity for entity in brief.entities if entity.is_unknown]
    assert [
        "- There is no file lib/main.py. Did you mean app/main.py?",
        "- README.md is called new, and is there already.",
        "- Nothing in this repository is called Client.serve. Did you mean Server.serve?",
        "- Nothing in this repository is called Sever. Did you mean Server?",
        "- Nothing in this repository is called Quux.",
        "- The version 3.12 stands nowhere in the files.",
        "- The value a(b|c)* stands nowhere in the files.",
    ] == [line for line in answer.splitlines() if line.startswith("- ")]


@pytest.mark.parametrize(
    ("brief", "problem"),
    [
        ({"criteria": []}, "There is no criterion"),
        ({"criteria": [{"text": "It works correctly."}]}, "Criterion 1 cannot be checked"),
        ({"criteria": [{"text": "   "}]}, "Criterion 1 cannot be checked"),
        (
            {"criteria": [SERVES, {"text": "serve(0) does not raise a ValueError"}]},
            "These contradict each other: 'serve(0) raises a ValueError' and",
        ),
        ({"constraints": ["serve(0) never raises a ValueError"]}, "These contradict each other"),
        ({"criteria": [SERVES, SERVES]}, "This stands twice: 'serve(0) raises a ValueError'."),
        (
            {"out_of_scope": ["serve(0) raises a ValueError."]},
            "This is asked for and out of scope at once: 'serve(0) raises a ValueError'.",
        ),
        (
            {"ambiguities": [{**ASKED, "question": f"Which {n}?"} for n in range(4)]},
            "4 ambiguities have `matters`, and at most 3 may",
        ),
        ({"ambiguities": [ASKED, ASKED]}, "Ambiguity 2 is asked twice: 'Which port?'."),
        ({"ambiguities": [{**ASKED, "default": "which port"}]}, "needs a `default`"),
        ({"example": EXAMPLE}, "`example` is for a request whose brief has `missing`"),
        ({"missing": ["What?"]}, "Where something is missing, `example` shows"),
        ({**VAGUE, "ambiguities": [ASKED]}, "ask no questions beside it"),
        ({"priority": 1}, "there is no field `priority`"),
        ({"kind": "chore"}, "`kind`: Input should be 'bug', 'feature'"),
        ({"ambiguities": [{"question": "Which?"}]}, "`ambiguities.0.default` is missing"),
        (
            {**VAGUE, "example": {**EXAMPLE, "template": ""}},
            "one of the repository's forms: .github/ISSUE_TEMPLATE/bug.md, .github/",
        ),
        (
            {
                **VAGUE,
                "example": {
                    **EXAMPLE,
                    "template": ".github/ISSUE_TEMPLATE/wish.yml",
                    "parts": [{"heading": "Why", "text": "So."}],
                },
            },
            "wish.yml has no heading Why. It has Summary, Version.",
        ),
    ],
)
def test_a_brief_at_odds_is_refused(caller, brief, problem):
    """What nobody could check, what contradicts, and what does not fit, each in a sentence."""
    refusal = caller.refusal("submit_brief", **{"kind": "bug", "criteria": [SERVES], **brief})

    assert problem in refusal


def test_criteria_of_any_language_can_be_checked(caller):
    """Also where no blanks stand between words."""
    brief, _ = submit(
        caller, criteria=[{"text": "serve(0) は例外を投げる"}, {"text": "Leere Ports enden"}]
    )

    assert 2 == len(brief.criteria)


def test_the_plan_comes_after_the_brief(caller):
    """In the same turn, where nothing is asked; not while people have to answer, and not for a
    question, whose answer is words.
    """
    assert "This job begins with `submit_brief`." == caller.refusal("submit_plan", **PLAN)
    for brief, problem in (
        ({"criteria": [SERVES], "ambiguities": [ASKED]}, "waits for people's answers"),
        (VAGUE, "waits for people's answers"),
        ({"kind": "question"}, "calls the request a question"),
    ):
        outcome = caller.turn(("submit_brief", {"kind": "bug", **brief}), ("submit_plan", PLAN))

        assert problem in outcome.results[1].text
    clear = caller.turn(
        ("submit_brief", {"kind": "bug", "criteria": [SERVES]}), ("submit_plan", PLAN)
    )

    assert [False, False] == [result.is_error for result in clear.results]


def test_the_example_stands_in_the_repositorys_own_form(caller):
    """Under its headings and in its order, which are told with the request."""
    brief, _ = submit(caller, **VAGUE, criteria=[])
    request = caller.answer("read_request")

    assert "**What you did**\n\nserve(0)\n\n**What came of it**\n\nIt hangs.\n\nFor good." == (
        brief.example.text
    )
    assert "| .github/ISSUE_TEMPLATE/bug.md: What you did / What came of it" in request
    assert "| .github/ISSUE_TEMPLATE/wish.yml: Summary (required) / Version" in request


def test_people_are_asked_once(caller):
    """A later brief keeps what was settled, and asks no second round."""
    answered = Ambiguity("Which port?", "80", True, "number", "81")
    earlier = Brief("bug", criteria=(Criterion("It ends", test="t"),), ambiguities=(answered,))
    caller.context = replace(caller.context, brief=earlier)
    other = {"question": "Which host?", "default": "any", "matters": True}
    kept, _ = submit(caller, ambiguities=[ASKED, {**other, "matters": False}])
    left_out, _ = submit(caller)
    marked, _ = submit(caller, ambiguities=[{**ASKED, "question": "which port"}])

    assert (answered, False) == (kept.ambiguities[0], kept.waits)
    assert [(answered,), (answered,)] == [left_out.ambiguities, marked.ambiguities]
    assert submit(caller, **VAGUE, criteria=[])[0].missing
    assert "asked already, and are asked once" in caller.refusal(
        "submit_brief", kind="bug", criteria=[SERVES], ambiguities=[ASKED, other]
    )
    assert "| open: Which port? Answered: 81" in caller.answer("read_request")


def test_a_later_brief_may_take_another_default(caller):
    """What nobody was asked is the model's own word, and the newest holds."""
    early = Brief("bug", ambiguities=(Ambiguity("Which port?", "80"),))
    caller.context = replace(caller.context, brief=early)
    brief, _ = submit(caller, ambiguities=[{**ASKED, "default": "81"}])

    assert (Ambiguity("Which port?", "81", matters=True),) == brief.ambiguities


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("tests/test_main.py::TestServer::test_serve", ""),
        ("tests/test_main.py::test_serve", ""),
        ("tests/test_main.py::test_serve[1-a]", ""),
        ("tests/test_main.py: TestServer.test_serve", ""),
        ("test_serve", ""),
        ("web/cart.test.ts > cart > adds up", ""),
        ("web/cart.test.ts: adds up", ""),
        ("web/total.test.ts > calls total()", ""),
        ("tests/check.py", ""),
        ("tests/run.bats: adds up", ""),
        ("tests/test_new.py::test_zero", ""),
        (
            "tests/test_main.py::test_sevre",
            "there is no such test in tests/test_main.py with your edits. There is test_serve.",
        ),
        ("tests/test_main.py::Other::test_serve", "there is no such test in tests/test_main.py"),
        (
            "tests/test_mian.py::test_serve",
            "there is no file tests/test_mian.py. Did you mean tests/test_main.py",
        ),
        ("test_nothing", "there is no such test with your edits."),
        ("app/main.py::serve", "there is no such test in app/main.py"),
        ("app/main.py", "there is no such test in app/main.py"),
        ("tests/run.bats: adds down", "there is no such test in tests/run.bats"),
        ("web/cart.test.ts: cart", "there is no such test in web/cart.test.ts"),
        ("tests/run.bats: adds on", "there is no such test in tests/run.bats"),
        ("tests/test_off.py::test_gone", "there is no such test in tests/test_off.py"),
        ("tests/test_late.py::test_late", "proves nothing: it is skipped."),
        ("test_late", "proves nothing: it is skipped."),
        ("tests/test_late.py", "there is no such test in tests/test_late.py"),
    ],
)
def test_a_proof_is_a_test_that_is_there(caller, name, problem):
    """In the tree with the edits, by path and name; a definition or a suite is none."""
    brief = Brief("bug", criteria=(Criterion("serve(0) raises"),))
    caller.context = replace(caller.context, brief=brief)
    caller.turn(
        ("submit_plan", PLAN),
        (
            "create_file",
            {"path": "tests/test_new.py", "text": "def test_zero():\n    assert serve(0)\n"},
        ),
    )
    outcome = caller.turn(("prove_criteria", {"proofs": [{"criterion": 1, "test": name}]}))

    assert problem in outcome.results[0].text
    assert bool(problem) == outcome.results[0].is_error
    assert problem or outcome.brief.criteria[0].is_old == ("test_new" not in name)
    assert problem or "::" in outcome.brief.criteria[0].test or name == "tests/check.py"


def test_finish_wants_a_proof_of_each_criterion_that_holds_to_the_end(caller):
    """Missing ones are named; a test that went since proves nothing; an edge case without a test
    is told to the model.
    """
    criteria = (Criterion("serve(0) raises", "edge case"), Criterion("serve(1) returns"))
    caller.context = replace(caller.context, brief=Brief("bug", criteria=criteria))
    test = {"path": "tests/test_new.py", "text": "def test_one():\n    assert serve(1)\n"}
    code = {"path": "app/new.py", "text": "ONE = 1\n"}
    caller.turn(("submit_plan", PLAN), ("create_file", test), ("create_file", code))
    unproved = caller.refusal("finish", **FINISH)
    faults = caller.refusal(
        "prove_criteria", proofs=[{"criterion": 3, "test": "x"}, {"criterion": 1}]
    )
    outcome = caller.turn(
        (
            "prove_criteria",
            {
                "proofs": [
                    {"criterion": 1, "reading": "Server.serve"},
                    {"criterion": 2, "test": "tests/test_new.py::test_one"},
                ]
            },
        )
    )
    caller.context = replace(caller.context, brief=outcome.brief)
    gone = caller.turn(("delete_file", {"path": "tests/test_new.py"}), ("finish", FINISH))
    ready = caller.turn(("create_file", test), ("finish", FINISH))

    assert "Not proved yet: criteria 1, 2. Call `prove_criteria`." in unproved
    assert "There is no criterion 3: the brief has 2 criteria." in faults
    assert "Criterion 1 needs `test` or `reading`." in faults
    assert (
        "Noted. Of the edge case 'serve(0) raises' no test speaks: write one if you can."
        == outcome.results[0].text
    )
    assert "Criterion 2 is to be proved by" in gone.results[1].text
    assert "but there is no file tests/test_new.py." in gone.results[1].text
    assert ready.finish is not None


def test_finish_wants_no_proof_where_none_can_be_named(caller):
    """A conversation that was begun without the tools for it takes the brief as it was left."""
    brief = Brief("bug", criteria=(Criterion("serve(0) raises"),))
    caller.context = replace(caller.context, brief=brief, asks_brief=False)
    code = {"path": "app/new.py", "text": "ONE = 1\n"}
    ended = caller.turn(("submit_plan", PLAN), ("create_file", code), ("finish", FINISH))

    assert ended.finish is not None
