"""The promises about each place of a renamed name: changed, proved another's, or told."""

from __future__ import annotations

import pytest

from bot.adapters.pyrefly import find_pyrefly
from bot.refactor import CannotRefactor, Refactoring, rename_symbol

STATE = """class State:
    def set_error(self, error): ...


class Other:
    def set_error(self, error): ...
"""


def rename(use: str, base: str, old: str, new: str, *, checker=None) -> tuple[str, list[str]]:
    """Rename what `a.py` defines; give `use.py` afterwards, and why places of any file are left."""
    made = rename_symbol({"a.py": base, "use.py": use}, old, new, checker=checker)
    return made.files.get("use.py") or use, [place.why for place in made.unproven]


def list_doubts(made: Refactoring) -> list[tuple[str, int]]:
    """The places that are left, by file and line."""
    return [(place.path, place.line) for place in made.unproven]


@pytest.mark.served
@pytest.mark.parametrize(
    "use",
    [
        "import a\nclass M:\n    def __init__(self, s: a.State): self.s = s\n    def f(self): self.s.set_error(1)\n",
        "import a\ndef f(all: list[a.State]): [s.set_error(1) for s in all]\n",
        "import a\ndef f(x):\n    if isinstance(x, a.State): x.set_error(1)\n",
        "import a\ndef f(make=a.State): make().set_error(1)\n",
    ],
)
def test_what_a_type_tells_is_renamed(use):
    """Where no assignment or annotation of ours tells it, the checker does; without it is told."""
    assert (use.replace("set_error", "fail"), []) == rename(
        use, STATE, "State.set_error", "fail", checker=find_pyrefly()
    )
    assert (use, ["an attribute of an unknown object"]) == rename(
        use, STATE, "State.set_error", "fail"
    )


@pytest.mark.served
def test_what_a_type_tells_is_kept():
    """Another class's, one of Python's, and a keyword of a known function; of either of two, told."""
    use = (
        "import a\n"
        "def f(o: a.Other, all: list[a.Other], either: a.State | a.Other):\n"
        "    o.set_error(1); all[0].set_error(2); f(set_error=1)\n"
        "    either.set_error(3)\n"
    )
    made = rename_symbol(
        {"a.py": STATE, "use.py": use}, "State.set_error", "fail", checker=find_pyrefly()
    )

    assert "use.py" not in made.files
    assert [("use.py", 4)] == list_doubts(made)
    assert 3 == made.others["a.Other.set_error"]


FAMILY = """class Mixin:
    def go(self): return self._get_name()


class First(Mixin):
    def _get_name(self): return 1


class Second(Mixin):
    def _get_name(self): return 2


class Beside:
    def _get_name(self): return 3


Beside()._get_name()
"""


def test_a_mixin_and_those_who_serve_it_are_one_family():
    """Whichever of them is named; a class that shares nothing with them keeps its own."""
    shared, beside = FAMILY.split("class Beside")
    for old in ("First._get_name", "Second._get_name"):
        made = rename_symbol({"a.py": FAMILY}, old, "_read_name")

        assert (
            shared.replace("_get_name", "_read_name") + f"class Beside{beside}"
            == (made.files["a.py"])
        )
        assert () == made.unproven


def test_a_base_goes_with_what_overrides_it():
    """And a mixin beside it, in another file, that only a common child joins with it."""
    files = {
        "a.py": "class A:\n    def run(self): ...\n",
        "b.py": "class M:\n    def go(self): self.run()\n",
        "c.py": "from a import A\nfrom b import M\nclass C(A, M): pass\nC().run()\n",
    }
    made = rename_symbol(files, "A.run", "start")

    assert {path: text.replace("run(", "start(") for path, text in files.items()} == made.files
    assert () == made.unproven


