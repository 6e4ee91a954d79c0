"""Find what new lines of Python read of the environment, send, decode and run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from types import MappingProxyType

from bot.gates.outbound.python_names import PythonNames
from bot.gates.outbound.shell_signs import find_shell_signs
from bot.gates.outbound.sign import Sign, names_secret

ENVIRON = ("os.environ", "os.environb", "posix.environ", "nt.environ", "os.__dict__.environ")
GETENV = ("os.getenv", "os.getenvb", "decouple.config")
NETWORK = re.compile(
    r"(socket|requests|httpx|aiohttp|urllib3|websockets?|websocket|paramiko|pycurl|ftplib|smtplib"
    r"|telnetlib|xmlrpc\.client|http\.client|poplib|imaplib|nntplib|dns\.resolver|boto3|fabric"
    r"|asyncio\.(open_connection|create_connection)|urllib\.request|treq|httplib2|socketserver"
    r"|urllib2|smbclient|pyngrok)(\.|$)"
)
LOCAL = re.compile(
    r"requests\.(exceptions|Response|Request|PreparedRequest|models|structures|adapters)|socket\.(AF_|SOCK_|timeout|error|gaierror)|httpx\.(Response|Request|MockTransport)|urllib3\.(exceptions|util)|aiohttp\.web|urllib\.request\.Request$"
)
SPAWN = re.compile(
    r"(os\.(system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork|forkpty)|pty\.spawn"
    r"|subprocess\.(run|Popen|call|check_call|check_output|getoutput|getstatusoutput)"
    r"|asyncio\.(create_subprocess_\w+)|commands\.getoutput|sh\.\w+|pexpect\.(spawn|run)|plumbum\.\w+"
    r"|multiprocessing\.popen_\w+)$"
)
SHELLS = (
    "os.system",
    "os.popen",
    "pty.spawn",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "commands.getoutput",
    "asyncio.create_subprocess_shell",
)
EVALUATES = ("eval", "exec", "builtins.eval", "builtins.exec", "compile", "builtins.compile")
LOADS = (
    "ctypes.CDLL",
    "ctypes.cdll",
    "ctypes.PyDLL",
    "ctypes.WinDLL",
    "marshal.loads",
    "code.interact",
    "runpy.run_path",
    "runpy.run_module",
    "types.FunctionType",
    "types.CodeType",
)
IMPORTS = ("__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__")
DECODES = re.compile(
    r"(base64\.\w+|binascii\.(a2b|b2a|hexlify|unhexlify)\w*|codecs\.(en|de)code|zlib\.\w+|bz2\.\w+|lzma\.\w+)$"
)
ROOTS = frozenset(
    "os sys subprocess socket builtins posix nt ctypes importlib pty shutil urllib http requests httpx marshal".split()
)
GROUPS = MappingProxyType({"network": "opens a connection", "spawn": "runs a program"})


def find_python_signs(
    text: str, new_lines: Collection[int], secrets: Collection[str]
) -> Iterator[Sign]:
    """Find the signs on the new lines; those of a file that does not parse are not looked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in other people's code
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    names = PythonNames(tree)
    reader = _SignReader(names, secrets)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        line = _find_new_line(node, new_lines)
        if line:
            yield from reader.read(node, parents, line)


def _find_new_line(node: ast.AST, new_lines: Collection[int]) -> int:
    """Find the first new line that a node stands on; 0 where there is none."""
    start = getattr(node, "lineno", 0)
    end = start
    if isinstance(node, ast.Call | ast.Attribute | ast.Constant):
        end = node.end_lineno or start
    return next((line for line in range(start, end + 1) if line in new_lines), 0)


