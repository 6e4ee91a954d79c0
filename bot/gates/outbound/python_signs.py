"""Find what new lines of Python read of the environment, send, decode and run."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from bot.gates.outbound.environment_use import ENVIRON, EnvironmentReader
from bot.gates.outbound.python_names import IMPORTERS, UNKNOWN, PythonNames
from bot.gates.outbound.shell_signs import find_shell_signs
from bot.gates.outbound.sign import Sign
from bot.search.python_tree import parse_python

NETWORK = re.compile(
    r"(socket|requests|httpx|aiohttp|urllib3|websockets?|websocket|paramiko|pycurl|ftplib|smtplib"
    r"|telnetlib|xmlrpc\.client|http\.client|poplib|imaplib|nntplib|dns\.resolver|boto3|fabric"
    r"|asyncio\.(open_connection|create_connection)|urllib\.request|treq|httplib2|socketserver"
    r"|urllib2|smbclient|pyngrok)(\.|$)"
)
# Parts of these that open nothing: what tests of HTTP raise, make and compare.
LOCAL = re.compile(
    r"http\.client\.HTTP(Response|Message)|socket\.(AF_|SOCK_|timeout|error|gaierror)"
    r"|requests\.(exceptions|Response|Request|PreparedRequest|models|structures|adapters|auth|codes)"
    r"|httpx\.(URL|Response|Request|Headers|QueryParams|Cookies|Timeout|Limits|create_ssl_context"
    r"|codes|\w*(Transport|Auth|Error|Exception))|urllib3\.(exceptions|util)|aiohttp\.web"
    r"|urllib\.request\.Request$"
)
SPAWN = re.compile(
    r"(os\.(system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork|forkpty)|pty\.spawn"
    r"|subprocess\.(run|Popen|call|check_call|check_output|getoutput|getstatusoutput)"
    r"|asyncio\.create_subprocess_\w+|commands\.getoutput|pexpect\.(spawn|run))"
)
SHELLS = re.compile(
    r"(os\.(system|popen)|pty\.spawn|(subprocess|commands)\.get(status)?output"
    r"|asyncio\.create_subprocess_shell)"
)
EVALUATES = re.compile(r"(builtins\.)?(eval|exec|compile)")
LOADS = re.compile(
    r"ctypes\.(CDLL|cdll|PyDLL|WinDLL)|marshal\.loads|code\.interact|runpy\.run_(path|module)"
    r"|types\.(FunctionType|CodeType)"
)
DECODES = re.compile(
    r"(base64\.\w+|binascii\.(a2b|b2a|hexlify|unhexlify)\w*|codecs\.(en|de)code|zlib\.\w+|bz2\.\w+"
    r"|lzma\.\w+|bytes\.fromhex)"
)
ROOTS = re.compile(
    r"(os|sys|subprocess|socket|builtins|__builtins__|posix|nt|ctypes|importlib|pty|shutil|urllib"
    r"|http|requests|httpx|marshal)(\.|$)"
)
ENVIRON_FILE = re.compile(r"/proc/(self|\d+|\*|thread-self)/environ")
CLOUD = re.compile(r"169\.254\.169\.254|metadata\.google\.internal|ACTIONS_ID_TOKEN_REQUEST")
SHORT_CHARS = 80  # of a text to evaluate, which a reader sees whole


def find_python_signs(
    text: str, new_lines: Collection[int], secrets: Collection[str]
) -> Iterator[Sign]:
    """Find the signs on the new lines; those of a file that does not parse are not looked for."""
    tree = parse_python(text)
    if tree is None:
        return
    reader = _SignReader(tree, secrets)
    for node in ast.walk(tree):
        line = _find_new_line(node, new_lines)
        if line:
            yield from reader.read(node, line)


def _find_new_line(node: ast.AST, new_lines: Collection[int]) -> int:
    """Find the first new line that a node stands on; 0 where there is none."""
    start = getattr(node, "lineno", 0)
    end = start
    if isinstance(node, ast.Call | ast.Attribute | ast.Constant):
        end = node.end_lineno or start
    return next((line for line in range(start, end + 1) if line in new_lines), 0)


class _SignReader:
    """Tell what one node of a module does."""

    def __init__(self, tree: ast.AST, secrets: Collection[str]) -> None:
        pairs = ((child, node) for node in ast.walk(tree) for child in ast.iter_child_nodes(node))
        self._names = PythonNames(tree)
        self._environment = EnvironmentReader(self._names, dict(pairs), secrets)
        self._secrets = secrets

    def read(self, node: ast.AST, line: int) -> Iterator[Sign]:
        """Read the node on this line."""
        match node:
            case ast.Constant(value=str() as text):
                yield from _read_text(text, line)
            case ast.Import() | ast.ImportFrom():
                yield from _read_import(node, line)
            case ast.Call():
                yield from self._read_call(node, line)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            yield from self._environment.read(node, line)
            yield from self._read_hidden(node, line)

    def _read_hidden(self, node: ast.expr, line: int) -> Iterator[Sign]:
        """Read what is reached for by a name that nobody sees."""
        target = self._names.resolve(node)
        if isinstance(node, ast.Name) and node.id == "__builtins__":
            yield Sign(line, "execution", node.id, "hides what it uses")
        elif target.endswith(f".{UNKNOWN}") and ROOTS.match(target):
            owner = target.removesuffix(f".{UNKNOWN}")
            yield Sign(line, "execution", f"a computed name of {owner}", "hides what it uses")

    def _read_call(self, node: ast.Call, line: int) -> Iterator[Sign]:
        target = self._names.resolve(node.func)
        if NETWORK.match(target) and not _stays_here(target, node.keywords):
            yield Sign(line, "network", target, "opens a connection")
        elif SPAWN.fullmatch(target):
            yield self._read_spawn(node, target, line)
        elif EVALUATES.fullmatch(target) and not _is_short_constant(node.args[:1]):
            is_weak = target.endswith("compile")
            yield Sign(line, "execution", f"{target}()", "runs a computed text", is_weak)
        elif LOADS.fullmatch(target):
            yield Sign(line, "execution", target, "runs what is loaded")
        elif target in IMPORTERS and node.args:
            yield from self._read_dynamic_import(node.args[0], line)
        elif DECODES.fullmatch(target):
            yield Sign(line, "encoding", target, "encodes or decodes", is_weak=True)

    def _read_dynamic_import(self, argument: ast.expr, line: int) -> Iterator[Sign]:
        name = self._names.fold(argument)
        if name is not None and not ROOTS.match(name):
            return
        is_weak = name is None and isinstance(argument, ast.Name | ast.Attribute | ast.JoinedStr)
        words = "an import by a computed name"
        yield Sign(line, "execution", words, "hides what it uses", is_weak)

    def _read_spawn(self, node: ast.Call, target: str, line: int) -> Sign:
        """Tell a shell, or a command that sends or reads itself, from a program with a name."""
        words = " ".join(filter(None, self._list_words(node)))
        signs = find_shell_signs([(line, words)], self._secrets)
        firm = next((sign for sign in signs if not sign.is_weak), None)
        if firm is not None:
            return firm
        if SHELLS.fullmatch(target) or any(map(_sets_shell, node.keywords)):
            return Sign(line, "execution", target, "spawns a shell")
        return Sign(line, "execution", target, "runs a program", is_weak=True)

    def _list_words(self, node: ast.Call) -> Iterator[str | None]:
        for argument in node.args:
            items = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
            yield from map(self._names.fold, items)


def _stays_here(target: str, keywords: list[ast.keyword]) -> bool:
    """Tell whether a call opens nothing, or only asks an application of the test's own."""
    is_given = any(keyword.arg in ("transport", "app") for keyword in keywords)
    return is_given or LOCAL.match(target) is not None


def _sets_shell(keyword: ast.keyword) -> bool:
    is_off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
    return keyword.arg == "shell" and not is_off


def _is_short_constant(arguments: list[ast.expr]) -> bool:
    """Tell whether what is evaluated is a short text that calls nothing."""
    match arguments:
        case [ast.Constant(value=value)]:
            text = str(value)
            return len(text) < SHORT_CHARS and "(" not in text and "import" not in text
    return False


def _read_text(text: str, line: int) -> Iterator[Sign]:
    if ENVIRON_FILE.search(text):
        yield Sign(line, "environment", "/proc/self/environ", "is read")
    elif CLOUD.search(text):
        yield Sign(line, "network", "the cloud's address for credentials", "is used")


def _read_import(node: ast.Import | ast.ImportFrom, line: int) -> Iterator[Sign]:
    module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    for name in node.names:
        full_name = f"{module}{name.name}"
        if full_name in ENVIRON and name.asname:
            yield Sign(line, "environment", "os.environ", "gets another name", is_weak=True)
        elif NETWORK.match(full_name) and not LOCAL.match(full_name):
            does = "is imported, to open connections"
            yield Sign(line, "network", full_name, does, is_weak=True)