@pytest.mark.parametrize(
    ("use", "line"),
    [
        ("def f(x, kind): return getattr(x, f'_process_{kind}')", 1),
        ("def f(x, kind): return getattr(x, '_process_' + kind)", 1),
        ("def f(x, kind): return getattr(x, '_process_%s' % kind)()", 1),
        ("def f(x, kind): return getattr(x, '_process_{}'.format(kind))", 1),
        ("def f(x, kind): return getattr(x, f'_pro{kind}')", 1),
        ("def f(x, a, b): return getattr(x, '_pro' + a + b)", 1),
        ("def f(x, a): return getattr(x, '_pro{:>4}'.format(a))", 1),
        ("def f(x, a): return getattr(\n    x,\n    f'_pro{a}',\n)", 3),
        ("def f(x, kind): return getattr(x, kind + 'cess_item')", 1),
        ("def f(x, kind): return vars(x)[f'_pro{kind}']", 1),
        ("def f(x, kind): return x.__dict__['_pro' + kind]", 1),
        ("def f(x):\n    n = f'_process_{type(x).__name__}'\n    getattr(x, n)()", 2),
        (
            "def f(x):\n    for n in dir(x):\n        if n.startswith('_process_'): getattr(x, n)()",
            3,
        ),
        ("NAMES = ['_process_item']\ndef f(x): [getattr(x, n) for n in NAMES]", 1),
        ("def f(x): return hasattr(x, '_process_item')", 1),
        ("from unittest import mock\nmock.Mock(_process_item=1)", 2),
        ("import subprocess\nsubprocess.run(['python', '-c', 'a.P()._process_item()'])", 2),
        ("def f(x): exec('x._process_item()')", 1),
    ],
)
def test_a_name_that_a_string_may_mean_is_told(use, line):
    """Made of a piece, listed, looked up, or written in code that is a string."""
    base = "class P:\n    def _process_item(self): ...\n"
    made = rename_symbol({"a.py": base, "use.py": use}, "P._process_item", "_handle_item")

    assert ("use.py", line) in list_doubts(made)


@pytest.mark.parametrize(
    "use",
    [
        "KEYS = {'load': 1}\nKEYS['load'] + KEYS.get('load')",
        "raise ValueError('cannot load() this')",
        "# load all\ndef f():\n    '''Call load() first.'''",
        "x = 'to load a file'",
        "class Q:\n    load = 1\n    def f(self): return self.load",
        "def f(load): return load",
        "import json as load\nload.dumps(1)",
        "f(load=1)",
        "import requests\nrequests.load(); requests.Session().load()",
        "def f(x): return x.load()",
        "def __getattr__(name): return globals()[f'l{name}']",
    ],
)
def test_what_is_another_s_or_only_read_hinders_nothing(use):
    """Keys, messages, comments, other scopes, other packages, and methods where a function goes."""
    made = rename_symbol({"a.py": "def load(): ...\n", "use.py": use}, "a.load", "read")

    assert (["a.py"], ()) == (list(made.files), made.unproven)


def test_an_object_that_may_be_the_module_is_told():
    """A module that is handed on as a value may be behind any name."""
    use = "import a\ndef f(x): return x.load()\nf(a)\n"

    assert (use, ["an attribute of an unknown object"]) == rename(
        use, "def load(): ...\n", "a.load", "read"
    )


@pytest.mark.parametrize(
    ("use", "after"),
    [
        ("from a import Box\ndef f(b: 'list[Box] | None'): ...", "list[Crate]"),
        ("from a import Box\nT = list['Box']", "list['Crate']"),
        ("from a import Box\nfrom typing import cast\ncast('Box', 1)", "cast('Crate'"),
        ("import a\ndef f() -> 'a.Box': ...", "'a.Crate'"),
        (
            "try:\n    from a import Box\nexcept E:\n    from b import Box\nBox",
            "import Crate as Box\n",
        ),
        ("from unittest import mock\nmock.patch('a.Box.size')", "'a.Crate.size'"),
        ("from a import Box\nmatch 1:\n    case Box(size=1): ...", "case Crate(size"),
    ],
)
def test_a_class_is_followed_into_types_in_quotes(use, after):
    """And into patched strings, patterns, and imports that may be of two things."""
    base = "class Box:\n    size = 1\n"
    text, doubts = rename(use, base, "a.Box", "Crate")

    assert after in text
    assert [] == doubts


