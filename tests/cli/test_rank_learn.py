"""`foretype rank learn`: what keeps it from learning is one line, and the cluster's book of rankers is its folder's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Terminal


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "setting learning_redis: found none"),
        (("--redis", "http://:secret@x"), "found an address that is none"),
        (("--redis", "redis://127.0.0.1:1/0"), "wanted a server that answers"),
        (("--every", "0", "--redis", "redis://127.0.0.1:1/0"), "--every: found 0.0"),
    ],
)
def test_what_keeps_it_from_learning_is_told(foretype: Terminal, words: tuple[str, ...], told: str) -> None:
    pytest.importorskip("redis")
    printed = foretype("rank", "learn", *words)
    assert printed.status == 2 and told in printed.err and printed.err.count("\n") == 1
    assert "secret" not in printed.err


def test_where_servers_learn_together_versions_are_the_clusters(
    foretype: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in = Path(__file__).parents[2] / "src" / "foretype" / "data" / "ranker"
    monkeypatch.setenv("FORETYPE_LEARNING_REDIS", "redis://127.0.0.1:1/0")
    assert foretype("rank", "add", str(built_in)).status == 0
    assert "r0001" in foretype("rank", "versions").out
    assert (tmp_path / "data" / "cluster" / "rankers" / "r0001").is_dir()
    monkeypatch.delenv("FORETYPE_LEARNING_REDIS")
    assert "r0001" not in foretype("rank", "versions").out