class _SignReader:
    """Tell what one node of a module does."""

    def __init__(self, names: PythonNames, secrets: Collection[str]) -> None:
        self._names = names
        self._secrets = secrets

    def read(self, node: ast.AST, parents: dict[ast.AST, ast.AST], line: int) -> Iterator[Sign]:
        """Read the node on this line."""
        if isinstance(node, ast.Call):
            yield from self._read_call(node, line)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            yield from self._read_environment(node, parents, line)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _read_text(node.value, line)
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield from _read_import(node, line)

    def _read_environment(
        self, node: ast.expr, parents: dict[ast.AST, ast.AST], line: int
    ) -> Iterator[Sign]:
        target = self._names.resolve(node)
        if isinstance(node, ast.Name) and node.id == "__builtins__":
            yield Sign(line, "execution", node.id, "hides what it uses")
        if target in ENVIRON:
            yield from self._read_use(node, parents, line)
        elif target.endswith(".?") and target.partition(".")[0] in ROOTS:
            yield Sign(line, "execution", f"a computed name of {target[:-2]}", "hides what it uses")
        elif target in GETENV and not isinstance(node, ast.Call):
            call = parents.get(node)
            named = (
                call.args[0]
                if isinstance(call, ast.Call) and call.func is node and call.args
                else None
            )
            yield from self._read_key(named, line)

    def _read_use(
        self, node: ast.expr, parents: dict[ast.AST, ast.AST], line: int
    ) -> Iterator[Sign]:
        """Tell what is done with the environment."""
        parent = parents.get(node)
        whole = Sign(line, "environment", "os.environ", "is read whole")
        match parent:
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                return
            case ast.Subscript(slice=key):
                yield from self._read_key(key, line)
            case ast.Attribute(attr="get" | "__getitem__") if isinstance(
                parents.get(parent), ast.Call
            ):
                call = parents[parent]
                yield from self._read_key(
                    call.args[0] if isinstance(call, ast.Call) and call.args else None, line
                )
            case ast.Attribute(attr="pop" | "setdefault" | "update" | "clear"):
                return
            case ast.Attribute(attr="copy"):
                yield Sign(line, "environment", "os.environ", "is copied whole", is_weak=True)
            case ast.Compare() | ast.Delete():
                return
            case ast.Dict() | ast.keyword(arg="env" | None):
                yield Sign(line, "environment", "os.environ", "is copied whole", is_weak=True)
            case ast.Assign(targets=[ast.Name()]) | ast.alias():
                yield Sign(line, "environment", "os.environ", "gets another name", is_weak=True)
            case ast.Call(func=function, args=[first, *_]) if first is node:
                name = self._names.resolve(function).rpartition(".")[2]
                if name in ("dict", "Environ"):
                    yield Sign(line, "environment", "os.environ", "is copied whole", is_weak=True)
                elif name in ("setitem", "delitem", "setenv", "delenv"):
                    return
                elif not self._names.resolve(function).endswith("patch.dict"):
                    yield whole
            case _:
                yield whole

    def _read_key(self, key: ast.expr | None, line: int) -> Iterator[Sign]:
        name = self._names.fold(key)
        if name is None:
            is_name = isinstance(key, ast.Name | ast.Attribute)
            yield Sign(
                line,
                "environment",
                "a computed name",
                "is read from the environment",
                is_weak=is_name,
            )
        elif names_secret(name, self._secrets):
            yield Sign(line, "environment", name, "is read from the environment")

    def _read_call(self, node: ast.Call, line: int) -> Iterator[Sign]:
        target = self._names.resolve(node.func)
        if NETWORK.match(target) and not LOCAL.match(target):
            yield Sign(line, "network", target, "opens a connection")
        elif SPAWN.fullmatch(target):
            yield from self._read_spawn(node, target, line)
        elif target in EVALUATES and not (node.args and _is_plain_constant(node.args[0])):
            yield Sign(
                line,
                "execution",
                f"{target}()",
                "runs a computed text",
                is_weak=target.endswith("compile"),
            )
        elif target in LOADS:
            yield Sign(line, "execution", target, "runs what is loaded")
        elif target in IMPORTS:
            yield from self._read_dynamic_import(node, line)
        elif DECODES.fullmatch(target):
            yield Sign(line, "encoding", target, "encodes or decodes", is_weak=True)
        elif target == "bytes.fromhex":
            yield Sign(line, "encoding", target, "decodes", is_weak=True)

    def _read_dynamic_import(self, node: ast.Call, line: int) -> Iterator[Sign]:
        argument = node.args[0] if node.args else None
        name = self._names.fold(argument)
        if isinstance(argument, ast.Constant) and (name or "").partition(".")[0] not in ROOTS:
            return
        if name is not None and name.partition(".")[0] not in ROOTS:
            return
        is_weak = name is None and isinstance(argument, ast.Name | ast.Attribute | ast.JoinedStr)
        yield Sign(
            line, "execution", "an import by a computed name", "hides what it uses", is_weak=is_weak
        )

    def _read_spawn(self, node: ast.Call, target: str, line: int) -> Iterator[Sign]:
        """Tell a shell, or a command that does such things itself, from a program with a name."""
        words = self._list_words(node)
        shell = any(
            word.arg == "shell"
            and not (isinstance(word.value, ast.Constant) and not word.value.value)
            for word in node.keywords
        )
        text = " ".join(word for word in words if word is not None)
        inner = [
            sign for sign in find_shell_signs([(line, text)], self._secrets) if not sign.is_weak
        ]
        if inner:
            yield Sign(line, inner[0].kind, inner[0].quote, inner[0].does)
        elif shell or target in SHELLS:
            yield Sign(line, "execution", target, "spawns a shell")
        else:
            yield Sign(line, "execution", target, "runs a program", is_weak=True)

    def _list_words(self, node: ast.Call) -> list[str | None]:
        words: list[str | None] = []
        for argument in node.args:
            items = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
            words += [self._names.fold(item) for item in items]
        return words


def _is_plain_constant(node: ast.expr) -> bool:
    """Tell whether it is a short text, all of which a reader sees."""
    return (
        isinstance(node, ast.Constant)
        and len(str(node.value)) < 80
        and not re.search(r"import|\(", str(node.value))
    )


def _read_text(text: str, line: int) -> Iterator[Sign]:
    if re.search(r"/proc/(self|\d+|\*|thread-self)/environ", text):
        yield Sign(line, "environment", "/proc/self/environ", "is read")
    elif re.search(r"169\.254\.169\.254|metadata\.google\.internal|ACTIONS_ID_TOKEN_REQUEST", text):
        yield Sign(line, "network", "the cloud's address for credentials", "is used")


def _read_import(node: ast.Import | ast.ImportFrom, line: int) -> Iterator[Sign]:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    for name in node.names:
        full = f"{module}.{name.name}" if module else name.name
        if full in ENVIRON and name.asname:
            yield Sign(line, "environment", "os.environ", "gets another name", is_weak=True)
        elif NETWORK.match(full) and not LOCAL.match(full):
            yield Sign(line, "network", full, "is imported, to open connections", is_weak=True)