@pytest.mark.parametrize("base", ["Protocol", "Protocol[T]"])
def test_a_class_that_may_follow_a_protocol_is_told(base):
    """It need not say so; and the protocol may be one of a type that is given."""
    files = {
        "a.py": f"class Store({base}):\n    def load(self) -> T: ...\n",
        "b.py": "class Disk:\n    def load(self): ...\n",
    }

    assert [("b.py", 2)] == list_doubts(rename_symbol(files, "Store.load", "fetch"))


def test_a_field_is_followed_into_its_constructor():
    """By keyword, in a pattern, and in its own class."""
    base = "from dataclasses import dataclass\n@dataclass\nclass Box:\n    size: int = 1\n"
    use = "from a import Box\nBox(size=1).size\nmatch 1:\n    case Box(size=2): ...\n"

    assert (use.replace("size", "width"), []) == rename(use, base, "Box.size", "width")


def test_an_example_in_a_docstring_runs_as_before():
    """A doctest names what its module does."""
    text = 'def load():\n    """Load.\n\n    >>> load()\n    """\n'
    made = rename_symbol({"a.py": text}, "load", "read")

    assert text.replace("load()", "read()") == made.files["a.py"]


def test_pytest_hands_fixtures_to_parameters():
    """What a fixture returns is known to its tests; a fixture's own name is in their parameters."""
    files = {
        "a.py": "class Box:\n    def open(self): ...\n",
        "conftest.py": "import pytest, a\n@pytest.fixture\ndef box(): return a.Box()\n",
        "test_a.py": "def test_it(box): box.open()\n",
    }

    assert (
        "def test_it(box): box.lift()\n"
        == (rename_symbol(files, "Box.open", "lift").files["test_a.py"])
    )
    assert ("test_a.py", 1) in list_doubts(rename_symbol(files, "conftest.box", "crate"))


def test_a_document_says_whose_name_it_means():
    """By the class that is dotted before it, or by a role; what is given by a keyword is no use."""
    base = "def edit(): ...\nclass Box:\n    def edit(self): ...\nclass Can:\n    def edit(self): ...\n"
    text = "{func}`edit` :func:`edit` {meth}`Box.edit` `~Can.edit` f(edit=1)\n"

    for old, after in (
        ("a.edit", "{func}`alter` :func:`alter` {meth}`Box.edit` `~Can.edit` f(edit=1)\n"),
        ("Box.edit", "{func}`edit` :func:`edit` {meth}`Box.alter` `~Can.edit` f(edit=1)\n"),
    ):
        made = rename_symbol({"a.py": base, "docs/b.md": text}, old, "alter")
        assert after == made.files["docs/b.md"]


def test_an_attribute_is_what_the_only_assignment_to_it_makes():
    """An object of this code or of another package; where a second is put there, it is told."""
    base = "class Box:\n    def open(self): ...\n"
    holder = "import a, h\nclass T:\n    def __init__(self): self.box = {}\n"
    use = holder + "    def f(self): self.box.open()\n"
    ours, theirs = use.format("a.Box()"), use.format("h.Chest(1)")
    unknown = "an attribute of an unknown object"

    assert (ours.replace("open", "lift"), []) == rename(ours, base, "Box.open", "lift")
    assert (theirs, []) == rename(theirs, base, "Box.open", "lift")
    seconds = ["def g(t): t.box = make()\n", "def g(t): del t.box\n", "setattr(T, 'box', 1)\n"]
    seconds += ["mock.patch.object(T, 'box', 1)\n", "mock.patch(\n    'use.T.box', 1\n)\n"]
    partial = "import a, functools\nmake = functools.partial(a.Box)\nmake().open()\n"
    assert (partial.replace("open", "lift"), []) == rename(partial, base, "Box.open", "lift")
    for second in seconds:
        assert (ours + second, [unknown]) == rename(ours + second, base, "Box.open", "lift")
        assert (theirs + second, [unknown]) == rename(theirs + second, base, "Box.open", "lift")


