"""The built folder: whole or not at all, the same bytes each time, every file listed with its checksum."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foretype.edge.build import Built, build_folder
from foretype.edge.layout import MAX_FIRST_LOAD_BYTES, STATIC
from foretype.edge.packing import packed, plain
from foretype.edge.parts import packaged_sources
from foretype.edge.runtime_files import GPU_WASM, PINNED, PLAIN
from foretype.errors import InputError, ModelError

DATA = Path(str(STATIC)).parent.parent / "data"
RUNTIME: Mapping[str, bytes] = {
    name: name.encode() * 100 for name in PLAIN
}  # what is in them is not looked at
COUNTS_ONLY = replace(packaged_sources(model=None), background=DATA / "strengths.json")  # nor in the counts


@pytest.fixture(scope="module")
def counts_only(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_folder(tmp_path_factory.mktemp("edge") / "site", COUNTS_ONLY, runtime={})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Built:
    sources = packaged_sources(model=DATA / "model")
    return build_folder(tmp_path_factory.mktemp("edge") / "site", sources, runtime=RUNTIME)


def told(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_every_file_is_listed_with_its_size_and_checksum(whole: Built) -> None:
    files = told(whole)["files"]
    there = {path.name: path.read_bytes() for path in whole.folder.iterdir() if path.name != "manifest.json"}
    assert {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in there.items()} == {
        name: (facts["num_bytes"], facts["sha256"]) for name, facts in files.items()
    }


def test_large_files_unpack_to_what_the_package_holds(whole: Built) -> None:
    pairs = {
        "background.bin": DATA / "background.ngram",
        "weights.bin": DATA / "model" / "model.onnx.data",
        "tokenizer.bin": DATA / "model" / "tokenizer.json",
        "strengths.bin": DATA / "model" / "strengths.json",
    }
    for name, source in pairs.items():
        data = gzip.decompress((whole.folder / name).read_bytes())
        assert data == source.read_bytes()
        facts = told(whole)["files"][name]
        assert (facts["num_unpacked"], facts["sha256_unpacked"]) == (
            len(data),
            hashlib.sha256(data).hexdigest(),
        )


def test_the_packages_model_loads_within_the_limit(whole: Built) -> None:
    real_runtime = 3_700_000 + 80_000  # of onnxruntime-web 1.30.0, packed
    assert whole.manifest.first_load_bytes + real_runtime < MAX_FIRST_LOAD_BYTES
    assert not whole.is_too_large


def test_a_browser_loads_one_runtime_of_two(whole: Built, tmp_path: Path) -> None:
    runtime = {name: name.encode() * 100 for name in PINNED} | {GPU_WASM: bytes(range(256)) * 99}
    both = build_folder(tmp_path / "site", packaged_sources(model=DATA / "model"), runtime=runtime).manifest
    assert (whole.manifest.uses_gpus, both.uses_gpus) == (False, True)
    sizes = {name: len(file.stored) for name, file in both.files.items()}
    assert whole.manifest.first_load_bytes == whole.manifest.first_load_bytes_without_gpu
    more = sizes["wasm-gpu.bin"] - sizes["wasm.bin"]
    assert both.first_load_bytes - both.first_load_bytes_without_gpu == more
    assert "wasm-gpu.bin" not in whole.manifest.files


def test_the_same_parts_give_the_same_bytes(counts_only: Built, tmp_path: Path) -> None:
    again = build_folder(tmp_path / "again", COUNTS_ONLY, runtime={})
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == {
        path.name: path.read_bytes() for path in counts_only.folder.iterdir()
    }


def test_without_a_model_nothing_of_one_is_there(counts_only: Built) -> None:
    names = {path.name for path in counts_only.folder.iterdir()}
    assert names.isdisjoint({"weights.bin", "graph.bin", "model.bin", "tokenizer.bin", "wasm.bin", "ort.js"})
    assert told(counts_only)["model"] is None


def test_the_fixed_gate_needs_no_ranker(tmp_path: Path) -> None:
    built = build_folder(tmp_path / "site", replace(COUNTS_ONLY, ranker=None), runtime={})
    assert not (built.folder / "ranker.bin").exists()


def test_a_changed_part_makes_another_version_and_another_service_worker(
    counts_only: Built, tmp_path: Path
) -> None:
    other = build_folder(tmp_path / "site", replace(COUNTS_ONLY, ranker=None), runtime={})
    assert other.manifest.version != counts_only.manifest.version
    workers = [(built.folder / "sw.js").read_bytes() for built in (other, counts_only)]
    assert workers[0] != workers[1]


def test_an_older_folder_of_ours_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "site"
    build_folder(target, COUNTS_ONLY, runtime={})
    build_folder(target, replace(COUNTS_ONLY, ranker=None), runtime={})
    assert not (target / "ranker.bin").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_that_somebody_put_into_a_folder_of_ours_is_not_lost(tmp_path: Path) -> None:
    target = tmp_path / "site"
    build_folder(target, COUNTS_ONLY, runtime={})
    (target / "about.html").write_text("mine")
    with pytest.raises(InputError, match=r"found 'about\.html' beside what was built"):
        build_folder(target, COUNTS_ONLY, runtime={})
    assert (target / "about.html").read_text() == "mine"


@pytest.mark.parametrize("fails_at", ["write_bytes", "rename"])
def test_a_build_that_fails_half_way_leaves_the_older_folder_and_nothing_else(
    fails_at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "site"
    old = build_folder(target, COUNTS_ONLY, runtime={}).manifest.version
    whole, calls = getattr(Path, fails_at), iter(range(100))

    def failing(path: Path, *given: Any) -> Any:
        if next(calls) == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(path, *given)

    monkeypatch.setattr(Path, fails_at, failing)
    with pytest.raises(InputError, match=r"No space left on device.*with room"):
        build_folder(target, replace(COUNTS_ONLY, ranker=None), runtime={})
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert json.loads((target / "manifest.json").read_text(encoding="utf-8"))["version"] == old


def test_gzip_does_not_tell_which_python_or_system_made_it() -> None:
    header = packed(b"x").stored[:10]
    assert header[4:] == bytes([0, 0, 0, 0, 2, 255])  # no time; best compression; any system


def test_a_folder_of_somebody_elses_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Susan")
    with pytest.raises(InputError, match="did not make"):
        build_folder(tmp_path, COUNTS_ONLY, runtime={})
    assert (tmp_path / "letter.txt").read_text() == "Dear Susan"


def test_a_name_that_no_folder_may_have_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        build_folder(tmp_path / ("x" * 300), COUNTS_ONLY, runtime={})


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"cannot be written .*choose a place"):
        build_folder(tmp_path / "file" / "site", COUNTS_ONLY, runtime={})


def test_a_damaged_model_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for path in (DATA / "model").iterdir():
        (model / path.name).write_bytes(path.read_bytes())
    (model / "model.onnx.data").write_bytes(b"short")
    with pytest.raises(ModelError, match=r"model\.onnx\.data"):
        build_folder(tmp_path / "site", packaged_sources(model=model), runtime=RUNTIME)
    assert not (tmp_path / "site").exists()


def test_only_a_named_address_may_be_sent_to(counts_only: Built, tmp_path: Path) -> None:
    asked = build_folder(
        tmp_path / "site", COUNTS_ONLY, runtime={}, statistics_to="https://statistics.example"
    )
    for built, allowed in ((counts_only, "'self'"), (asked, "'self' https://statistics.example")):
        page = (built.folder / "index.html").read_text(encoding="utf-8")
        assert f"connect-src {allowed};" in page
        assert "unsafe-inline" not in page
        assert json.dumps(allowed) in (built.folder / "sw.js").read_text(encoding="utf-8")


def test_a_web_server_of_another_user_can_read_it(counts_only: Built) -> None:
    assert counts_only.folder.stat().st_mode & 0o055 == 0o055


def test_a_first_load_over_the_limit_is_seen(counts_only: Built) -> None:
    files = {"weights.bin": replace(plain(b""), stored=bytes(MAX_FIRST_LOAD_BYTES + 1))}
    assert replace(counts_only, manifest=replace(counts_only.manifest, files=files)).is_too_large


def test_a_model_brings_its_own_strengths_or_takes_the_packages(tmp_path: Path) -> None:
    assert packaged_sources(model=tmp_path).strengths == DATA / "strengths.json"
    assert packaged_sources(model=DATA / "model").strengths == DATA / "model" / "strengths.json"
