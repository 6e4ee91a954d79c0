"""The promises about asynchronous functions: every caller awaits, or it is told why it cannot."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.adapters.pyrefly import find_pyrefly
from bot.refactor import CannotRefactor, make_async

F = "def f():\n    return 1\n\n\n"


def list_reasons(made):
    return [place.why for place in made.unproven]


def test_a_test_runs_it_to_its_end(tmp_path):
    """What the runner of the tests starts needs no plugin: it runs the call in a loop of its own."""
    files = {
        "a.py": f"{F}def g():\n    return f() + 1\n",
        "tests/__init__.py": "",
        "tests/test_a.py": (
            "import unittest\n\nimport a\n\n\ndef helper():\n    return a.g()\n\n\n"
            "class TestIt(unittest.TestCase):\n    def setUp(self):\n        self.x = a.g()\n\n"
            "    def test_it(self):\n        self.assertEqual([2, 2], [self.x, helper()])\n"
        ),
    }
    made = make_async(files, "a.f")
    for path, text in {**files, **made.files}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    command = [sys.executable, "-m", "unittest", "discover", "-t", ".", "-s", "tests"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, []) == (done.returncode, list_reasons(made))
    assert "self.x = asyncio.run(a.g())" in made.files["tests/test_a.py"]
    assert "async def helper():\n    return await a.g()" in made.files["tests/test_a.py"]


UNAWAITED = [
    ("lambda", "g = lambda: f()\n", "no function"),
    ("a generator expression", "def g():\n    return sum(f() for x in y)\n", "no function"),
    ("a class's body", "class A:\n    x = f()\n", "no function"),
    ("an annotation", "class A:\n    def g(self, x: f()):\n        pass\n", "no function"),
    ("a property", "class A:\n    @property\n    def p(self):\n        return f()\n", "property"),
    ("a setter", "class A:\n    @p.setter\n    def p(self, x):\n        f()\n", "property"),
    ("a constructor", "class A:\n    def __init__(self):\n        f()\n", "Python itself"),
    (
        "an operator",
        "class A:\n    def __eq__(self, other):\n        return f()\n",
        "Python itself",
    ),
    ("a generator", "def g():\n    yield f()\n", "generator"),
    ("a string with its source", "def g():\n    return f'{f()=}'\n", "the string around it"),
    ("a callback", "def g():\n    return sorted([], key=f)\n", "handed on"),
    ("a partial", "import functools\n\ng = functools.partial(f)\n", "handed on"),
    ("an alias", "g = f\n", "handed on"),
    ("a decorator", "@f\ndef g():\n    pass\n", "handed on"),
    ("a decorated caller", "import odd\n\n\n@odd.wrap\ndef g():\n    f()\n", "decorator"),
    ("a cached caller", "import functools\n\n\n@functools.cache\ndef g():\n    f()\n", "decorator"),
    ("an inner function", "def g():\n    def h():\n        f()\n    return h\n", "handed on"),
    ("a thread", "def h():\n    f()\n\n\ndef g():\n    Thread(target=h)\n", "handed on"),
    ("an example", "def g():\n    '''\n    >>> f()\n    1\n    '''\n", "an example"),
]


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("return f'{f()}'", "return f'{await f()}'"),
        ("return f'{f()} f() {f()}'", "return f'{await f()} f() {await f()}'"),
        ("return 'é' f'é{f():>{f()}}'", "return 'é' f'é{await f():>{await f()}}'"),
        ("return f'{f().real!r}'", "return f'{(await f()).real!r}'"),
        ("return f'''é\n {x(f())}\n'''", "return f'''é\n {x(await f())}\n'''"),
    ],
)
def test_a_call_in_a_formatted_string_is_awaited(caller, expected):
    """In its place, to the byte, where this Python knows the place."""
    made = make_async({"a.py": f"{F}def g():\n    {caller}\n"}, "a.f")

    assert (f"async {F}async def g():\n    {expected}\n", []) == (
        made.files["a.py"],
        list_reasons(made),
    )


@pytest.mark.parametrize(("what", "caller", "why"), UNAWAITED)
def test_a_caller_that_cannot_await_is_told(what, caller, why):
    """Each with the reason, and so nothing is written without `--partial`."""
    made = make_async({"a.py": F + caller}, "a.f")

    assert (what, True) == (what, any(why in reason for reason in list_reasons(made)))


C = "class C:\n    def go(self):\n        return 1\n\n\n"
DOUBTS = [
    ("an unknown object", f"{C}def g(c):\n    c.go()\n", {}, "unknown object"),
    ("an unknown object's method", f"{C}def g(c):\n    return c.go\n", {}, "unknown object"),
    ("a mixin", f"class M:\n    def h(self):\n        self.go()\n\n\n{C}", {}, "unknown object"),
    (
        "an object that self holds",
        f"{C}class D:\n    def __init__(self):\n        self.c = make()\n\n    def h(self):\n        self.c.go()\n",
        {},
        "unknown object",
    ),
    ("getattr", f"{C}def g(c):\n    return getattr(c, 'go')()\n", {}, "by this name"),
    ("a made name", f"{C}def g(c, x):\n    getattr(c, 'g' + x)()\n", {}, "made at run time"),
    ("a mock", f"{C}def g(c: C):\n    c.go()\n", {"t.py": "g(Mock())  # C\n"}, "a mock"),
    ("a scheme", C, {"t.py": "getattr(x, f'g{y}')()\ngetattr(x, '%so' % y)()\n"}, "made at run"),
    (
        "several lines",
        f"{C}def g(c, x):\n    getattr(\n        c,\n        x + 'o',\n    )()\n",
        {},
        "made at",
    ),
    ("a namespace", C, {"t.py": "x.__dict__['g' + y + z]()\n"}, "made at run time"),
    ("another put there", f"{C}C.go = None\n", {}, "put in its place"),
    (
        "a stand-in",
        f"{C}def g(c: C):\n    c.go()\n",
        {"test_a.py": C.replace("C", "Fake")},
        "stand in",
    ),
    (
        "a protocol",
        f"from typing import Protocol\n\n\nclass P(Protocol):\n    def go(self): ...\n\n\ndef g(p: P):\n    p.go()\n\n\n{C}",
        {},
        "unknown object",
    ),
    ("a framework", "import odd\n\n\n" + C.replace("C:", "C(odd.Base):"), {}, "a base of another"),
    (
        "a framework's hook",
        "import odd\n\n\n" + C.replace("C:", "C(odd.Base):").replace("go", "_go"),
        {},
        "a base of another",
    ),
    ("a stub", C, {"a.pyi": "class C:\n    def go(self) -> int: ...\n"}, "a stub"),
    ("a patch", C, {"t.py": "mock.patch('a.C.go', lambda self: 1)\n"}, "by this name"),
    ("an old Python", C, {"t.py": "import a\nprint a.C().go()\n"}, "cannot read"),
]


def test_what_is_awaited_already_leaves_no_doubt():
    """On an object that nothing tells of; one beside it that is only called does."""
    text = f"{C}async def g(c):\n    await c.go()\n"
    doubtful = make_async({"a.py": text + "    c.go()\n"}, "a.C.go")

    assert [] == list_reasons(make_async({"a.py": text}, "a.C.go"))
    assert ["a call on an unknown object"] == list_reasons(doubtful)


def test_what_an_object_holds_is_awaited_where_it_is_made_there():
    """And nothing else is put there by any file."""
    text = (
        f"{C}class D:\n    def __init__(self):\n        self.c = C()\n\n"
        "    def h(self):\n        self.c.go()\n"
    )
    made = make_async({"a.py": text}, "a.C.go")

    assert "    async def h(self):\n        await self.c.go()\n" in made.files["a.py"]
    assert [] == list_reasons(made)


@pytest.mark.parametrize(("what", "text", "others", "why"), DOUBTS)
def test_what_may_be_a_call_is_told(what, text, others, why):
    """On objects that nothing tells of, by strings, or through a base of somebody else."""
    name = "_go" if "def _go" in text else "go"
    made = make_async({"a.py": text, **others}, f"a.C.{name}")

    assert (what, True) == (what, any(why in reason for reason in list_reasons(made)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("class C:\n    @property\n    def f(self):\n        return 1\n", "property"),
        ("def f():\n    yield 1\n", "generator"),
        (
            "class C:\n    def __len__(self):\n        return 1\n\n    f = __len__\n",
            "Python itself",
        ),
    ],
)
def test_a_function_that_cannot_be_asynchronous_is_refused(text, why):
    """With the reason."""
    with pytest.raises(CannotRefactor, match=why):
        make_async({"a.py": text}, "C.__len__" if "__len__" in text else "f")


def test_a_family_of_methods_goes_together():
    """The method of a base class too, when a caller that overrides it must be asynchronous."""
    base = "class A:\n    def go(self):\n        pass\n\n\nclass B(A):\n    def go(self):\n        f()\n\n\n"
    made = make_async({"a.py": f"{F}{base}def g(a: A):\n    a.go()\n"}, "a.f")

    assert 2 == made.files["a.py"].count("async def go(self)")
    assert "async def g(a: A):\n    await a.go()" in made.files["a.py"]
    assert [] == list_reasons(made)


def test_an_entry_point_is_told():
    """A console script cannot await."""
    files = {"a.py": F, "pyproject.toml": '[project.scripts]\nx = "a:f"\n'}

    assert ["what starts it from here cannot await it"] == list_reasons(make_async(files, "f"))


def test_a_patched_function_stays_patched():
    """For an async function, mock.patch makes a stand-in that can be awaited."""
    files = {"a.py": F, "t.py": "mock.patch('a.f')\nmock.patch('a.f', return_value=2)\n"}

    assert [] == list_reasons(make_async(files, "f"))


def test_an_inner_function_is_awaited_where_it_is_called():
    """As any other; and its name elsewhere is another's."""
    made = make_async(
        {
            "a.py": f"{F}def g():\n    def h():\n        f()\n    h()\n\n\ndef h():\n    pass\n\n\nh()\n"
        },
        "a.f",
    ).files["a.py"]

    assert (
        "async def g():\n    async def h():\n        await f()\n    await h()\n\n\ndef h():\n    pass\n\n\nh()\n"
        in made
    )


