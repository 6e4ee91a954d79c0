"""How JavaScript and TypeScript read the environment, send, decode and run."""

from __future__ import annotations

from bot.gates.outbound.sign_patterns import compile_signs

QUOTE = r"['\"`]"
MODULE = (
    r"(?:require|import|from|getBuiltinModule|createRequire\([^)]{0,80}\))"
    rf"\s*\(?\s*{QUOTE}(?:node:)?"
)
ENV_OF_PROCESS = r"process\s*(?:\?\.|\.)\s*env"
# Behind `process.env`: one variable of it, which is another matter.
ONE_OF_THEM = r"(?!\s*(?:\?\.|\.)\s*\w|\s*(?:\?\.)?\[)"

SCRIPT_SIGNS = (
    compile_signs(
        "network",
        "opens connections",
        rf"{MODULE}(?P<quote>https?|http2|net|dns|dns/promises|tls|dgram|undici|axios|node-fetch|got"
        rf"|ws|request|superagent|ky|needle|socket\.io-client|ssh2|nodemailer|cross-fetch){QUOTE}",
        is_weak=True,
    ),
    compile_signs(
        "network",
        "opens a connection",
        r"(?<![\w.])(?P<quote>fetch)\s*\(",
        r"\b(?P<quote>sendBeacon)\s*\(",
        r"\bnew\s+(?P<quote>XMLHttpRequest|WebSocket|EventSource)\b",
        r"\b(?P<quote>(?:https?|axios|got|undici|net|tls|dns)\."
        r"(?:get|request|post|put|connect|createConnection|resolve\w*|lookup))\s*\(",
        rf"(?P<quote>(?:globalThis|window|global|self)\s*(?:\.|\[\s*{QUOTE})\s*fetch)",
        r"(?P<quote>169\.254\.169\.254|ACTIONS_ID_TOKEN_REQUEST)",
        r"\b(?P<quote>Deno\.connect|Bun\.connect)\b",
    ),
    compile_signs(
        "execution",
        "runs programs",
        rf"{MODULE}(?P<quote>child_process|execa|shelljs|cross-spawn|zx|worker_threads|vm|repl"
        rf"|inspector){QUOTE}",
        r"(?<![\w.])(?P<quote>exec(?:File)?Sync|spawnSync|execaCommand|execaSync)\s*\(",
        r"\b(?P<quote>Deno\.(?:run|Command)|Bun\.spawn\w*)\b",
        r"\b(?P<quote>process\.(?:binding|dlopen|_linkedBinding))\b",
    ),
    compile_signs(
        "execution",
        "runs a computed text",
        r"(?<![\w.$])(?P<quote>eval)\s*\(",
        r"\(\s*0\s*,\s*(?P<quote>eval)\s*\)",
        r"\b(?:new\s+)?(?P<quote>Function)\s*\(\s*['\"`\w]",
        r"\b(?P<quote>vm\.run\w*|runInThisContext|runInNewContext)\b",
        rf"\.(?P<quote>constructor)\s*\(\s*{QUOTE}",
        rf"\[\s*{QUOTE}(?P<quote>constructor|eval|Function|require|exec|fetch){QUOTE}\s*\]",
        rf"\b(?P<quote>set(?:Timeout|Interval))\s*\(\s*{QUOTE}",
    ),
    compile_signs(
        "execution",
        "hides what it loads",
        r"(?<![\w.$])(?P<quote>require|import)\s*\("
        r"\s*(?![`'\"/)]|\.\.?/|path\b|resolve\b|join\b|\w+\s*[,)])[^)]{0,200}"
        r"(?:\+|\[|atob|from|join|reverse|replace|decode)",
        r"(?:const|let|var)\s+\w+\s*=\s*(?P<quote>require|eval)\s*[;,\n]",
        r"=\s*(?P<quote>module\.constructor|process\.mainModule)\b",
    ),
    compile_signs(
        "encoding",
        "encodes or decodes",
        r"(?<![\w.])(?P<quote>atob|btoa|unescape)\s*\(",
        rf"(?P<quote>Buffer\.from)\s*\([^)]{{0,200}}{QUOTE}(?:base64|hex|base64url){QUOTE}",
        rf"(?P<quote>toString)\s*\(\s*{QUOTE}(?:base64|hex|base64url){QUOTE}",
        r"\b(?P<quote>String\.fromCharCode)\s*\((?:[^,)]*,){4}",
        is_weak=True,
    ),
    compile_signs(
        "environment",
        "reads the whole environment",
        rf"(?<![\w.$])(?P<quote>{ENV_OF_PROCESS})\b{ONE_OF_THEM}",
        rf"(?P<quote>process\s*(?:\?\.)?\[\s*{QUOTE}env{QUOTE}\s*\])",
        r"\b(?P<quote>(?:Deno|Bun)\.env(?:\.toObject)?)\b(?!\.get|\.\w)",
        r"\{[^{}]{0,200}\b(?P<quote>env)\b[^{}]{0,200}\}\s*=\s*(?:globalThis\.)?process\b",
        rf"import\s*\{{[^}}]{{0,200}}\b(?P<quote>env)\b[^}}]{{0,200}}\}}\s*from\s*{QUOTE}(?:node:)?process",
        rf"(?:globalThis|global)\s*\[\s*{QUOTE}(?P<quote>process){QUOTE}\s*\]",
        r"(?P<quote>/proc/self/environ)",
    ),
)
