"""Know the abbreviations of code: a request says "configuration" where the code says `cfg`."""

from __future__ import annotations

from types import MappingProxyType

from bot.search.terms import stem

_GROUPS = """
abs absolute
arg argument
async asynchronous
attr attribute
auth authenticate authentication authorization
cb callback
cfg config configure configuration
cmd command
ctx context
decl declaration
dep dependency
dest destination
dict dictionary
dir directory folder
doc document documentation
elem element
env environment
eq equal equation
err error
eval evaluate evaluation
exec execute
expr expression
fmt format
func function
gen generate generator
ident identifier
idx index
impl implement implementation
info information
init initial initialize initialization
javascript js
lang language
lib library
mat matrix
max maximum
min minimum
msg message
num number
obj object
opt option
param parameter
poly polynomial
prop property
ref reference
regex regexp
rel relative
repo repository
req request
res response
spec specification
src source
stmt statement
str string
sub substitute substitution
temp temporary tmp
ts typescript
util utility
val value
var variable
"""
_SPELLINGS = MappingProxyType(
    {
        stem(word): tuple(dict.fromkeys(map(stem, group.split())))
        for group in _GROUPS.strip().splitlines()
        for word in group.split()
    }
)


def list_spellings(term: str) -> tuple[str, ...]:
    """Return a term with what else code and people call the same."""
    return _SPELLINGS.get(term, (term,))
