"""Test equipment: a real Neovim without a window, its keys, and its own view of what stands in a buffer.

It runs the Lua that docs/howto/editors.md tells people to write. It does not know what is suggested.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOWTO = Path(__file__).parent.parent / "docs" / "howto" / "editors.md"
PATIENCE_S = 20.0


def lua_under(heading: str) -> str:
    """The indented block of Lua below a heading of the how-to."""
    section = HOWTO.read_text(encoding="utf-8").partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [
        line.removeprefix("    ") for line in section.splitlines() if line.startswith("    ") or not line
    ]
    return "\n".join(lines)


class Neovim:
    """One running Neovim."""

    def __init__(self, binary: Path, socket: Path) -> None:
        self._binary = binary
        self._socket = socket

    def type(self, keys: str) -> None:
        """Strike keys as Neovim names them: `<Tab>`, `<Esc>`."""
        self._remote("--remote-send", keys)

    def lua(self, expression: str) -> Any:
        told = self._remote("--remote-expr", f"luaeval('vim.json.encode({expression})')")
        return json.loads(told)

    def text(self) -> str:
        return "\n".join(self.lua("vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    def grey(self) -> str:
        """All virtual text of the buffer."""
        marks = self.lua("vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })")
        return "".join(piece[0] for *_, details in marks for piece in details.get("virt_text", ()))

    def wait_for(self, claim: Callable[[], bool]) -> None:
        """Until it is so. Raises AssertionError when it never is."""
        until_s = time.monotonic() + PATIENCE_S
        while not claim():
            assert time.monotonic() < until_s, "it never became so"

    def _remote(self, *command: str) -> str:
        called: list[str | Path] = [self._binary, "--server", self._socket, *command]
        return subprocess.run(called, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout


@contextmanager
def neovim(binary: Path, folder: Path, file: str, *, config: str) -> Iterator[Neovim]:
    """Neovim with a file of `folder` open and `config` as its init.lua; `foretype` is this checkout's, without a model."""
    environment = _environment(folder)
    (folder / "init.lua").write_text(config, encoding="utf-8")
    socket = folder / f"{file}.socket"
    options: list[str | Path] = [
        "-u",
        folder / "init.lua",
        "-i",
        "NONE",
        "-n",
        "--headless",
        "--listen",
        socket,
    ]
    log = (folder / "log").open("wb")
    with (
        log,
        subprocess.Popen(
            [binary, *options, folder / file], env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            running = Neovim(binary, socket)
            running.wait_for(socket.exists)
            running.wait_for(lambda: running.lua("#vim.lsp.get_clients({ bufnr = 0 })") == 1)
            yield running
            running.type("<Esc>:qa!<CR>")
            process.wait(PATIENCE_S)
        finally:
            process.kill()


def _environment(folder: Path) -> dict[str, str]:
    launcher = folder / "bin" / "foretype"
    launcher.parent.mkdir(exist_ok=True)
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m foretype "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    own = {"FORETYPE_DATA_DIR": str(folder / "data"), "FORETYPE_MODEL": "none", "HOME": str(folder)}
    path = f"{launcher.parent}{os.pathsep}{os.environ['PATH']}"
    search = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    return os.environ | own | {"PATH": path, "PYTHONPATH": search}
