"""`greenlit fill`: the code of a marked place is written there, and has to fit."""

import subprocess
from io import StringIO

import pytest
from rich.console import Console

from bot.cli.fill import FillOptions, fill_marked_place
from bot.cli.refactor import print_changes
from bot.cli.workspace import Workspace
from bot.edits.marked_place import find_marked_place
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.search.place_context import find_place_context
from bot.settings import SolveSettings
from tests.stage import Say, script

CART = """\
import json

from shop.tax import add_tax


class Cart:
    def __init__(self, prices):
        self.prices = prices

    def total(self):
        # TODO: sum the prices, with tax
        raise NotImplementedError


def dump(cart):
    return json.dumps(cart.prices)
"""
TAX = 'def add_tax(price):\n    """Add a fifth."""\n    return price * 1.2\n'
BROKEN = ("fill_place", {"code": "return add_tax(sum(self.prices)"})
PUT_OFF = ("fill_place", {"code": "# TODO: sum them\npass"})
RIGHT = ("fill_place", {"code": "```python\nreturn add_tax(sum(self.prices))\n```"})
READ: Say = ("read_place", {})
STRING = 'def f():\n    a = """\nx\n"""\n'


@pytest.fixture
def folder(tmp_path):
    """A folder with a cart whose total is missing."""
    root = tmp_path / "shop-repo"
    (root / "shop").mkdir(parents=True)
    (root / "shop/cart.py").write_text(CART)
    (root / "shop/tax.py").write_text(TAX)
    return root


@pytest.fixture
def fill(folder, capsys):
    """Fill a place in this conversation; gives the exit code, what is told, and the diff."""

    def act(*turns, place="shop/cart.py:12", refused=(), repo=folder, **options):
        play = script(*turns, opening="write the code of the marked place", refused=refused)
        double = ClaudeDouble(play.model_copy(update={"about": ""}), pace=0)
        told = StringIO()
        with serve_claude(double) as url:
            given = {"anthropic_api_key": "k", "anthropic_url": url, "sandbox": "none"}
            code = fill_marked_place(
                Console(file=told, width=200),
                lambda: SolveSettings(**given),
                FillOptions(repo, place, **options),
            )
        return code, told.getvalue(), capsys.readouterr().out, double.requests

    return act


@pytest.mark.served
def test_a_place_is_filled_once_the_code_fits(fill, folder):
    """What does not parse there, or puts the work off, comes back; the right code replaces the
    placeholder, as a diff, and is written when asked to.
    """
    code, told, diff, requests = fill(
        [READ], [BROKEN], [PUT_OFF], [RIGHT], refused=("fill_place",), write=True
    )
    answers = [str(request.body["messages"][-1]["content"]) for request in requests]
    written = (folder / "shop/cart.py").read_text()

    assert 0 == code
    assert "Written. Nothing is committed." in told
    assert "4 turns of" in told
    assert "+        return add_tax(sum(self.prices))\n" in diff
    assert "def total(self):\n        return add_tax(sum(self.prices))\n\n\ndef dump" in written
    for shown in (
        "| # TODO: sum the prices, with tax",
        "in the place of the lines 11 to 12, indented by 8 characters.",
        "The definition around it, shop/cart.py:6:",
        "| from shop.tax import add_tax",
        "| 7: def __init__(self, prices)",
        "Used there: shop/tax.py:1:",
    ):
        assert shown in answers[1]
    assert "It does not fit, so nothing is changed." in answers[2]
    assert "shop/cart.py:10: `total` does nothing. Write its body" in answers[3]


def test_a_diff_is_in_the_files_own_encoding(tmp_path, capfdbinary):
    """So git applies it; of what git takes for binary it is said that there is none."""
    (tmp_path / "a.py").write_bytes("# \u00fcber\nx = 1\n".encode("latin-1"))
    (tmp_path / "b.py").write_bytes("x = 1\n".encode("utf-16"))
    workspace = Workspace(tmp_path)
    print_changes(workspace, {path: workspace[path].replace("1", "2") for path in workspace}, {})
    shown = capfdbinary.readouterr()
    apply = ["git", "apply", "--unsafe-paths", f"--directory={tmp_path}", "-"]
    done = subprocess.run(apply, input=shown.out, cwd="/", capture_output=True, check=False)

    assert (0, b"") == (done.returncode, done.stderr)
    assert "# \u00fcber\nx = 2\n".encode("latin-1") == (tmp_path / "a.py").read_bytes()
    assert b"Not shown. b.py is UTF-16" in shown.err