def test_each_class_of_a_nested_pattern_has_its_own_keyword():
    """Whichever stands first on the line."""
    base = "class A:\n    x = 1\nclass B:\n    x = 1\n"
    use = "import a\nmatch v:\n    case a.A(y=a.B(x=1), x=(2 | 3)): pass\n"

    assert (use.replace("x=(", "z=("), []) == rename(use, base, "A.x", "z")
    assert (use.replace("x=1", "z=1"), []) == rename(use, base, "B.x", "z")


def test_a_fixture_is_that_of_the_class_of_tests():
    """Made of its parameters, or by another fixture, which classes below may have of their own."""
    base = "class Box:\n    def open(self): ...\nclass Can(Box):\n    def shut(self): ...\n"
    tests = (
        "import pytest\nfrom functools import partial\nfrom a import Box, Can\n"
        "class TestBox:\n"
        "    @pytest.fixture(params=(Box, partial(Box)))\n"
        "    def make(self, request): return partial(request.param)\n"
        "    @pytest.fixture\n    def it(self, make): return make()\n"
        "    def test_it(self, it): it.open()\n"
        "class TestCan(TestBox):\n"
        "    @pytest.fixture\n    def make(self): return partial(Can)\n"
        "    def test_both(self, it): it.open(); it.shut()\n"
    )

    assert (tests.replace("open()", "lift()"), []) == rename(tests, base, "Box.open", "lift")
    assert (tests, ["an attribute of an unknown object"]) == rename(
        tests, base, "Can.shut", "close"
    )
    other = tests.replace("partial(Can)", "partial(str)")
    assert (other, ["an attribute of an unknown object"] * 2) == rename(
        other, base, "Box.open", "lift"
    )
    given = "import pytest\n@pytest.fixture\ndef box(): return a.Box()\n"
    given = (
        f'import a\n{given}@pytest.mark.parametrize("n,box", [])\ndef test_it(box, n): box.open()\n'
    )
    assert (given, ["an attribute of an unknown object"]) == rename(given, base, "Box.open", "lift")


@pytest.mark.served
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Handler.emit", "send", "which has a emit of its own"),
        ("Handler.mine", "flush", "which has a flush of its own"),
        ("Handler.__init__", "begin", "read by Python"),
        ("test_it", "check_it", "finds .* by its name"),
    ],
)
def test_what_others_call_by_its_name_is_refused(old, new, told):
    """A method of a base outside, Python's own names, and tests."""
    text = (
        "import logging\nclass Handler(logging.Handler):\n    def __init__(self): ...\n"
        "    def emit(self, record): ...\n    def mine(self): ...\ndef test_it(): ...\n"
    )
    with pytest.raises(CannotRefactor, match=told):
        rename_symbol({"a.py": text}, old, new, checker=find_pyrefly())


def test_a_document_is_renamed_where_only_one_thing_is_called_so():
    """Else what looks like code there is told; a changelog is history, and words are words."""
    files = {
        "a.py": "class Box:\n    def lift_lid(self): ...\n",
        "README.md": "Call `lift_lid`, or `box.lift_lid()`; to lift_lid is fine.\n",
        "CHANGES.md": "`lift_lid` is new.\n",
    }
    made = rename_symbol(files, "Box.lift_lid", "raise_lid")
    two = rename_symbol({**files, "b.py": "def lift_lid(): ...\n"}, "Box.lift_lid", "raise_lid")

    assert (
        "Call `raise_lid`, or `box.raise_lid()`; to lift_lid is fine.\n"
        == (made.files["README.md"])
    )
    assert [("CHANGES.md", 1), ("README.md", 1)] == [(word.path, word.line) for word in made.words]
    assert [("README.md", 1)] == list_doubts(two)


