"""Find in the sentence of a comment that code is missing."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.gates.unfinished.work_words import DEED

_DOTS = r"(?:(?<!\.)\.{3,}(?!\.)|\u2026)"
_PARTS = (
    r"(?:code|methods?|functions?|class(?:es)?|imports?|tests?|implementations?|contents?|files?"
    r"|body|bodies|lines|logic|fields|routes?|endpoints?|handlers?|cases?|commands?|components?"
    r"|properties|parts?|steps?|checks?|rows?|entries|items|options|elements|sections?|rules?"
    r"|definitions?|columns?|types?|queries|parsers?|branches|helpers?|modules?|operations?|states?"
    r"|settings?|tables?|getters|setters|constructors?|operators?|variants?|keys|values|arms)"
)
_WORK = (
    r"(?:implementation|logic|code|function|method|stub|body|response|results?|data|query|version"
    r"|calculation|computation|algorithm|check|handler|values?|list|call|service|library|client)"
)
_MADE = r"(?:implementation|logic|stub|body|response|results?|data)"
_UNREAL = (
    r"(?:placeholder|dummy|mock(?:ed|up)?|fake|stub(?:bed)?|simulated|temporary|made-up|hard-?coded"
    r"|toy|canned)"
)
_REAL = r"(?:real|actual|true|full|proper|complete|production|live)"
_THING = (
    r"(?:world|life|application|apps?|implementation|system|scenario|service|project|setting"
    r"|environment|deployment|product|program|database|api|version|server|bot|game|setup|tool|code)"
)
_TASK = (
    r"(?:implement\w*|fill|complete this|finish (?:this|me)|write (?:this|me|the (?:code|logic"
    r"|body))"
    r"|your|actual|real|placeholder|stub|everything|logic|the rest)"
)


class CommentSign(NamedTuple):
    """Words that show that code is missing, what they say of it, and whether they are sure."""

    pattern: re.Pattern[str]
    what: str
    is_sure: bool = True


def _sign(what: str, *patterns: str, is_sure: bool = True) -> CommentSign:
    return CommentSign(re.compile("|".join(patterns)), what, is_sure)  # of small letters


OMITTED = "Code was left out here"
PUT_OFF = "This work is put off"
PRETENDS = "This stands for the real work"
SIGNS = (
    _sign(
        OMITTED,
        rf"^{_DOTS}\s*(?:\(|and )?(?:the )?(?:all )?(?:rest|existing|remaining|remainder|other|same"
        r"|previous|more|similar|additional|further|unchanged|omitted|snip|implementation|etc"
        rf"|continued|and so on)\b[^.]{{0,50}}(?:$|{_DOTS})",
        rf"{_DOTS}[^\w.]*(?:rest|existing|remaining|other|previous|unchanged)\b.{{0,40}}{_DOTS}",
        r"\b(?:omitted|skipped|elided|truncated|shortened|abbreviated|left out|not shown|trimmed)\b"
        r".{0,30}\bfor (?:brevity|clarity|simplicity|space|readability|now)\b",
        r"\bfor brevity\b.{0,60}\b(?:omit|skip|only|just|not shown|left out|leave out|stop)",
        r"\b(?:the |all )?(?:rest|remainder)\b(?: of (?:the |this )?\w+(?: \w+)?)?[\s,:-]*\b(?:is "
        r"|are |remains? |stays? |goes |go )?(?:unchanged|(?:the )?same\b(?! (?:as|way))|as before"
        r"|as is|omitted|here\b|not shown|left out)",
        rf"^\W*(?:the |all )?(?:other|remaining|existing|previous|original) (?:\w+ )?{_PARTS}"
        r" (?:(?:is|are|stays?|remains?) )?(?:unchanged|the same\b|as (?:before|is)|omitted|here\b"
        rf"|not shown|go(?:es)? here|follow|{_DOTS})",
        rf"^\W*(?:[\w-]+,? (?:and )?){{0,4}}{_PARTS} (?:are |is |stay |remain )?(?:unchanged|as"
        rf" before"
        r"|stay the same|not shown)\W*$",
        r"^\W*(?:(?!(?:is|are|be|can|may|was|were|if|when)\b)[\w-]+,? ){1,6}(?:omitted|elided"
        r"|snipped|ditto)\W*$|: ditto\W*$",
        r"\b(?:omitted|left out|elided|skipped) to keep (?:the|this|it)\b.{0,30}"
        r"\b(?:short|simple|small|brief|readable)\b",
        r"\b(?:works?|behaves?|handled|goes?) (?:analogously|likewise|similarly)\W*$",
        rf"^{_DOTS}\s*(?:[a-z]\w+(?: \w+)?, )+(?:and |or )?[a-z]\w+\.?$",
        rf"^{_DOTS}\s*(?:plus|up to|through|down to|likewise|similarly)\b",
        r"^(?:[\w-]+,? ){2,8}etc\.? (?:stay|remain|follow|go|come|unchanged)\b",
        r"\b(?:identical to|same as in) the (?:previous|earlier|original|old|last|first|existing)"
        r" (?:version|file|code|answer|snippet|example)\W*$",
        rf"\b{_PARTS} (?:is |are )?(?:the )?same as (?:in|above|before|for)\b",
        rf"^\W*(?:\[|\(|<)?(?:existing|previous|remaining|rest of(?: the)?) (?:\w+ )?{_PARTS}\W*$",
        r"\b(?:other|more|additional|further|remaining) [\w ,/-]{0,40}\b(?:go(?:es)?|come|would go"
        r"|(?:can|would|will|could|should|to) be \w+|are added)\b.{0,8}\bhere\b",
        r"\b(?:similarly|likewise|the same|same|repeat(?: this| the above)?|and so on|etc\.?) for"
        r" (?:(?:all )?(?:the )?(?:other|rest|remaining|others)\b)",
        r"\b(?:handle|do|treat|add|process|implement) (?:all )?(?:the )?(?:other|rest|remaining)\b"
        r".{0,30}\b(?:the same way|similarly|likewise|analogously)\b",
        rf"^(?:and )?(?:the )?(?:other|more|remaining|additional|further) (?:\w+"
        rf" )?{_PARTS}\s*{_DOTS}"
        rf"|^and (?:the )?(?:other|more|remaining) (?:\w+ )?{_PARTS}\W*$",
        r"^(?:continue|proceed|go on) (?:with|for|adding) (?:the )?(?:other|rest|remaining|more)\b",
        r"\bcode continues\b|^keep (?:the |all |your )?(?:existing|previous|original|other) (?:code"
        r"|imports|methods|functions|implementation|tests|routes)\b",
        r"\bsee (?:the )?(?:full|complete|original|actual) (?:implementation|code|file|source)\b",
        r"\b(?:snip(?:ped)?|to be continued|continued (?:below|in the next))\b\W*$",
    ),
    _sign(
        PUT_OFF,
        rf"\b(?:todo|fixme|xxx|tbd)\b.{{0,24}}\b{_TASK}\b",
        r"^\W*(?:todo|fixme|xxx|tbd)\W*$",
        r"^(?:\W|this (?:method |function |feature |part |is )*)*(?:not (?:yet )?implemented(?:"
        r" yet)?"
        r"|unimplemented|no implementation)\W*$",
        r"\bnot (?:yet implemented|implemented yet)\b\W*$",
        r"\bnot (?:yet )?(?:wired|hooked|connected|written|finished|integrated)\b[\w"
        r" ]{0,12}\byet\W*$",
        r"(?<!never )\b(?:to|should|must|will|needs? to|has to|can) be (?:implemented|filled in"
        r"|written)"
        r"(?: here| later| soon| yet| in (?:the )?(?:future|next)\b.{0,20})?\W*$",
        r"\b(?:is|are) still to be (?:written|done|added|implemented)\b",
        r"(?:^|\b(?:please|to|must|should|needs?) )implement (?:this|me|it|here|later|the"
        r" (?:actual|real|rest|logic|body|missing))\b",
        r"^implement (?:[\w-]+ ){0,4}(?:logic|here|later)\b",
        rf"\b{_WORK} (?:(?:would |will |should )?(?:go(?:es)?|comes?) here|goes below|to follow"
        r"|pending|needed here|omitted|is missing)\b",
        rf"\byour (?:own )?(?:\w+ )?{_WORK} (?:goes )?here\b",
        r"^\W*your (?:[\w-]+ ){0,3}(?:code|logic|commands?|implementation|routes|content"
        r"|solution)\W*$",
        r"\b(?:add|put|insert|write|place|enter) your .{0,40}\b(?:here|below)\b",
        r"\badd (?:more|other|additional|further|the (?:actual|real|rest|remaining)) [\w ,/-]{0,40}"
        r"\b(?:here|as needed|as required|later)\b",
        r"^add (?:the |all )?(?:rest|remaining|others)\b",
        r"\b(?:left|leave it|remains) (?:out )?as an? exercise\b|\bexercise (?:for|to) the"
        r" reader\b",
        r"\bfill (?:this|me|it) in\b|\bfill in (?:the )?(?:rest|details|blanks?|logic"
        r"|implementation"
        r"|body|code|here|later)\b",
        r"\bauto-?generated (?:method|function|constructor|catch) (?:stub|block)\b",
        r"\b(?:skip(?:ped|ping)?|leav\w+ (?:out|empty|blank|this)) [\w ]{0,20}for now\b",
        r"\bcoming soon\b|\bunder construction\b|\bwork in progress\b\W*$",
        r"\bto be (?:done|added|completed|written) (?:later|soon|in (?:the )?future)\b",
        r"\bwould be implemented\b|\bnot implemented in this (?:demo|example|mock-?up|version"
        r"|sketch"
        r"|prototype|sample)\b",
        r"^(?!.*\b(?:otherwise|if|because|since|so|without|else|unless|or)\b).{0,60}\bwould be"
        r" (?:saved"
        r"|stored|persisted|fetched|loaded|sent|queried|read) (?:to|in|from|via|by|with)\b",
        r"^\W*(?:[\w'-]+ ){1,4}(?:logic|code|implementation) here\W*$",
        r"^add (?:proper |more |better )?(?:error|exception|input) (?:handling|validation"
        r"|checks?)\b",
        r"\b(?:no-?op|nothing) for now\b|\bdoes nothing yet\b|\bnothing here yet\b",
        r"\bleft (?:blank|incomplete|unimplemented|unfinished)\b",
        r"^\W*(?:incomplete|unfinished|wip|needs? (?:an )?implementation|implementation needed"
        r"|needs? to"
        r" be (?:done|finished|completed)|finish this)\W*$",
        r"\bactual (?:implementation|logic) (?:depends|is left)\b",
        r"^\w+ed (?:from|to|in|by|with) .*\b(?:eventually|one day|some ?day)\W*$",
        r"^(?:do|put|write) (?:something|stuff|the work|your work) here\b",
        r"^(?!.*\b(?:if|when|because|since|not?|any|never|only|(?:we|you|it|this|that)"
        r" (?!point)\w+)\b).*\b(?:should|would|could|will|must|needs? to|has to) (?:happen|go|come"
        r"|live|occur|take place) (?:in )?(?:here|at this point|next)"
        r"(?: at some point| later| eventually| one day)?\W*$",
        r"\b(?:comes?|follows?|arrives?|planned|due) (?:in|with) (?:the|a) (?:next|later|future"
        r"|coming) (?:iteration|sprint|phase|step|milestone|version|release)\b",
        r"\bwe don't have (?:\w+ )?(?:so far|yet)\W*$",
    ),
    _sign(
        PRETENDS,
        rf"\bin (?:an? )?(?:{_REAL}(?:[ -]|/)?){{1,3}}{_THING}\b(?:,? (?:this|we|you|it|one"
        rf"|these)\b"
        r"|.{0,40}(?:'d\b|\b(?:would|should|could|might|must|use|need|call|replace)\b))",
        r"\bin (?:production|reality|practice),? (?:you|we|this|it|one)(?:'d| would| should| could"
        r"| might)\b.{0,30}\b(?:be|come|call|use|query|fetch|replace|connect|read|store|send|load)",
        r"\b(?:this|it|which|you|we) would (?:normally|typically|actually|really|usually"
        r"|eventually)\b"
        r".{0,30}\b(?:call|query|fetch|connect|read|be|come|send|load|use|save|write|hit)",
        r"\b(?:here|this is where),? (?:you|we|one)(?:'d| would| could)\b",
        rf"\b(?:you|we)(?:'d| would) (?:use|call|need|query|want) an? {_REAL}\b",
        rf"^[^@].*\b{_UNREAL} {_MADE}\W*$",
        rf"\b{_UNREAL} {_WORK}\b.{{0,30}}\b(?:for now|until|till|instead|later|yet|to follow|while"
        r"|replace)\b",
        rf"\b(?:static|random|fixed|sample) {_WORK}\b.{{0,30}}\b(?:for now|until|till)\b",
        r"\bplaceholder(?: \w+)? (?:for now|until|to be replaced|:)",
        r"^\W*(?:a |the |just a )?(?:placeholder|stub|dummy|mock|fake)(?: (?:value|data|result"
        r"|for now))?"
        r"\W*$",
        r"\b(?:this|it) is (?:just |only |currently |simply )?an? (?:\w+ )?(?:stub|placeholder|mock"
        r"|dummy)\b",
        r"\bhard-?coded? (?:\w+ ){0,3}(?:for now|until|for (?:the )?(?:demo|moment|example))",
        r"\b(?:stub(?:bed)?|mock(?:ed)?|fak(?:e|ed)|dumm(?:y|ied)) (?:it |out |this )?(?:for now"
        r"|un?til"
        r"|till)\b",
        r"\b(?:don't|do not|no) (?:yet )?have (?:an? |the |any )?(?:api|key|database|access|real"
        r"|actual"
        r"|backend|server)\b.{0,40}\b(?:so|return|use)",
        r"\bsimulat(?:e|es|ed|ing) (?:an? |the |some )?(?:api|network|database|db|async|server|http"
        r"|processing|work|delay|latency|payment|real|success|email|sending|fetch\w*|external"
        r"|backend"
        r"|long|remote|response|request|call|saves?|saving|load\w+|upload|download)\b",
        r"\bfor (?:demo(?:nstration)?|illustrat(?:ion|ive)|showcase|teaching) purposes?\b",
        r"\bfor (?:demonstration|illustration)\W*$",
        rf"\breplace (?:this|it|these|with)\b.{{0,30}}\b(?:{_REAL}|your)\b",
        rf"\b{_REAL} {_WORK} (?:here|goes|would|will|should|later|needed|follows)\b",
        rf"\b(?:{_REAL}) (?:\w+ ){{1,3}}(?:should|must|needs? to|will|has to) be (?:added|done"
        r"|implemented|used)\b",
        r"\b(?:just|simply|only) (?:return|print|log|pretend|assume|accept)\w* .{0,40}\bfor now\b",
        r"\bpretend (?:that |to |we |it )",
        r"\bfor simplicity,? (?:we |this |it |i )?(?:just |simply |only )?(?:return|skip|omit|fake"
        r"|mock|hard|pretend|leave)",
        r"\bin (?:an?|the) (?:real|actual|production)(?:[- ]\w+){1,3}?,? (?:you|we|this|it|one"
        r"|these"
        r"|there)(?:'d| would| should| could| might)\b|\bin production,? would\b",
        rf"\ban? {_REAL}(?:[- ]\w+){{1,3}}? would\b",
        r"^\W*(?:note: )?(?:this is |these are |it is )?(?:just )?(?:an? )?(?:very |highly "
        r"|overly )?"
        r"(?:simplified|simplistic|bare-bones) (?:implementations?|versions?|logic|checks?)\b(?!"
        r" of)",
        r"\b(?:will|would|should|must|to) be replaced (?:with|by) (?:an? |the )?(?:real|actual"
        r"|proper)\b",
        r"\busing (?:mock|fake|dummy|hard-?coded|sample|static|placeholder) (?:data|values?"
        r"|responses?)\b",
        r"^\W*(?:mock|fake|dummy|sample|hard-?coded) data for (?:test(?:ing|s)?|demo|now"
        r"|development)\b",
        r"^\W*(?:just |only )?(?:an? |the )?(?:minimal |bare |empty |simple )?(?:stub|skeleton)"
        r"(?: only| for now| implementation)?\W*$",
        r"^\W*(?:placeholder|mock|dummy|stub|fake) (?:implementations?|logic)\b"
        r"(?! (?:of|class))",
        r"^\W*placeholder for (?:now|the (?:actual|real)|future|[\w ]{0,30}(?:check|logic|call"
        r"|query"
        r"|implementation|integration|calculation|functionality|feature|service))\b",
        r"\b(?:don't|do not|never) (?:do|use) (?:this|it) in production\b|\bnot (?:for production\b"
        r"|production[- ]ready\b)|\bgood enough for (?:the|a|this|now)\b",
        rf"\ba {_REAL} \w+(?: \w+)? (?:is|would be) (?:needed|required)\b",
        r"\bfor this (?:demo|prototype|mock-?up)\b",
        r"(?:^|: )you'd (?:probably |likely |also )?(?:want|have) to\b",
        r"^an? (?:\w+ )?stand-in for\b|\bstand-in \w+\W*$|^(?:an? |the )?[\w-]+ stands? in for\b",
        r"\bin (?:lieu|place) of an? (?:real|actual|proper)\b",
        r"\bbeyond the scope of this (?:example|demo|sample|snippet|answer|task)\b",
        r"^\W*(?:example|sample|made-up|dummy|arbitrary|plausible|fictional|invented) (?:figures?"
        r"|values?|numbers?|prices?|amounts?|results?)\W*$",
        r"\ba (?:full|real|proper|complete) (?:implementation|check|version|solution|\w+er)"
        r" would\b",
    ),
    # What a person may well merge: work that is named, and not yet done.
    _sign(
        PUT_OFF,
        r"^\W*(?:todo|fixme|xxx|tbd)\b",
        r"\b(?:todo|fixme)\b\s*[:(]|^to do:",
        r"^\W*mock(?:ed)? [\w ]{3,30}\W*$|^\W*placeholder for\b",
        r"\bnot \w+ing (?:\w+ )?yet\W*$|\bfor now\W*$",
        r"\btemporary \w+ until\b|\bextend (?:this |it )?as needed\b|\bfor this example\b",
        r"\bfor now,? (?:we |this |it |i )?(?:just |simply |only )?(?:return|skip|ignore|assume"
        r"|leave)",
        is_sure=False,
    ),
)
# What says that code is missing where none follows: the comment closes its block.
DANGLING = (
    _sign(OMITTED, rf"^\W*{_DOTS}\W*$", rf"(?:\w+, ){{2,}}(?:\w+)?\s?{_DOTS}\W*$"),
    _sign(
        PUT_OFF,
        r"^\W*(?:[\w-]+ ){0,4}(?:logic|implementation|code)(?: goes)?(?: here)?\W*$",
        r"^\W*(?:the )?same (?:\w+ )?(?:implementation|logic|code|body|pattern)? ?(?:as|for|in)\b",
        rf"^(?:todo:? )?(?:implement|{DEED})\b[\w' ,()-]{{3,70}}\W*$",
    ),
)
WORK_TO_DO = _sign(PUT_OFF, r"")  # which the place of a comment shows
HINT = re.compile(
    r"stand|scope|in lieu|place|eventually|day|elided|ditto|identical|etc|happen|come|live|occur"
    r"|take|keep|works|behaves|handled|analog|arrive|follow|planned|due|want|need|arbitrary|plausible|fictional|invented"
    r"|\.\.\.|\u2026|todo|fixme|xxx|tbd|brevity|unchanged|omitted|rest\b|remain|existing|previous"
    r"|original|other|more|additional|further|similar|likewise|same|repeat|snip|truncated|continued"
    r"|implement|your|exercise|fill|auto-?gen|skip|coming soon|in progress|to be |here|real|actual"
    r"|production|reality|practice|would|placeholder|dummy|mock|fake|stub|simulat|temporary|made-up"
    r"|hard-?code|toy|canned|sample|purpose|demonstration|illustration|replace|pretend|simplicity"
    r"|for now|skeleton|finish|example|simplif|extend|to do\b|continue|code|incomplete|wip|nothing"
    r"|no-?op|error|demo|bypass|ignor|never|don't|enough|proper|full"
    r"|left|leav|static|random|have|under construction|not |as before|till",
)
QUOTED = re.compile(r"`[^`]*`")
MAX_CHARS = 400  # of a sentence


def find_sign(sentence: str, *, is_dangling: bool) -> tuple[CommentSign, int] | None:
    """Find the first sign that a sentence holds, the surest first, and where in it.

    `is_dangling` says that no code follows in the block. What is quoted as code says nothing.
    """
    text = QUOTED.sub(lambda quoted: "`" * len(quoted[0]), sentence[:MAX_CHARS].lower())
    signs = SIGNS if HINT.search(text) else ()
    for sign in (*signs[:-1], *(DANGLING if is_dangling else ()), *signs[-1:]):
        if match := sign.pattern.search(text):
            return sign, match.start()
    return None
