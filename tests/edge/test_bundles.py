"""The bundles in the package are what clients/edge builds from its sources, and stay small."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from foretype.edge.parts import bundles

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "edge"
PACKAGE = ROOT / "src" / "foretype"
SERVED = ("serve/static/client.js", "serve/static/private-counts.js")
MAX_BYTES = 90_000  # of scripts, packed: what the package carries, and a web server that packs sends


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `npm run build` makes now."""
    node = shutil.which("node")
    if node is None or not (CLIENT.parent / "node_modules" / "esbuild").is_dir():
        absent = "clients/edge cannot be built: install Node.js, then npm ci in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    out = tmp_path_factory.mktemp("built")
    command = [str(node), "build.mjs", str(out)]
    subprocess.run(command, cwd=CLIENT, check=True, timeout=60)
    return out


def files_of(folder: Path) -> dict[str, bytes]:
    return bundles(folder / "edge" / "static") | {name: (folder / name).read_bytes() for name in SERVED}


def test_the_packages_bundles_are_built_from_the_sources(fresh: Path) -> None:
    made, there = files_of(fresh), files_of(PACKAGE)
    differing = [name for name in made.keys() | there.keys() if made.get(name) != there.get(name)]
    assert differing == [], "run `npm run build` in clients/edge and commit what it made"


def test_scripts_are_small() -> None:
    assert sum(path.stat().st_size for path in (PACKAGE / "edge" / "static").iterdir()) < MAX_BYTES


def test_no_bundle_names_a_place_or_a_registry() -> None:
    told = b"".join(files_of(PACKAGE).values())
    assert [word for word in (bytes(CLIENT.parents[1]), b"/home/", b"registry.") if word in told] == []
