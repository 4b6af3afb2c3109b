"""The house keeps its order: imports go down the layers only, and nothing that serves pulls in torch.

Read from the source, so that an import inside a function counts too; only `if TYPE_CHECKING` is left out.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "foretype"

# A room may use its own floor's rooms only where ALONGSIDE says so, and any room of a lower floor.
FLOORS = (
    {"errors", "config", "versions", "redis_link"},
    {"text"},
    {"privacy"},
    {"corpus", "ngram"},
    {"lm", "runtime"},
    {"compose"},
    {"personal", "rank", "monitor"},
    {"assemble"},
    {"edge", "evals", "serve"},
    {"cli", "__main__", "__init__"},
)
ALONGSIDE = {
    ("config", "errors"),
    ("redis_link", "errors"),
    ("ngram", "corpus"),
    ("corpus", "ngram"),
    ("__main__", "cli"),
    ("lm", "runtime"),
    ("monitor", "personal"),
    ("monitor", "rank"),
    ("rank", "personal"),
}
FORBIDDEN = {("compose", "runtime"), ("compose", "lm")}  # they reach it through protocols
SOLVENTS = ("torch", "transformers", "lightning_fabric", "lightning", "peft")  # of the train extra
MAY_TRAIN = ("lm", "rank/neural")  # rooms that need it
SERVING = ("foretype", "foretype.__main__", "foretype.cli.serve", "foretype.serve.run", "foretype.assemble")


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports, wherever in the file."""
    yield from _named(_running(ast.parse(path.read_text(encoding="utf-8"))))


def first_imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports before anything of it can be used."""
    yield from _named(ast.parse(path.read_text(encoding="utf-8")).body)


def _named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)):
            yield child
            yield from _running(child)


def wrong_imports(path: Path) -> list[str]:
    """What the file at `path` should not import."""
    room = room_of(path)
    wrong = []
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "foretype" and len(parts) > 1 and not _may(room, _room_named(parts[1])):
            wrong.append(name)
        if parts[0] in SOLVENTS and not may_train(path):
            wrong.append(name)
    return wrong


def may_train(path: Path) -> bool:
    folder = path.relative_to(PACKAGE).parent
    return any(folder.is_relative_to(room) for room in MAY_TRAIN)


def _room_named(name: str) -> str:
    """A room, or the package itself for a public name such as foretype.Composer."""
    return name if any(name in rooms for rooms in FLOORS) or (PACKAGE / name).is_dir() else "__init__"


def _may(room: str, other: str) -> bool:
    if (room, other) in FORBIDDEN:
        return False
    return room == other or (room, other) in ALONGSIDE or floor_of(other) < floor_of(room)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def _module_named(name: str) -> str | None:
    """The module of foretype that holds `name`, or None for a package's own names and other packages."""
    for candidate in (name, name.rpartition(".")[0]):
        if (PACKAGE.parent / Path(*candidate.split("."))).with_suffix(".py").exists():
            return candidate
    return None


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_the_layers(path: Path) -> None:
    assert wrong_imports(path) == []


def test_no_files_import_each_other_in_a_ring() -> None:
    graph = {
        _module(path): {name for name in map(_module_named, first_imports(path)) if name} for path in FILES
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the ring


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in FILES} <= set().union(*FLOORS)


def test_an_upward_import_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    bad = tmp_path / "compose" / "bad.py"
    bad.parent.mkdir()
    bad.write_text(
        "def f() -> None:\n    from foretype.serve.app import make\n    import torch\n", encoding="utf-8"
    )
    assert wrong_imports(bad) == ["foretype.serve.app.make", "torch"]


@pytest.mark.parametrize("module", SERVING)
def test_what_serves_never_loads_torch(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {SOLVENTS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
