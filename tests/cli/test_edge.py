"""`foretype edge build` from the command line: what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Terminal


def test_a_folder_without_a_model_is_built_and_told_of(foretype: Terminal, tmp_path: Path) -> None:
    printed = foretype("edge", "build", "--model", "none", "--out", str(tmp_path / "site"))
    assert (printed.status, printed.err) == (0, "")
    assert "site: " in printed.out and "no language model, first load 5." in printed.out
    assert "http.server" in printed.out
    assert (tmp_path / "site" / "index.html").exists()


def test_a_foreign_folder_is_refused_before_anything_is_fetched(foretype: Terminal, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    printed = foretype("edge", "build", "--out", str(tmp_path))
    assert printed.status == 2
    assert printed.err.startswith(f"foretype edge: --out {tmp_path}: found a folder that")


def test_a_gguf_file_is_refused_with_what_to_do(foretype: Terminal, tmp_path: Path) -> None:
    printed = foretype("edge", "build", "--model", "some.gguf", "--out", str(tmp_path / "site"))
    assert printed.status == 2
    assert "does not run in browsers; `foretype model add some.gguf --bits 4`" in printed.err


def test_a_gpu_without_a_model_to_run_is_refused(foretype: Terminal, tmp_path: Path) -> None:
    printed = foretype("edge", "build", "--model", "none", "--webgpu", "--out", str(tmp_path / "site"))
    assert printed.status == 2
    assert "found no language model, wanted one to run on a GPU; leave out --webgpu" in printed.err


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "example.org",
        "https://example.org/path",
        "ftp://x",
        "https://x; script-src *",
        "https://[::1",
        "https://me@example.org",
    ],
)
def test_statistics_go_to_an_origin_over_https_only(foretype: Terminal, tmp_path: Path, address: str) -> None:
    command = ("edge", "build", "--model", "none", "--statistics-to", address)
    printed = foretype(*command, "--out", str(tmp_path / "site"))
    assert printed.status == 2
    assert f"found {address!r}, wanted an address such as https://example.org" in printed.err
    assert not (tmp_path / "site").exists()