GIVEN = "def load(value, other=1): return value\ndef store(value): ...\n"


@pytest.mark.parametrize(
    ("use", "after", "why"),
    [
        ("from a import load as f\nf(value=1)", "f(text=1)", []),
        ("import a, functools\nfunctools.partial(a.load, value=1)", "a.load, text=1", []),
        ("import a\na.store(value=1); print(value=2); dict(value=3)", None, []),
        ("def f(go): go(value=1)", None, []),
        ("import a\ndef f(go): go(value=1)\nf(a.load)", None, ["a call on an unknown object"]),
        ("def f(x): x.load(value=1)", None, ["a call on an unknown object"]),
        ("import a\na.load(**{'other': 1, 'value': 2})", None, ["a mapping may give it"]),
        ("import a\na.load(1, **{'other': 1})", None, []),
        ("import a\ndef f(**rest): a.load(**rest)", None, ["a mapping may give it"]),
    ],
)
def test_a_parameter_is_given_by_whoever_can_call_its_function(use, after, why):
    """By another name, in parts, in a mapping, or by an object that may be the function."""
    text, doubts = rename(use, GIVEN, "load.value", "text")

    assert (after or use) in text
    assert why == doubts


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("import click\n@click.option('--value')\ndef load(value): ...", "its decorator option"),
        ("def test_load(value): ...", "pytest gives parameters"),
        ("def load(value): return '{value}'.format(**locals())", "takes its parameters by name"),
    ],
)
def test_a_parameter_that_others_give_by_its_name_is_told(base, why):
    """A decorator, a test runner, or the function itself."""
    old = "test_load.value" if "test_" in base else "load.value"
    (place,) = rename_symbol({"a.py": base}, old, "text").unproven

    assert why in place.why


@pytest.mark.parametrize(
    ("base", "use", "line"),
    [
        ("class C(Enum):\n    go = 1", "import a\na.C['go']", 2),
        ("class T(TypedDict):\n    go: int", "def f(t): return t['go']", 1),
        ("import app\n@app.route('/')\ndef go(): ...", "def f(): return url_for('go')", 1),
        ("def go(): ...", "def keep(f, all): all[f.__name__] = f\nprint(all['go'])", 2),
        ("def go(): ...", "M = 'a'\ndef f(patch): patch(f'{M}.go')", 2),
        ("def go(): ...", "import a  # go\ngetattr(a, 'g' 'o')", 2),
        ("class M:\n    go = 1", "class Meta:\n    fields = ['go']", 2),
        ("class go:\n    def __x(self): ...", "def f(x): return x._go__x()", 1),
        ("class M:\n    go = 1", "def f(m): return '{m.go}'.format(m=m)", 1),
        ("class M:\n    go: int = 1", "import a\ndata = {'go': 2}\na.M(**data)", 2),
        (
            "class M:\n    go = 1\n    def __init__(self, **kw): self.__dict__.update(kw)",
            "import a\na.M(go=2)",
            2,
        ),
    ],
)
def test_a_name_that_is_looked_up_is_told(base, use, line):
    """As a key of what knows its members by name, by a framework, in parts, or mangled."""
    old = "go" if base.startswith(("def", "import", "class go")) else f"{base[6]}.go"
    made = rename_symbol({"a.py": f"{base}\n", "use.py": use}, f"a.{old}", "run")

    assert ("use.py", line) in list_doubts(made)


def test_templates_are_read_and_slots_follow():
    """What a template takes of an unknown object is told; a class's own slots are its members."""
    text = 'class Box:\n    __slots__ = ("size", "other")\n    size: int\n'
    files = {"a.py": text, "page.html": "<p>size {{ box.size }}</p>\n"}
    made = rename_symbol(files, "a.Box.size", "width")

    assert text.replace("size", "width") == made.files["a.py"]
    assert [("page.html", 1)] == list_doubts(made)


