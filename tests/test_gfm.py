"""The page that tests read is the one that GitHub shows."""

from tests.gfm import Fold, GitHubPage, Task

TEXT = """\
<!-- greenlit:hidden -->
@ada [Greet](https://x.example/2) is open, `@eve` is not asked.
A second line.

- a
- b
  - deeper

1. first

- [ ] open ~~gone~~
- [x] done

> [!WARNING]
> Not green.

<details><summary>The <code>plan</code></summary>

Hidden.

| a | b |
|---|---|
| 1 | 2 \\| 3 |

</details>

### Heading
"""


def test_the_structure_is_read_as_github_renders_it():
    """Lines that show, lists, tables, tasks, links, folds, alerts, headings, and who is called."""
    page = GitHubPage(TEXT)

    assert [
        "@ada Greet is open, @eve is not asked.",
        "A second line.",
        "a",
        "b",
        "deeper",
        "first",
        "open gone",
        "done",
        "[!WARNING]",
        "Not green.",
        "The plan",
        "Heading",
    ] == page.open_lines
    assert [["a", "b deeper"], ["first"], ["open gone", "done"]] == page.lists
    assert [[["a", "b"], ["1", "2 | 3"]]] == page.tables
    assert [Task("open gone", is_ticked=False), Task("done", is_ticked=True)] == page.tasks
    assert [("Greet", "https://x.example/2")] == page.links
    assert [Fold("The plan", "Hidden. a b 1 2 | 3")] == page.folds
    assert [("warning", "Not green.")] == page.alerts
    assert ["Heading"] == page.headings
    assert ["ada"] == page.mentions
    assert ["@eve", "plan"] == page.codes
    assert "hidden" not in page.text


def test_lists_that_join_are_one():
    """A blank line does not end a list: the next one with the same sign is the same one."""
    page = GitHubPage("- a\n\n- [ ] b\n")

    assert [["a", "b"]] == page.lists
    assert 1 == len(page.tasks)
