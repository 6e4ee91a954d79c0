"""Words by which tools tell of an outage that the table does not know one by one.

They count only where an error says them: in what a program printed before they mean little.
"""

from __future__ import annotations

from bot.logs.outage import Outage, define_outage
from bot.values import Action, Category

_SUBJECT = (
    r"(?:connect(?:ion|ing)?|socket|handshake|requests?|response|downloads?|server|gateway|peer"
    r"|network|transport|stream|fetch(?:ing)?|upload|dns|tls|ssl|proxy|lookup|endpoint|client"
    r"|service|host|registry|mirror|remote|cluster|api)"
)
_LOST = (
    r"(?:timed?[ -]?out|refused|reset\b|abort(?:ed)?\b|closed\b|disconnected|unreachable"
    r"|non-properly terminated|unavailable|dropped\b|not responding|INTERNAL_ERROR|GOAWAY"
    r"|too slow)"
)
_FAILED_TO = (
    r"\b(?:could ?n[o']t|could not be|can ?n[o']t|unable to|fail(?:ed|s)? (?:to|for)|error)"
)
_REACH = r"(?:connect|reach|resolve|download|fetch|retrieve|receive|clone|pull|establish)"
_REMOTE = r"(?:\b(?:https?|git|ssh|docker)://|\bremote\b|\bhost\b|\bserver\b|\bmirror)"
_LOGIN = (
    r"(?:credentials?|access key|api[ _-]?key|client[ _-]secret|\bsecrets?|password|keystore"
    r"|\w{0,20}(?:auth|access|api|upload|deploy|bearer|session|security|_)[ _-]?token"
    r"|credential sources?)\b"
)
_UNUSABLE = (
    r"(?:not (?:be )?(?:found|set|provided|supplied|valid|loaded|located|specified)|missing"
    r"|expired|invalid|required|incorrect|denied|revoked)"
)
_GUARDED = r"(?:push|create|upload|access|publish|perform|assume|read|write|merge|deploy)"


def _define(kind: str, action: Action, *patterns: str, category: Category = "infra") -> Outage:
    """Define an outage by words that no marker announces."""
    return define_outage(kind, action, *(("", pattern) for pattern in patterns), category=category)