def test_a_document_tells_by_its_imports_which_of_two_things_it_means():
    """In its examples, and in those of a docstring; a module of Python's keeps its own."""
    example = ">>> from pkg.a import load\n>>> load()\n>>> json.load()\n"
    files = {
        "pkg/__init__.py": f'"""Package.\n\n{example}"""\n',
        "pkg/a.py": "def load(): ...\n",
        "pkg/b.py": "def load(): ...\n",
        "docs/a.md": example,
        "docs/b.md": example.replace("pkg.a", "pkg.b"),
    }
    made = rename_symbol(files, "pkg.a.load", "read")
    after = example.replace("import load", "import read").replace("> load()", "> read()")

    assert after == made.files["docs/a.md"]
    assert f'"""Package.\n\n{after}"""\n' == made.files["pkg/__init__.py"]
    assert ({"pkg/__init__.py", "pkg/a.py", "docs/a.md"}, ()) == (set(made.files), made.unproven)


def test_a_method_below_a_base_that_is_not_known_is_told():
    """The base may be any class, as one that a parameter holds; one of Python's or a package's not."""
    use = (
        "import abc, collections\n"
        "def f(base):\n"
        "    class Below(base):\n"
        "        def go(self): ...\n"
        "    class Last(Below):\n"
        "        def go(self): ...\n"
        "class Point(collections.namedtuple('Point', 'x')):\n"
        "    def go(self): ...\n"
        "class Bad(ValueError, abc.ABC):\n"
        "    def go(self): ...\n"
    )
    made = rename_symbol(
        {"a.py": "class A:\n    def go(self): ...\n", "use.py": use}, "A.go", "run"
    )

    assert [("use.py", 4), ("use.py", 6)] == list_doubts(made)


def test_a_name_that_only_global_makes_is_its_module_s():
    """No line at the top binds it; the name of another module stays another's."""
    base = "def f():\n    global size\n    size = 1\n"

    assert (base, []) == rename(base, "size = 2\n", "a.size", "length")


def test_a_module_that_its_package_gives_another_meaning_is_told():
    """Whether the name means the module depends on what was imported before."""
    files = {
        "p/__init__.py": "from p.b import a\n",
        "p/a.py": "def f(): ...\n",
        "p/b.py": "def a(): ...\n",
        "use.py": "import p.a\np.a.f()\n",
    }

    assert [("use.py", 2)] == list_doubts(rename_symbol(files, "p.a.f", "g"))


def test_a_module_whose_names_are_all_read_is_told():
    """What reads them may compare them with others; one name of it, or another module, is not."""
    use = "import os, p\nns = {n for n in vars(p)}\nprint(p.__dict__['x'], dir(os), vars(object))\n"
    also = "import inspect\nfrom p import a\nmembers = inspect.getmembers(a, callable)\n"
    files = {"p/__init__.py": "from .a import *\n", "p/a.py": "def go(): ...\n"}
    made = rename_symbol({**files, "use.py": use, "also.py": also}, "p.a.go", "went")

    assert [("also.py", 3), ("use.py", 2)] == sorted(list_doubts(made))


def test_a_name_in_a_package_that_nothing_else_binds_is_its_module():
    """An import of a package's module makes it a name of the package."""
    package = "from .a import *\na.tools.go()\n"
    files = {
        "p/__init__.py": package,
        "p/a.py": "from . import _tools as tools\n",
        "p/_tools.py": "def go(): ...\n",
    }
    made = rename_symbol(files, "p._tools.go", "went")

    assert package.replace("go()", "went()") == made.files["p/__init__.py"]


def test_a_quoted_annotation_with_a_module_is_read():
    """As in code that is read before the module is there."""
    files = {
        "p/__init__.py": "class State:\n    def go(self): ...\n",
        "p/a.py": 'import p\n\ndef f(state: "p.State"):\n    state.go()\n',
    }
    made = rename_symbol(files, "p.State.go", "went")

    assert "state.went()" in made.files["p/a.py"]