def test_another_asyncio_is_not_taken_for_it():
    """A module of that name hides the one that runs a loop."""
    made = make_async({"a.py": f"{F}from b import asyncio\n\nf()\n"}, "f")

    assert ["this must be awaited and cannot be: asyncio is another thing in this file"] == (
        list_reasons(made)
    )


@pytest.mark.served
def test_a_type_checker_tells_whose_a_call_is():
    """Objects of a list are known by its type; what else has that type's method is another's."""
    text = (
        f"{C}class D:\n    def go(self):\n        return 2\n\n\n"
        "def g(cs: list[C], ds: list[D]):\n"
        "    return [c.go() for c in cs], [d.go() for d in ds]\n"
    )
    made = make_async({"a.py": text}, "a.C.go", checker=find_pyrefly())

    assert "[await c.go() for c in cs], [d.go() for d in ds]" in made.files["a.py"]
    assert [] == list_reasons(made)


def test_objects_of_other_packages_are_theirs():
    """What is made of a class that is not of the tree has that class's methods."""
    text = f"import odd\n\n\n{C}def g():\n    x = odd.Door()\n    x.go()\n    odd.Door().go()\n"

    assert [] == list_reasons(make_async({"a.py": text}, "a.C.go"))
    assert ["a call on an unknown object"] == (
        list_reasons(
            make_async({"a.py": text.replace("x = odd.Door", "x = odd.ProxyOf")}, "a.C.go")
        )
    )


def test_a_test_that_needs_a_loop_is_told():
    """asyncio.run takes the one of the thread away."""
    files = {
        "a.py": F,
        "test_a.py": "import a\n\n\ndef test_f():\n    a.f()\n",
        "test_b.py": "import asyncio\n\n\ndef test_g():\n    asyncio.get_event_loop()\n",
    }

    assert ["asyncio.run in another test leaves no loop for this"] == (
        list_reasons(make_async(files, "a.f"))
    )


def test_a_default_is_evaluated_where_its_function_is_defined():
    """So it is no call of that function, and none of its parameters is meant by it."""
    text = f"{F}def g(x=f(), *, f=f()):\n    return x, f\n"

    assert f"{F}def g(x=asyncio.run(f()), *, f=asyncio.run(f())):\n    return x, f\n" in (
        make_async({"a.py": text}, "a.f").files["a.py"].replace("async def f", "def f")
    )
