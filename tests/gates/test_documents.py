"""Docstrings, READMEs and manuals that a change leaves behind are told, and no others."""

import pytest

from bot.gates import Change
from bot.gates.documents import check_documents, find_gone_names
from bot.gates.documents.documented_parameters import read_documented
from bot.values import GrepMatch

GOOGLE = '''\
def send(text, retries=3{more}):
    """Send a text.

    Args:
        text: What to send.
        retries (int): How often it is tried again.
            Defaults to 3.

    Returns:
        The answer.
    """
'''
NUMPY = '''\
class Sender:
    """Sends texts.

    Parameters
    ----------
    text, retries : object
        What to send, and how often.

    Returns
    -------
    other : int
    """

    def __init__(self, text, retries=3{more}):
        """Begin."""
'''
SPHINX = '''\
def send(text, retries=3{more}):
    """Send a text.

    :param text: What to send.
    :param int retries: How often (default: 3).
    """
'''
JSDOC = """\
/**
 * Send a text.
 * @param {{string}} text What to send.
 * @param {{number}} [retries=3] How often.
 */
export async function send(text, retries = 3{more}) {{
  return text;
}}
"""
STYLES = {"google.py": GOOGLE, "numpy.py": NUMPY, "sphinx.py": SPHINX, "jsdoc.ts": JSDOC}


def find(before, after, mentions=(), name=""):
    """Find what is said of a change, with the lines that mention a name elsewhere."""
    lines = {name: tuple(GrepMatch(path, 7, text) for path, text in mentions)}
    change = Change(before, after, mentions=lines)
    return [(finding.place, finding.text) for finding in check_documents(change)]


@pytest.mark.parametrize("path", STYLES)
def test_a_new_parameter_is_missed_where_all_others_are_documented(path):
    """In each style; one that is named somewhere in the words is documented."""
    before, after = STYLES[path].format(more=""), STYLES[path].format(more=", wait=0")
    ((place, text),) = find({path: before}, {path: after})
    bare = {path: before.replace("text: What", "What").replace("text, retries :", "retries :")}
    some = {path: after.replace("text: What", "What").replace("text, retries :", "retries :")}

    assert place.startswith(f"{path}:")
    assert "describes all of its parameters but the new `wait`." in text
    assert [] == find({path: before}, {path: after.replace("Send", "Wait and send").lower()})
    if path != "jsdoc.ts":
        assert [] == find(bare, some)


@pytest.mark.parametrize("path", STYLES)
def test_a_parameter_that_went_is_documented_no_more(path):
    """In each style, where the signature had it and has it no more."""
    before = STYLES[path].format(more="")
    after = before.replace(", retries=3", "").replace(", retries = 3", "")
    ((_, text),) = find({path: before}, {path: after})

    assert "still describes `retries`, which is gone." in text
    assert [] == find({path: after}, {path: after.replace("Send", "Post")})
    if path.endswith(".py"):
        anything = before.replace("retries=3", "**options")
        assert [] == find({path: before}, {path: anything})


@pytest.mark.parametrize("path", ["google.py", "sphinx.py"])
def test_another_default_is_told_where_the_old_one_is_named(path):
    """A docstring that names the new one follows."""
    before = STYLES[path].format(more="")
    after = before.replace("retries=3", "retries=5")
    told = "says that `retries` is 3 by default, and now it is 5."

    assert [True] == [told in text for _, text in find({path: before}, {path: after})]
    follows = after.replace("Defaults to 3", "Defaults to 5").replace("default: 3", "default: 5")
    assert [] == find({path: before}, {path: follows})


def test_what_is_private_or_generic_is_left_alone():
    """Private functions, tests, functions defined twice, words that stand for many."""
    private = GOOGLE.replace("def send", "def _send")
    for text in (private, GOOGLE.replace("def send", "class _A:\n  def send")):
        assert [] == find({"a.py": text.format(more="")}, {"a.py": text.format(more=", wait=0")})
    twice = GOOGLE.format(more="") + GOOGLE.format(more=", wait=0")
    assert [] == find({"a.py": GOOGLE.format(more="")}, {"a.py": twice})
    assert {} == read_documented("Send.\n\nReturns:\n    text: What.\n")


OPTIONS = 'parser.add_argument("--dry-run")\nparser.add_argument("--quiet")\n'
RENAMED = OPTIONS.replace("--dry-run", "--pretend")


@pytest.mark.parametrize(
    ("name", "before", "after", "line"),
    [
        ("--dry-run", OPTIONS, RENAMED, "    $ send --dry-run a.txt"),
        (
            "APP_RETRIES",
            'x = env["APP_RETRIES"]\n',
            'x = env["APP_TRIES"]\n',
            "| APP_RETRIES | 3 |",
        ),
        (
            "send_text",
            "def send_text(a):\n    pass\n",
            "def post_text(a):\n    pass\n",
            "`send_text`",
        ),
        ("sendText", "x", "y", ""),
        (
            "send_text",
            "def send_text(a):\n    pass\n",
            "x = 1\n",
            ".. autofunction:: app.send_text",
        ),
        ("send_text", "def send_text(a):\n    pass\n", "x = 1\n", "    app.send_text('a')"),
    ],
)
def test_what_went_is_shown_no_more(name, before, after, line):
    """Options, settings and functions that a document still shows as code."""
    change = {"app.py": before}, {"app.py": after}
    told = f"This still shows `{name}`, which the change takes away or renames."
    shown = [("docs/use.md:7", told)] if line else []

    assert shown == find(*change, [("docs/use.md", line)], name)
    for path in ("CHANGELOG.md", "docs/migration.md", "docs/news/1.md"):
        assert [] == find(*change, [(path, line)], name)
    assert [] == find(*change, [("docs/use.md", f"{line} was removed in 2.0.")], name)
    assert [] == find(*change, [("docs/use.md", line), ("other.py", f"x = {line}")], name)


def test_a_changed_document_that_still_shows_it_is_told():
    """With its own line; one that follows is not."""
    before = {"app.py": OPTIONS, "README.md": "# App\n\n`send --dry-run`\n"}
    after = {"app.py": RENAMED, "README.md": "# The app\n\n`send --dry-run`\n"}

    assert ["README.md:3"] == [place for place, _ in find(before, after)]
    follows = {**after, "README.md": "# The app\n\n`send --pretend`\n"}
    assert [] == find(before, follows)


def test_names_that_could_be_anything_are_not_looked_for():
    """Short words, private ones, what another changed file has, what a command line holds."""
    before = {
        "a.py": "def send():\n  pass\ndef _send_it():\n  pass\nrun('--all')\ndef move_it():\n  1\n"
    }
    after = {"a.py": "x = 1\n", "b.py": "def move_it():\n  1\n"}

    assert () == find_gone_names(Change({**before, "b.py": None}, after))
