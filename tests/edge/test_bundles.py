"""The bundles in the package are what clients/edge builds from its sources, and stay small."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "edge"
PACKAGE = ROOT / "src" / "foretype"
BUILT = "edge/static/*", "serve/static/private-counts.js"
MAX_BYTES = 175_000  # of scripts; 58 kB on the wire where a web server packs them


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `npm run build` makes now."""
    node = shutil.which("node")
    if node is None or not (CLIENT / "node_modules" / "esbuild").is_dir():
        absent = "clients/edge cannot be built: install Node.js, then npm ci in clients/edge"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    out = tmp_path_factory.mktemp("built")
    command = [str(node), "build.mjs", str(out)]
    subprocess.run(command, cwd=CLIENT, check=True, timeout=60)
    return out


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for pattern in BUILT for path in folder.glob(pattern))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_packages_bundles_are_built_from_the_sources(fresh: Path) -> None:
    assert fresh != PACKAGE
    differing = [name for name, data in files_of(fresh).items() if files_of(PACKAGE).get(name) != data]
    assert differing == [], "run `npm run build` in clients/edge and commit what it made"
    assert files_of(fresh).keys() == files_of(PACKAGE).keys()


def test_scripts_are_small() -> None:
    scripts = PACKAGE / "edge" / "static"
    assert sum(path.stat().st_size for path in scripts.glob("*.js")) < MAX_BYTES


def test_no_bundle_names_a_place_or_a_registry() -> None:
    told = b"".join(files_of(PACKAGE).values())
    assert [word for word in (b"/work/", b"/root/", b"registry.") if word in told] == []