# The first that matches wins, as in the table.
OUTAGE_WORDS = (
    _define(
        "memory",
        "rerun",
        r"OutOfMemory(?:Error|Exception)|^MemoryError\b|\bsignal SIGKILL\b|\bstd::bad_alloc\b",
        r"\bmemory allocation of \d+ bytes failed|\bCannot allocate memory\b",
        r"(?i)\bout of (?:host )?memory\b|\boom[- ]?kill|\bkilled \(program",
    ),
    _define(
        "hardware",
        "rerun",
        r"\bNo CUDA GPUs are available|\bNVIDIA driver\b|\bno CUDA-capable device",
        r"\bcould not select device driver|\bNo runner matching|\bhardware acceleration\b",
        r"(?i)\b(?:simulator|emulator)\b.*\b(?:fail\w*|error|not found|boot)\b",
    ),
    _define(
        "container",
        "rerun",
        r"\bOCI runtime create failed|\berror during container init|\bfailed to start daemon",
    ),
    _define(
        "setting up",
        "human",
        r"\bUnable to find a destination matching\b",
        r"\bVersion \S+ with arch \S+ not found|\bUnable to find \w+ version\b",
    ),
    _define(
        "permission",
        "human",
        r"\bResource not accessible by|\b[A-Z]\w+ token not found|\bEOTP\b|\bCode: 40[13]\b",
        r"(?i)\berror getting credentials|\bauth failed with\b|\bauthentication failed\b",
        r"\bACTIONS_ID_TOKEN_REQUEST_|\bAADSTS\d+|\bCould not read from remote repository",
        r"\bremote rejected\b|\bCouldn't publish package",
        rf"(?i)\b(?:no valid|invalid|bad|expired|missing|unable to \w+) (?:\w+ )?{_LOGIN}",
        rf"(?i){_LOGIN}.{{0,40}}\b{_UNUSABLE}",
        r"(?i)\bset the [A-Z_]*TOKEN\b|\bNoCredentials|\bneeds? (?:to be logged in|auth)\b",
        rf"(?i)\bnot allowed to {_GUARDED}|\bnot authorized\b|\bunauthori[sz]ed\b",
        r"(?i)\binsufficient permissions?\b|\bPERMISSION_DENIED\b",
        r"(?i)\b(?:protected branch|write access)\b.*(?:fail|not grant)",
        r"(?i)\b(?:HTTP|status|response|error)(?: code)?[ :=(]{0,3}40[13]\b",
        r"(?i)\bno (?:\w+ )?token (?:specified|provided|found|set)\b",
        r"(?i)\btoken required\b|\btokenless\b",
        r"(?i)\b40[13]\)?:? (?:Client Error|Unauthorized|Forbidden)",
        r"(?i)\brequires (?:authentication|login)|\bmust be logged in\b|\blogin failed\b",
    ),
    _define(
        "registry",
        "rerun",
        r"\bcode E50\d\b|\bCannotPullContainer|\bImagePullBackOff|\bErrImagePull",
        r"\bCache service responded with \d|\bUnable to reserve cache\b",
        r"(?i)\bHTTP(?:/[\d.]+)?\b.{0,40}\b(?:429|5\d\d)\b",
        r"(?i)\b(?:status|response|error)(?: code)?[ :=(]{0,3}(?:429|5\d\d)\b",
        r"(?i)\b5\d\d:? (?:Server Error|Internal Server|Bad Gat|Service Unav|Gateway T)",
        rf"(?i){_REMOTE}\S*[:,]? .{{0,60}}\b(?:429|50[0-4]|52\d)\b",
        r"(?i)\bBad Gateway\b|\bGateway Time-?out\b|\bToo Many Requests\b",
        r"(?i)\brate (?:limit )?(?:exceeded|reached)\b|\bthrottl|\bSlowDown\b",
        r"(?i)\breduce your request rate",
    ),
    _define(
        "network",
        "rerun",
        rf"(?i){_SUBJECT}[\w .:/]{{0,30}}?[ _:(\[-]{{0,3}}(?:error[: ]*)?{_LOST}",
        rf"(?i){_LOST} (?:waiting for|while|connecting|downloading|fetching|reading)",
        rf"(?i){_FAILED_TO}[^:]{{0,30}}\b{_REACH}\w*\b.*{_REMOTE}",
        rf"(?i){_FAILED_TO}[^:]{{0,30}}\bconnect\w*\b",
        rf"(?i){_REMOTE}\S.*(?:\bEOF\b|timed? ?out|refused|reset by|failed|certificate)",
        r"(?i)\btimeout was reached\b|\bnxdomain\b|\bdns error|\bno route to host",
        r"(?i)\bfail(?:ed|s) (?:when )?(?:downloading|fetching|receiving|reading from)",
        r"(?<!code: ['\"])\bE(?:CONNRESET|CONNREFUSED|TIMEDOUT|HOSTUNREACH|NETUNREACH|AI_\w+|PIPE"
        r"|PROTO)\b",
        r"\bUND_ERR_\w+|\bfailed_connect\b|\bhttp2: |(?i:\brecv (?:error|failure))",
        r"(?i)\bunexpected (?:EOF|disconnect)|\bpremature[ _]close|\bEOF occurred in violation",
        r"\bConnect(?:ion)?(?:Failed|TimedOut|Timeout|Refused|Reset|Error)",
        r"\bConnection broken\b",
        r"\bSSL_(?:connect|read|write)\b|\bInvalidChunkLength\b|\bHttpClient\.Timeout\b",
        r"(?i)\bthe (?:read|write|connect) operation timed out",
        r"(?i)\bcertificate verify failed|\bcheck your (?:internet )?connection",
        r"(?i)\bserver (?:connection )?disconnected|\bconnection ?(?:lost|failed)",
        r"(?i)\breceived from peer\b|\b(?:fetch|download|upload|clone|pull) failed\b",
        rf"(?i){_FAILED_TO} (?:fetch|download|clone|retrieve|pull|upload)",
        r"(?i)\bfailed retrieving\b|\bno longer has a Release|\bacquiring the state lock",
        r"(?i)\bname could not be resolved|\bcommunications link failure",
        r"(?i)\bsocket error\b|: broken pipe$|\brepo update failed",
        r"(?i)\bremote server failed|\btry again later\b",
    ),
    _define("browser", "human", r"Executable doesn't exist at "),
    _define(
        "time limit",
        "rerun",
        r"(?i)\btim(?:ed|e)[ -]?outs?\b(?!:? +0\b)|\bdeadline exceeded",
        category="timeout",
    ),
)
