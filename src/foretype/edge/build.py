"""The static folder as a whole: gathered, listed, written beside its place and renamed.

It does not know where the parts lie (parts.py) nor what a browser does with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foretype.edge.layout import LICENCES_FILE, MANIFEST_FILE, MAX_FIRST_LOAD_BYTES, SERVICE_WORKER_FILE
from foretype.edge.manifest import Manifest, files_of, version_of
from foretype.edge.packing import Packed, plain
from foretype.edge.parts import Sources, gathered
from foretype.errors import InputError
from foretype.runtime.whole_folder import whole_folder

READABLE = 0o755  # a web server is another user


@dataclass(frozen=True, slots=True)
class Built:
    """A finished folder."""

    folder: Path
    manifest: Manifest

    @property
    def is_too_large(self) -> bool:
        """Whether a first visit takes longer than a person waits."""
        return self.manifest.first_load_bytes > MAX_FIRST_LOAD_BYTES


def build_folder(
    target: Path, sources: Sources, *, runtime: Mapping[str, bytes], statistics_to: str | None = None
) -> Built:
    """Make `target`, whole or not at all; an older folder of ours is replaced, unless somebody put a file of theirs into it.

    `runtime` are onnxruntime-web's files, none for a folder without a model; `statistics_to` is where the page may send
    private statistics. Raises InputError for a `target` that holds something else, ModelError for a damaged model.
    """
    check_target(target)
    target = target.resolve()
    files, card = gathered(sources, runtime, statistics_to=statistics_to)
    version = version_of(files)
    files[SERVICE_WORKER_FILE] = _service_worker(files, version, statistics_to)
    manifest = Manifest(version, None if card is None else card.name, statistics_to, files)
    try:
        _write(target, manifest)
    except OSError as error:
        raise InputError(
            f"--out {target}: cannot be written ({error.strerror}); choose a place that is yours, with room"
        ) from error
    return Built(target, manifest)


def _write(target: Path, manifest: Manifest) -> None:
    with whole_folder(target) as building:
        for name, file in manifest.files.items():
            (building / name).write_bytes(file.stored)
        (building / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")
        building.chmod(READABLE)


def check_target(target: Path) -> None:
    """Raises InputError where `target` is no place for a folder, or holds something that was not made here."""
    try:
        there = {path.name for path in target.iterdir()} if target.is_dir() else set()
        is_file = target.exists() and not target.is_dir()
    except OSError as error:
        raise InputError(f"--out {target}: cannot be read ({error.strerror}); choose another name") from error
    if is_file:
        raise InputError(f"--out {target}: found a file, wanted a folder to make; choose another name")
    made = files_of(target)
    if there and made is None:
        raise InputError(
            f"--out {target}: found a folder that `foretype edge build` did not make, and left it alone; "
            "choose another, or empty it"
        )
    if foreign := sorted(there - (made or set())):
        raise InputError(
            f"--out {target}: found {foreign[0]!r} beside what was built, and left all of it alone; "
            "keep files of your own elsewhere, or choose another folder"
        )


def _service_worker(files: Mapping[str, Packed], version: str, statistics_to: str | None) -> Packed:
    """The service worker, with the version and the small files in front: a changed byte makes browsers renew the folder."""
    unwanted = (LICENCES_FILE, SERVICE_WORKER_FILE)
    shell = [name for name in sorted(files) if not name.endswith(".bin") and name not in unwanted]
    connect = "'self'" if statistics_to is None else f"'self' {statistics_to}"
    told = json.dumps({"version": version, "shell": ["./", *shell, MANIFEST_FILE], "connect": connect})
    return plain(f"self.FOLDER={told};\n".encode() + files[SERVICE_WORKER_FILE].stored)
