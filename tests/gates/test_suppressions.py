"""Comments that tell a check to look away, and handlers that swallow every error."""

import pytest

from bot.gates import Change
from bot.gates.test_integrity.suppressions import find_suppressions
from bot.gates.test_integrity.swallowed_errors import find_swallowed_errors


def make_change(path, before, after):
    return Change({path: before}, {path: after})


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("a.py", "x = 1\n", "x = 1  # noqa\n", [(1, True)]),
        ("a.py", "x = 1\n", "x = 1  # noqa: E501 - a long address\n", [(1, False)]),
        ("a.py", "x = 1\n", "x = 1\n\n\ny = 2  # type: ignore\n", [(4, True)]),
        ("a.py", "x = 1  # noqa\n", "x = 2  # noqa\n", []),
        ("a.py", "x = 1  # noqa\ny = 1\n", "y = 1\nx = 1  # noqa\n", []),
        ("a.py", "x = 1\n", "x = 1  # noqa\ny = 2  # noqa\n", [(1, True), (2, True)]),
        ("a.py", "x = 1  # noqa\n", "y = 2  # noqa\nx = 1  # noqa\n", [(1, True)]),
        ("a.py", "x = 1  # noqa\n\nz = 3\n", "x = 2  # noqa\n\nz = 4  # noqa\n", [(3, True)]),
        ("a.py", 'x = "a"\n', 'x = "# noqa"\n', []),
        ("a.py", "x = 1\n", "if TYPE_CHECKING:  # pragma: no cover\n    x = 1\n", []),
        ("a.py", "x = 1\n", "if x:  # pragma: no cover\n    x = 1\n", [(1, True)]),
        ("a.test.ts", "f();\n", "// @ts-expect-error\nf(1);\n", []),
        ("a.ts", "f();\n", "// @ts-expect-error\nf(1);\n", [(1, True)]),
        ("a.rs", "fn f() {}\n", "#[allow(dead_code)]\nfn f() {}\n", [(1, True)]),
        ("a.ex", "f()\n", "f() # nosec\ng() // nosec\nh()\n", [(1, True), (2, True)]),
        ("a.py", "x = 1  # noqa\n\ny = 1\n", "x = 1  # noqa\n\ny = 2  # noqa\n", [(3, True)]),
        (
            "a.py",
            "x = 1\n",
            'x = 1\n\ndef f():\n    """# noqa"""  # noqa: E1, A word\n',
            [(4, True)],
        ),
        ("a.md", "x\n", "x # noqa\n", []),
        ("a.py", "x = 1\n", f"x = 1  # {'y' * 600}\n@no_type_check{' ' * 600}\n", []),
    ],
)
def test_a_look_away_is_found(path, before, after, expected):
    """Where it is new; with a rule and a reason it only advises."""
    findings = find_suppressions(make_change(path, before, after))

    assert expected == [(finding.line, finding.blocks) for finding in findings]


@pytest.mark.parametrize(
    ("path", "code", "lines"),
    [
        ("a.py", "try:\n    f()\nexcept Exception:\n    pass\n", [3]),
        ("a.py", "try:\n    f()\nexcept:\n    return\n", [3]),
        ("a.py", "try:\n    f()\nexcept KeyError:\n    pass\n", []),
        ("a.py", "try:\n    f()\nexcept Exception:\n    log()\n", []),
        ("a.py", "with suppress(Exception):\n    f()\n", [1]),
        ("a.js", "try { f() } catch (e) {}\n", [1]),
        ("a.js", "try { f() } catch (e) { log(e) }\n", []),
        ("a.js", "f().catch(() => {})\n", [1]),
        ("a.go", "package a\nfunc g() {\n\tif err != nil {\n\t}\n}\n", [3]),
        ("a.go", "package a\nfunc g() {\n\tif err != nil {\n\t\treturn\n\t}\n}\n", []),
        ("a.rb", "begin\n  f\nrescue\nend\n", [3]),
        ("a.rb", "x = f rescue nil\n", [1]),
        ("a.rb", "x = f rescue g\n", []),
        ("a.rb", "begin\n  f\nrescue KeyError => e\n  log(e)\nend\n", []),
        ("notes.txt", "except:\n    pass\n", []),
    ],
)
def test_a_swallowed_error_is_found(path, code, lines):
    """In the words of each language: everything is caught, and nothing follows."""
    findings = find_swallowed_errors(make_change(path, None, code))

    assert lines == [finding.line for finding in findings]


def test_an_error_that_was_swallowed_before_is_no_news():
    """As many as are more than before count, of those where something changed."""
    code = "try:\n    f()\nexcept Exception:\n    pass\n"
    far = "x = 1\n" * 9 + code

    assert [] == list(find_swallowed_errors(make_change("a.py", code, code.replace("f()", "g()"))))
    assert 1 == len(list(find_swallowed_errors(make_change("a.py", code, code + far))))
    assert [] == list(find_swallowed_errors(make_change("a.py", far, "# except\n" + far)))


def test_words_say_why_an_error_is_swallowed():
    """Then it is advice."""
    code = "try:\n    f()\nexcept Exception:  # nobody needs the answer\n    pass\n"
    (finding,) = find_swallowed_errors(make_change("a.py", None, code))

    assert not finding.blocks
