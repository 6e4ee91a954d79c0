"""Reading code: what is defined where, what a file is for, what a request asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search import extract_symbols, find_symbol, render_layout
from bot.search.grammars import LANGUAGE_BY_SUFFIX, language_of, make_parser, parse
from bot.search.source_files import kind_of
from bot.search.symbol_queries import QUERIES
from bot.search.terms import parse_query, split_terms
from tests.search.commit_fixture import files


@dataclass(frozen=True)
class MemorySource:
    """Files held in memory: all that the library asks of a repository."""

    files: Mapping[str, bytes]

    def paths(self) -> Sequence[str]:
        return list(self.files)

    def read(self, paths: Collection[str]) -> Mapping[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}


def shop(**more: str) -> MemorySource:
    return MemorySource(files(**more))


# --- symbols
# ------------------------------------------------------------------------------------------------------

CODE = {
    "a.py": (
        "class A:\n    def m(self):\n        def inner(): ...\n\nasync def f(): ...\n",
        "A A.m A.inner f",
    ),
    "a.js": ("class A { m() {} }\nconst f = () => 1\nexports.g = function () {}\n", "A A.m f g"),
    "a.ts": (
        "interface I { a: number }\ntype T = {}\nenum E { A }\nexport class A { f = () => 1 }\n",
        "I T E A A.f",
    ),
    "a.tsx": (
        "export function F() { return <div></div> }\nabstract class A { abstract m(): void }\n",
        "F A A.m",
    ),
    "a.go": (
        "package a\nfunc (r *T[K]) M() {}\nfunc F() {}\ntype T struct {}\ntype I interface {}\n",
        "T.M F T I",
    ),
    "a.rs": (
        "impl X for m::Foo<T> { fn m() {} }\nfn f() {}\nstruct S;\ntrait T { fn q(); }\n",
        "Foo.m f S T T.q",
    ),
    "b.rs": ("impl<T> Foo<T> { fn m(&self) {} }\nmod k { fn inner() {} }\n", "Foo.m k inner"),
    "a.java": (
        "class A { A() {} int m() { return 1; } enum E {X} }\ninterface I { void q(); }\n",
        "A A.A A.m A.E I I.q",
    ),
    "a.rb": (
        "module M\n  class A\n    def m\n    end\n    def self.s\n    end\n  end\nend\n",
        "M M.A M.A.m M.A.s",
    ),
    "a.c": ("int *f(void) { return 0; }\nstruct S { int a; };\n#define M(x) x\n", "f S M"),
    "a.cpp": (
        "namespace n { class A { int m() { return 1; } }; }\nint& A::r() { return x; }\n",
        "n A A.m A.r",
    ),
    "a.cs": (
        "class A { public int M() { return 1; } int P { get; } }\nrecord R(int X);\n",
        "A A.M A.P R",
    ),
    "a.php": (
        "<?php\nfunction f() {}\nclass B { public function m() {} }\ntrait T {}\n",
        "f B B.m T",
    ),
    "a.kt": (
        "class A {\n    fun m(): Int {\n        return 1\n    }\n}\nobject O {}\nfun f() = 1\n",
        "A A.m O f",
    ),
    "a.swift": (
        "class A { func m() {}\n init() {} }\nprotocol P { func q() }\n",
        "A A.m A.init P P.q",
    ),
    "a.scala": ("class A { def m(x: Int): Int = 1 }\nobject O { def o() = 2 }\n", "A A.m O O.o"),
    "a.sh": ("f() { echo; }\nfunction g { echo; }\n", "f g"),
    "a.vue": (
        '<template><p /></template>\n<script lang="ts">\nfunction f(a: number) {}\nconst g = () => 1\n</script>\n',
        "f g",
    ),
    "a.svelte": ("<script>\n  export function h() {}\n</script>\n<p on:click={h}>x</p>\n", "h"),
    "a.lua": ("function a.b(x) end\n", "a.b"),
}


@pytest.mark.parametrize("path", CODE)
def test_definitions_are_found_in_every_language(path):
    """By qualified name, in their order."""
    text, names = CODE[path]

    assert names == " ".join(symbol.name for symbol in extract_symbols(path, text.encode()))


def test_every_language_has_a_grammar_and_a_query():
    """No suffix leads nowhere, and no pattern names a node its grammar lacks; Python is read by its
    lines.
    """
    assert set(LANGUAGE_BY_SUFFIX.values()) == {*QUERIES, "python"}
    assert all(make_parser(language) for language in QUERIES)
    assert make_parser("klingon") is None


def test_a_definition_has_its_lines_kind_and_signature():
    """The signature is one line, up to the body, however it is written."""
    text = b"@deco\nclass A(B,\n        C):\n    async def m(self,\n            x=1) -> int:\n        return 1\n"
    a, m = extract_symbols("a.py", text)

    assert ("A", "class", 2, 6, "class A(B, C):", 0) == (
        a.name,
        a.kind,
        a.line,
        a.end_line,
        a.signature,
        a.depth,
    )
    assert ("A.m", "method", 4, 6, "async def m(self, x=1) -> int:", 1) == (
        m.name,
        m.kind,
        m.line,
        m.end_line,
        m.signature,
        m.depth,
    )


@settings(deadline=None)  # the first file of a language loads its grammar
@given(st.binary(max_size=200), st.sampled_from(sorted(CODE)))
def test_any_bytes_have_symbols_or_none(data, path):
    """Nothing crashes on half a file."""
    lines = data.count(b"\n") + 1

    assert all(
        1 <= symbol.line <= symbol.end_line <= lines + 1 for symbol in extract_symbols(path, data)
    )


@pytest.mark.long
@pytest.mark.parametrize("path", ["a.sh", "a.kt", "a.scala", "a.js"])
def test_a_parser_that_takes_too_long_is_stopped(path):
    """Some grammars need minutes for 60 kB of this."""
    assert isinstance(extract_symbols(path, b"x=(" * 20_000), tuple)


def test_a_busy_machine_costs_no_definitions():
    """What stops the parser is its own work, not the time in which others had the CPU."""

    class Slow(bytes):
        def __getitem__(self, index):
            sleep(0.03)
            return bytes(self)[index]

    assert parse("go", Slow(b"package a\n\nfunc f() {}\n" * 200), timeout_s=0.02)


# --- files and words
# ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/a.py", "code"),
        ("src/_pytest/fixtures.py", "code"),
        ("sympy/testing/runtests.py", "code"),
        ("web/latest.ts", "code"),
        ("Makefile", "text"),
        ("conf/a.yml", "text"),
        ("docs/conf.py", "docs"),
        ("README.md", "docs"),
        ("tests/a.py", "test"),
        ("testing/a.py", "test"),
        ("pkg/a_test.go", "test"),
        ("src/a.spec.ts", "test"),
        ("src/ATest.java", "test"),
        ("conftest.py", "test"),
        ("vendor/a.go", "foreign"),
        ("a.min.js", "foreign"),
        ("package-lock.json", "foreign"),
        ("api_pb2.py", "foreign"),
    ],
)
def test_the_path_tells_what_a_file_is_for(path, kind):
    """Code, text, docs, tests, and what somebody else wrote."""
    assert kind == kind_of(path)


def test_names_are_split_as_people_read_them():
    """Camel, snake and capitals; endings cut; the whole name stays."""
    assert ["get", "user", "list", "getuserlist"] == list(split_terms("getUserList"))
    assert ["http", "server", "2", "httpserver_2"][:2] == list(split_terms("HTTPServer_2"))[:2]
    assert (
        list(split_terms("raises")) == list(split_terms("raised")) == list(split_terms("raising"))
    )


@pytest.mark.parametrize(
    ("title", "body", "asked"),
    [
        ("Fix the cart (#12)", "Merge pull request 12 from ada/topic", {"cart"}),
        (
            "fixed: a cart",
            "(cherry picked from commit abc)\nSigned-off-by: Ada <ada@example.org>",
            {"cart"},
        ),
        ("feat(cart): total", "", {"cart", "total"}),
        ("Fixtures of carts", "", {"fixtur", "cart"}),
        ("Fix", "", set()),
    ],
)
def test_noise_of_commit_messages_is_not_asked_for(title, body, asked):
    """That it fixes, of which kind it is, who merged it: the code knows nothing of that."""
    assert asked == set(parse_query(title, body).terms)


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_issue_is_a_query(title, body):
    """Weights are positive, whatever people write."""
    assert all(weight > 0 for weight in parse_query(title, body).terms.values())


@pytest.mark.parametrize("piece", ["a.", "a_", "`", "```", "aB", "./", "a-", "_", "a.a ", "\\"])
def test_hostile_issues_are_read(piece):
    """No pattern backtracks over a long body: one that does is stopped as a test that hangs."""
    assert all(weight > 0 for weight in parse_query(piece * 20_000, piece * 20_000).terms.values())


# --- find_symbol, layout
# --------------------------------------------------------------------------------


def test_a_name_is_found_where_it_is_defined_and_used():
    """With lines and signatures; ours before tests before what is vendored."""
    answer = find_symbol(shop(), "Cart.total")

    assert (
        "Definitions of Cart.total:\n"
        "  shop/cart.py:2-3 method Cart.total: def total(self):\n"
        "Other lines with total:\n"
        "  README.md:3: A cart with a total.\n"
        "  shop/app.py:5: return Cart().total()\n"
        "  tests/test_cart.py:5: assert Cart().total() == 0\n"
        "  vendor/cart.py:1: class Cart: total = 1"
    ) == answer


def test_an_unknown_name_is_nowhere():
    """Said in so many words."""
    assert "Definitions of nope: none.\nOther lines with nope: none." == find_symbol(shop(), "nope")


def test_the_answer_is_bounded():
    """And says how much was left out."""
    many = {f"m{n}.py": "def same():\n    return same()\n" for n in range(100)}
    answer = find_symbol(shop(**many), "same")

    assert "... and 80 more" in answer
    assert "... and 40 more" in answer
    assert len(answer.split("\n")) < 90


def test_a_layout_shows_all_that_fits():
    """Folders first, in order, whatever the order of the paths."""
    paths = ["b/x/1.py", "b/2.py", "a.py", "b/x/0.py"]

    assert (
        "b/\n  x/\n    0.py\n    1.py\n  2.py\na.py"
        == render_layout(paths, 1_000)
        == render_layout(paths[::-1], 1_000)
    )


def test_a_layout_keeps_large_folders_closed():
    """A closed folder tells how many files it holds."""
    paths = ["a.py", "small/b.py", *(f"large/{n}.py" for n in range(1_000))]

    assert "large/ (1000 files)\nsmall/\n  b.py\na.py" == render_layout(paths, 60)


def test_a_layout_opens_only_the_folders_that_are_meant():
    """And those that lead there."""
    paths = ["a/b/c/1.py", "a/b/2.py", "a/x/3.py", "d/4.py"]

    assert "a/\n  b/\n    c/ (1 file)\n    2.py\n  x/ (1 file)\nd/ (1 file)" == render_layout(
        paths, 1_000, ["a/b"]
    )


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=30),
    st.integers(0, 200),
)
def test_a_layout_never_exceeds_its_limit(paths, limit):
    """Not by a character."""
    assert len(render_layout(paths, limit)) <= limit


def test_only_code_has_a_language():
    """By suffix, by name, or not at all."""
    assert ["python", "tsx", "ruby", None, None] == [
        language_of(path) for path in ("a/B.PY", "x.tsx", "Rakefile", "README.md", "Makefile")
    ]
