"""Find in a document what was to be written and is not."""

from __future__ import annotations

import re

HINT = re.compile(
    r"todo|tbd|coming soon|lorem ipsum|fill|insert|your|here|rest of|unchanged|placeholder|to be ",
    re.IGNORECASE,
)
SIGN = re.compile(
    r"^[\s>*#-]*(?:todo|tbd|fixme)(?::.*|\s*[.)-].*)$|^[\s>*-]*(?:TODO|TBD|FIXME)$"
    r"|^[\s>*#-]*_?\(?(?:documentation |more |details |examples? |this section (?:is )?)?coming"
    r" soon\b.{0,12}$"
    r"|^[\s>*#-]*lorem ipsum\b"
    r"|[\[<{(](?:add|insert|describe|write|fill in|put|enter) [\w ,'/-]{2,60}(?:here)?[\]>})](?!\()"
    r"|^[\s>*#-]*\[?(?:your|the) [\w ]{2,40} (?:goes )?here\]?\W*$"
    r"|^[\s>*#-]*\(?(?:the )?rest of (?:the |this )?(?:file|document|section|readme)\b.{0,20}"
    r"\b(?:unchanged|same|as before)\b"
    r"|^[\s>*#_-]*(?:this section )?(?:is )?to be (?:written|added|documented"
    r"|completed|done)[\W_]*$",
    re.IGNORECASE,
)


def find_document_sign(line: str) -> str:
    """Say what is wrong with a line that stands in for text not written; else empty."""
    if HINT.search(line) and SIGN.search(line):
        return "This is not written yet"
    return ""
