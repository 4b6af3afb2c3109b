"""onnxruntime-web's files: from a folder or an archive that is named, else fetched by npm, once; always the pinned ones.

They are 14 MB, with those for GPUs 31, and belong to others, so they do not ship with foretype. It does not know which
registry npm asks.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from foretype.errors import ConfigError, InputError
from foretype.runtime.whole_folder import whole_folder

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
ORT, GLUE, WASM = "ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"
GPU_ORT, GPU_GLUE = "ort.jspi.min.mjs", "ort-wasm-simd-threaded.jspi.mjs"
GPU_WASM = "ort-wasm-simd-threaded.jspi.wasm"  # 4.1 MB packed; the other builds with WebGPU take 6.6
PLAIN = (ORT, GLUE, WASM)
WITH_GPU = (*PLAIN, GPU_ORT, GPU_GLUE, GPU_WASM)
PINNED: Mapping[str, str] = MappingProxyType(
    {
        ORT: "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
        GLUE: "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
        WASM: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
        GPU_ORT: "bc57179d923fda2d88d4a395359c8df44399dde087bf9ff44fc0e40ab398e4d9",
        GPU_GLUE: "270e2c6da9f297239d301d329782b6446641cb1e16a77967690adcfca35f3268",
        GPU_WASM: "a54c76f86b0f0d9572380cf1c6292a7b3903716ffcbcd6b0e5c7050bf430eb93",
    }
)
NPM_OPTIONS = (
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)  # no minute of silence
PLACES = ("", "dist", "package/dist", f"node_modules/{PACKAGE}/dist")  # of the files in what is named
DOWNLOAD_TIMEOUT_S = 600
_REMEDY = f"name an unpacked {PACKAGE} {VERSION} or its .tgz: --runtime DIR_OR_TGZ"


def obtain_runtime(named: Path | None, *, cache_dir: Path, names: Sequence[str] = PLAIN) -> dict[str, bytes]:
    """The pinned files of these names. Raises InputError for what `named` holds, ConfigError where npm cannot fetch them."""
    if named is not None:
        return _from_named(named, names)
    kept = cache_dir / f"{PACKAGE}-{VERSION}"
    found = _kept(kept, names) or _fetch_into(kept)
    return {name: found[name] for name in names}


def _kept(kept: Path, names: Sequence[str]) -> dict[str, bytes] | None:
    try:
        return _from_folder(kept, names)
    except InputError:  # not there yet, or damaged: then it is fetched anew
        return None


def _fetch_into(kept: Path) -> dict[str, bytes]:
    with TemporaryDirectory(prefix="foretype-edge-") as scratch:
        found = _from_archive(_fetched(Path(scratch)), WITH_GPU)
    with whole_folder(kept) as building:
        for name, data in found.items():
            (building / name).write_bytes(data)
    return found


def _from_named(named: Path, names: Sequence[str]) -> dict[str, bytes]:
    if named.is_dir():
        return _from_folder(named, names)
    if named.is_file():
        return _from_archive(named, names)
    raise InputError(f"--runtime {named}: there is no such folder or file; {_REMEDY}")


def _from_folder(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    place = next((folder / place for place in PLACES if _has_all(folder / place, names)), None)
    if place is None:
        raise InputError(f"{folder}: found no {names[-1]} in it or its dist folder; {_REMEDY}")
    return {name: _checked((place / name).read_bytes(), f"{place / name}", name) for name in names}


def _has_all(folder: Path, names: Sequence[str]) -> bool:
    return all((folder / name).is_file() for name in names)


def _from_archive(archive: Path, names: Sequence[str]) -> dict[str, bytes]:
    try:
        with tarfile.open(archive) as files:
            return {name: _member(files, archive, name) for name in names}
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{archive}: no archive that can be read ({error}); {_REMEDY}") from error


def _member(files: tarfile.TarFile, archive: Path, name: str) -> bytes:
    try:
        stream = files.extractfile(f"package/dist/{name}")
    except KeyError:
        stream = None
    if stream is None:
        raise InputError(f"{archive}: found no package/dist/{name} in it; {_REMEDY}")
    return _checked(stream.read(), f"{archive}: {name}", name)


def _checked(data: bytes, where: str, name: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != PINNED[name]:
        raise InputError(
            f"{where}: found checksum {found[:12]}, wanted {PINNED[name][:12]} of {PACKAGE} {VERSION}; {_REMEDY}"
        )
    return data


def _fetched(scratch: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise ConfigError(f"npm: not found, so {PACKAGE} cannot be fetched; install Node.js, or {_REMEDY}")
    wanted = f"{PACKAGE}@{VERSION}"
    command = [npm, "pack", wanted, "--ignore-scripts", *NPM_OPTIONS, "--pack-destination", str(scratch)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError(
            f"{wanted}: npm did not finish within {DOWNLOAD_TIMEOUT_S} s; run it again, or {_REMEDY}"
        ) from error
    archives = sorted(scratch.glob("*.tgz"))
    if done.returncode or not archives:
        raise ConfigError(
            f"{wanted}: npm could not fetch it ({_reason(done.stderr)}); check the network, or {_REMEDY}"
        )
    return archives[0]


def _reason(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return lines[0] if lines else "it gave no reason"
