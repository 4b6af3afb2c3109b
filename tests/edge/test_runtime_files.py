"""onnxruntime-web's files: found in folders and archives, fetched once, and nothing but the pinned ones taken."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from foretype.edge import runtime_files
from foretype.edge.runtime_files import PINNED, PLAIN, WITH_GPU, obtain_runtime
from foretype.errors import ConfigError, InputError

FILES = {name: f"the file {name}".encode() for name in PINNED}
PLAIN_FILES = {name: FILES[name] for name in PLAIN}
SCRIPT = """#!{python}
import shutil, sys
at = sys.argv.index("--pack-destination")
shutil.copy({archive!r}, sys.argv[at + 1])
"""


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pins of small files, in place of 14 MB."""
    pins = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(runtime_files, "PINNED", pins)


def archived(path: Path, files: Mapping[str, bytes] = FILES) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def laid_out(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)


def npm_that_packs(folder: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An npm on the path that gives this archive, whatever it is asked."""
    npm = folder / "npm"
    npm.write_text(SCRIPT.format(python=sys.executable, archive=str(archive)))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize("place", ["", "dist", "package/dist", "node_modules/onnxruntime-web/dist"])
def test_a_named_folder_is_searched_where_the_files_usually_lie(tmp_path: Path, place: str) -> None:
    laid_out(tmp_path / "runtime" / place)
    assert obtain_runtime(tmp_path / "runtime", cache_dir=tmp_path / "cache") == PLAIN_FILES


def test_a_named_archive_is_read(tmp_path: Path) -> None:
    assert obtain_runtime(archived(tmp_path / "x.tgz"), cache_dir=tmp_path / "cache") == PLAIN_FILES


def test_files_of_another_version_are_refused_with_both_checksums(tmp_path: Path) -> None:
    other = {name: data + b"!" for name, data in FILES.items()}
    with pytest.raises(InputError, match=r"found checksum \w{12}, wanted \w{12}.*--runtime"):
        obtain_runtime(archived(tmp_path / "x.tgz", other), cache_dir=tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tgz").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.tgz: no archive that can be read"):
        obtain_runtime(tmp_path / "x.tgz", cache_dir=tmp_path)


def test_an_archive_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no package/dist/"):
        obtain_runtime(archived(tmp_path / "x.tgz", {"other": b""}), cache_dir=tmp_path)


def test_a_folder_without_the_files_and_no_folder_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no ort-wasm"):
        obtain_runtime(tmp_path, cache_dir=tmp_path)
    with pytest.raises(InputError, match="no such folder or file"):
        obtain_runtime(tmp_path / "nowhere", cache_dir=tmp_path)


def test_npm_is_asked_once_and_the_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm_that_packs(tmp_path, archived(tmp_path / "onnxruntime-web.tgz"), monkeypatch)
    assert obtain_runtime(None, cache_dir=tmp_path / "cache") == PLAIN_FILES
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert obtain_runtime(None, cache_dir=tmp_path / "cache") == PLAIN_FILES


def test_a_damaged_kept_file_is_fetched_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm_that_packs(tmp_path, archived(tmp_path / "onnxruntime-web.tgz"), monkeypatch)
    obtain_runtime(None, cache_dir=tmp_path / "cache")
    next((tmp_path / "cache").rglob("*.wasm")).write_bytes(b"damaged")
    assert obtain_runtime(None, cache_dir=tmp_path / "cache") == PLAIN_FILES


def test_without_npm_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ConfigError, match=r"npm: not found.*install Node\.js, or name .* --runtime DIR_OR_TGZ"
    ):
        obtain_runtime(None, cache_dir=tmp_path / "cache")


def test_an_npm_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error network down' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(ConfigError, match="npm error network down"):
        obtain_runtime(None, cache_dir=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*"))


def test_the_build_for_gpus_is_taken_only_where_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {name: FILES[name] for name in PLAIN}
    archive = archived(tmp_path / "plain.tgz", plain)
    assert obtain_runtime(archive, cache_dir=tmp_path) == plain
    with pytest.raises(InputError, match=r"found no package/dist/ort\.jspi"):
        obtain_runtime(archive, cache_dir=tmp_path, names=WITH_GPU)
    npm_that_packs(tmp_path, archived(tmp_path / "onnxruntime-web.tgz"), monkeypatch)
    obtain_runtime(None, cache_dir=tmp_path / "cache")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert obtain_runtime(None, cache_dir=tmp_path / "cache", names=WITH_GPU) == FILES