@pytest.mark.served
def test_a_place_that_stays_empty_changes_nothing(fill, folder):
    """The model stops, or what it writes never fits; wrong use is told before it is asked."""
    code, told, diff, _ = fill([READ], *[[BROKEN]] * 5, refused=("fill_place",))

    assert (1, "") == (code, diff)
    assert "Not filled. What it wrote did not fit the place" in told
    assert CART == (folder / "shop/cart.py").read_text()
    (folder / "link.py").symlink_to(folder / "shop/tax.py")
    for place, problem in (
        ("shop/cart.py", "shop/cart.py names no line of a file. For example: greenlit fill shop/"),
        ("shop/cat.py:1", "There is no file shop/cat.py in "),
        ("shop/cart.py:99", "shop/cart.py has the lines 1 to 16."),
        ("shop/cart.py:0", "shop/cart.py has the lines 1 to 16."),
        (f"shop/cart.py:{'9' * 5_000}", "names no line of a file."),
        ("", "What is empty names no line of a file."),
        (f"{'a' * 300}.py:1", ".py cannot be read: File name too long."),
        ("link.py:1", "link.py is a symbolic link, and none is followed: name the file."),
    ):
        code, told, _, requests = fill(place=place)

        assert (2, []) == (code, requests)
        assert problem in told


@pytest.mark.parametrize(
    ("path", "text", "line", "code", "filled"),
    [
        ("a.py", "def f():\n    pass\n", 2, "return 1", "def f():\n    return 1\n"),
        ("a.py", "def f():\n    ...  # later\n", 2, "return 1\n", "def f():\n    return 1\n"),
        ("a.py", "def f():\n", 1, "return 1", "def f():\n    return 1\n"),
        ("a.py", "a = 1\nb = 2\n", 1, "c = 3\nd = 4", "a = 1\nc = 3\nd = 4\nb = 2\n"),
        ("a.py", "if a:\n\n    b()\n", 2, "c()", "if a:\n    c()\n    b()\n"),
        ("a.py", "a = 1", 1, "b = 2", "a = 1\nb = 2\n"),
        ("a.py", "", 1, "a = 1", "a = 1\n"),
        ("a.py", "def f():\r\n    pass\r\n", 2, "a()\nb()", "def f():\r\n    a()\r\n    b()\r\n"),
        ("a.py", "def f():\n    pass\n", 2, '    a = """\nx\n"""', STRING),
        ("a.go", "func f() {\n\t// TODO\n}\n", 2, "return", "func f() {\n\treturn\n}\n"),
        ("a.go", "func f() {\n}\n", 1, "return", "func f() {\n\treturn\n}\n"),
        (
            "a.js",
            "/**\n * Say.\n */\nfunction g() {\n  return 1\n}\n\nfunction f() {\n}\n",
            8,
            "return 2",
            "/**\n * Say.\n */\nfunction g() {\n  return 1\n}\n\nfunction f() {\n  return 2\n}\n",
        ),
        ("a.rs", "fn f() {\n  todo!()\n}\n", 2, "1", "fn f() {\n  1\n}\n"),
        ("a.ts", "f(() => {\n  g()\n})\n", 1, "h()", "f(() => {\n  h()\n  g()\n})\n"),
    ],
)
def test_code_goes_to_its_place(path, text, line, code, filled):
    """A placeholder goes, another line stays before it; indents and line ends are the file's."""
    assert filled == find_marked_place(path, text, line).fill(code)


def test_what_stands_around_a_place_is_found():
    """In any language with a grammar, as far as it goes; in others there is nothing."""
    files = {
        "src/cart.ts": 'import { tax } from "./tax"\n\nexport class Cart {\n  add() {}\n  total() {\n    return tax(1)\n  }\n}\n',
        "src/tax.ts": "export function tax(a: number) {\n  return a\n}\n",
        "notes.txt": "a\n",
    }
    context = find_place_context("src/cart.ts", 6, files)

    assert ["src/cart.ts:3"] == [place for place, _ in context.enclosing]
    assert ('import { tax } from "./tax"',) == context.imports
    assert ["src/tax.ts:1"] == [place for place, _ in context.used]
    assert ((), (), (), ()) == tuple(
        getattr(find_place_context("notes.txt", 1, files), name)
        for name in ("enclosing", "imports", "siblings", "used")
    )
