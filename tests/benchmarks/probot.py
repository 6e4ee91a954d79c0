"""Probot's receiver of webhooks, beside which the door is measured. Nothing of it is used."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PACKAGE = "probot@14.3.2"  # under the ISC licence
INSTALL_S = 120
# It ends when a line comes to it.
RECEIVER = """
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createNodeMiddleware, createProbot } from "probot";

const overrides = {
  appId: 1, privateKey: readFileSync(process.argv[3], "utf8"), secret: process.argv[2], logLevel: "fatal",
};
const probot = createProbot({ overrides });
const receive = await createNodeMiddleware(
  (app) => { app.on("issues", async () => {}); },
  { probot, webhooksPath: "/github" },
);
const server = createServer(receive);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("data", () => process.exit(0));
"""


def install_probot(folder: Path, secret: str) -> list[str] | None:
    """Have npm install it into a folder; the command that runs it, None where npm cannot."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    folder.mkdir()
    program, key = folder / "receiver.mjs", folder / "key.pem"
    program.write_text(RECEIVER)
    key.write_bytes(_make_key())
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    try:
        installed = subprocess.run(
            [npm, "install", *options, PACKAGE], cwd=folder, check=False, timeout=INSTALL_S
        )
    except subprocess.TimeoutExpired:
        return None
    return None if installed.returncode else [node, str(program), secret, str(key)]


def _make_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
