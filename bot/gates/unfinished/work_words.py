"""Tell whether a comment where hardly any code follows speaks of work that is still to be done.

Where code follows, it may explain that; here only its grammar is asked: an order, work with a
modal verb, a lack until some time, a word to the reader, an assumption.
"""

from __future__ import annotations

import re

# What code is written to do.
DEED = (
    r"(?:accept|access|acquire|activate|add|aggregate|align|allocate|allow|analy[sz]e|apply"
    r"|archive|assemble|assert|assign|attach|authenticate|authori[sz]e|average|backup|bind"
    r"|block|blur|broadcast|build|calculate|call|cancel|capture|charge|check|choose|classify"
    r"|clean(?: up)?|clear|close|cluster|collect|combine|compare|compile|compose|compress"
    r"|compute|confirm|connect|construct|convert|copy|count|create|crop|cut|debit|decode"
    r"|decompress|decrypt|deduct|deduplicate|delete|deliver|deploy|dequeue|deserialize|detect"
    r"|determine|diff|disable|discover|dispatch|display|distribute|download|draw|drop|emit"
    r"|enable|encode|encrypt|enforce|enqueue|ensure|erase|estimate|evaluate|evict|examine"
    r"|execute|expand|expire|export|extract|fetch|fill|filter|find|flag|flatten|format|forward"
    r"|gather|generate|geocode|get|grant|group|handle|hash|highlight|import|increment|index"
    r"|infer|insert|inspect|install|integrate|interpolate|invalidate|invoke|issue|iterate|join"
    r"|launch|link|list|listen|load|locate|lock|log|look(?: ?up)?|make|map|mark|match|measure|merge"
    r"|migrate|modify|mount|move|navigate|normali[sz]e|notify|obtain|open|optimi[sz]e|order"
    r"|pack|paginate|parse|partition|perform|persist|pick|play|poll|populate|post|prepare"
    r"|process|produce|prune|publish|pull|push|put|query|queue|quote|rank|read|rebuild"
    r"|recalculate|receive|recommend|reconcile|record|recurse|redirect|refresh|refund|register"
    r"|reject|release|reload|remove|rename|render|renew|replace|replay|report|request|reserve"
    r"|reset|resi[zs]e|resolve|restart|restore|retrieve|retry|revoke|rollback|rotate"
    r"|route|run|sanitize|save|scale|scan|schedule|score|search|seed|select|send|serialize"
    r"|serve|set(?: ?up)?|shorten|show|shuffle|sign|simplify|simulate|slugify|solve|sort|spawn"
    r"|split|start|stop|store|stream|subscribe|subtract|sum|summari[sz]e|swap"
    r"|sync(?:hroni[sz]e)?|tokeni[sz]e|track|train|transcode|transfer|transform|translate"
    r"|transpose|traverse|trigger|trim|truncate|unpack|unsubscribe|unzip|update|upgrade|upload"
    r"|use|validate|verify|visit|wait|walk|wrap|write|zip)"
)
WORK_NOUN = (
    r"(?:logic|implementation|code|integration|support|handling|processing|lookup|query|request"
    r"|calculation|computation|decoding|encoding|parsing|validation|rendering|ranking|rollout"
    r"|recursion|algorithm|delivery|extraction|resolution|job|call|checks?|loop|strategy|details"
    r"|fetching|sorting|sending|sync|formatting|conversion|detection|generation|persistence)"
)
WISHED = r"(?:would|should|could|needs? to|ha(?:s|ve) to)"
ADDED = (
    r"(?:done|added|integrated|implemented|handled|wired|hooked|plugged|replaced|filled|supported)"
)
NOW = (
    r"(?:currently|for now|for the (?:moment|time being)|at the moment|at present|at this stage"
    r"|so far|as of now|right now|yet)"
)
TIME = (
    rf"(?:{NOW}|until|till|as long as|once (?!per\b)\w+ \w+|as soon as|some ?day|one day"
    r"|eventually|at some point|later(?! on)|soon|tomorrow|when there's time)"
)
LACK = (
    r"(?:no|without|missing|lacks?|lacking|pending|only|any|hooked|wired|plug\w*|integrate\w*|integration"
    r"|connect\w*|out of reach|unavailable|comes|wire|hook|configured)"
)
# An order: what a person would do, and the code does not.
ORDER = re.compile(
    rf"^(?:todo:? |step \d\W+|\d+[.)]\s*|then |first |finally )?(?!accept\b){DEED}\b"
    r"(?! (?:to|by|from|in|for)\b)"
    r"|^(?:select|insert|update|delete) (?:\*|\w+(?:, ?\w+)*|into|from)\b"
    rf"|^(?:[\w'/-]+ ){{0,4}}{WORK_NOUN}(?: (?:here|omitted|pending|goes here))?\W*$"
)
SIGN = re.compile(
    r"^(?:hook|wire|plug|swap|bring) "
    # Work with a modal verb, and where it would be.
    rf"|\b{WISHED} (?:\w+ly )?(?:go|come|happen|live|{DEED}|be \w+ed)\b"
    rf"|\b(?:will|must|may|might|can|gets?) be {ADDED}\b|\bto be {ADDED}\b"
    r"|\b(?:belongs?|goes|lands?|comes?|follows?|needed)(?: in)?(?: right)? (?:here|next)\b"
    r"|\bto follow\W*$|\bnot in place\W*$|\bstill (?:missing|to \w+|needs?|pending)\b"
    r"|\b(?:integration|support|implementation|logic) (?:is )?(?:pending|missing|outstanding)\b"
    # A lack until some time.
    rf"|\b{TIME}\b.*\b{LACK}\b|\b{LACK}\b.*\b{TIME}\b|(?:n't|\bnot)\b.*\b{NOW}\b"
    rf"|\b{NOW}\b.*(?:n't|\bnot)\b"
    r"|\buntil (?:the|an?|we|there)\b.*\b(?:lands?|exists?|arrives?|settle|decide|choose|pick|ready"
    r"|available|provider|client|feature|implemented|integrated|set up|in place)\b"
    # The reader.
    r"|\byour?(?:'d|'ll|s|rs)?\b|\bas (?:needed|necessary|required|appropriate)\b"
    r"|\bdepends? on (?:the|what|which|how)\b.*\b(?:library|backend|provider|framework|api)\b"
    r"|\b(?:is|are|was|were) (?:left|put) (?:aside|out|off|for)\b|\bsubstitute\b"
    # What stands for the real.
    r"|^(?:\w+: )?accepts? (?:every|any|all)"
    r"|^(?:we )?(?:assume[sd]?|assuming|suppose|pretend\w*)\b"
    rf"|\b(?:proper|real|actual|full|complete|true) (?:\S+ ){{0,3}}{WORK_NOUN}\b"
    r"|\bhard-?cod\w+|\b(?:good |is |are )enough\b|\b(?:plausible|made-up|example|sample|canned)"
    r" (?:\w+ )?(?:values?|figures?|data|numbers?|prices?|results?|answers?)\b"
    r"|\bpart of this (?:answer|sample|example|snippet|sketch|task|exercise)\b"
)
# Why nothing is to be done; and what must have been or cannot be; and code.
EXPLAINS = re.compile(
    r"\b(?:never|always|nothing|ignor\w+|already|no-?op|by design|on purpose|intentional\w*"
    r"|deliberate\w*|because|since|so|otherwise|unless|fall ?(?:s )?(?:back|through)|default\w*"
    r"|unreachable|impossible|expected|cannot|can't|don't|do not|doesn't|does not|won't|will not"
    r"|should not|shouldn't|must not|isn't an? |not an? |swallow|best effort|gone|upstream|legacy"
    r"|compat\w*|deprecat\w+|subclass\w*|overrid\w+|elsewhere|caller|keep|see|instead|except|but"
    r"|none|probably will|https?)\b"
    r"|^(?:i|if|when|in case|for|else|not|no|only|there|it|they|this (?:is|was)|who|what)\b"
    r"|\w\(|\w_\w|^[-@*<]"
)

MAX_CHARS = 100  # a longer sentence explains


def gives_order(sentence: str) -> bool:
    """Tell whether the sentence says what is to be done, as an order or by a noun."""
    text = sentence.lower()
    return bool(ORDER.search(text)) and not EXPLAINS.search(text)


def speaks_of_work(sentence: str) -> bool:
    """Tell whether the sentence names work that is still to be done, and no reason against it."""
    text = sentence.lower()
    return len(text) <= MAX_CHARS and bool(SIGN.search(text)) and not EXPLAINS.search(text)
