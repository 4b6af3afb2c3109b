"""Killed, forgotten, shared: what stands in the files then, byte by byte."""

from __future__ import annotations

import signal
from pathlib import Path

from foretype.personal.store import open_store
from personal_contract import CANARY, LEXICON, MAIL, counts
from store_files import (
    all_bytes,
    fill,
    ids_bytes,
    opened_memory,
    other_process,
    run_elsewhere,
)


def test_a_killed_process_loses_at_most_the_learn_that_had_not_answered(tmp_path: Path) -> None:
    code = """
        store = open_store(folder, Lexicon([]))
        for number in range(100_000):  # it never gets there
            store.learn("u1", f"said number{number}", context=Context())
            print(number, flush=True)
    """
    with other_process(code, tmp_path) as process:
        assert process.stdout is not None
        answered = [process.stdout.readline() for _ in range(500)]
        process.send_signal(signal.SIGKILL)
        answered += process.stdout.readlines()
    last = int([line for line in answered if line.endswith("\n")][-1])
    store = open_store(tmp_path, LEXICON)
    kept = {word for word in opened_memory(store, "u1").strange if word.startswith("number")}
    assert {f"number{number}" for number in range(last + 1)} <= kept
    assert len(kept) <= last + 2
    store.close()


def test_forget_leaves_no_byte_of_the_user_in_any_file(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    for seed in range(4):
        for user in ("anna", "ben"):
            fill(store, user, num_messages=40, seed=seed)
    assert b"anna" in all_bytes(tmp_path) and b"zebra" in all_bytes(tmp_path)
    ids = ids_bytes("purple", "marmalade")
    assert store.forget("anna") and b"anna" not in all_bytes(tmp_path) and b"benw" in all_bytes(tmp_path)
    assert store.forget("ben")
    left = all_bytes(tmp_path)
    assert not [word for word in (*CANARY.split()[1:], "benw", "ben") if word.encode() in left]
    assert ids not in left
    store.learn("anna", "let me know", context=MAIL)
    assert counts(store.memory("anna"), "let me") == {"know": 1}
    store.close()


def test_a_forgotten_phrase_is_in_no_file(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    fill(store, "anna", num_messages=120)
    assert store.forget_phrase("anna", CANARY) == 120
    left = all_bytes(tmp_path)
    assert b"annaw" in left
    assert not [word for word in CANARY.split()[1:] if word.encode() in left]
    assert ids_bytes("purple", "marmalade") not in left
    store.close()


def test_a_wipe_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    code = """
        from foretype.personal import sqlite_shelf
        sqlite_shelf.wipe = lambda connection, path: os.kill(os.getpid(), signal.SIGKILL)
        store = open_store(folder, Lexicon([]))
        for number in range(300):
            store.learn("anna", f"zebra{number} eats marmalade", context=Context())
        store.forget("anna")
    """
    with other_process(code, tmp_path) as process:
        process.wait(timeout=60)
    assert process.returncode == -signal.SIGKILL
    store = open_store(tmp_path, LEXICON)
    assert store.users() == []
    assert b"zebra" not in all_bytes(tmp_path) and b"marmalade" not in all_bytes(tmp_path)
    store.close()


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    store.learn("u1", "let me know", context=MAIL)
    assert counts(store.memory("u1"), "let me") == {"know": 1}
    run_elsewhere('open_store(folder, Lexicon([])).learn("u1", "let me see", context=Context())', tmp_path)
    assert counts(store.memory("u1"), "let me") == {"know": 1, "see": 1}
    run_elsewhere('open_store(folder, Lexicon([])).forget("u1")', tmp_path)
    assert store.memory("u1") is None
    assert b"know" not in all_bytes(tmp_path)
    store.close()


def test_two_processes_that_learn_at_once_lose_nothing(tmp_path: Path) -> None:
    code = """
        store = open_store(folder, Lexicon([]))
        for number in range(100):
            store.learn("u1", f"me said{number}{os.getpid()} and a tail of words to pack", context=Context())
    """
    with other_process(code, tmp_path) as one, other_process(code, tmp_path) as two:
        assert (one.wait(timeout=120), two.wait(timeout=120)) == (0, 0)
    store = open_store(tmp_path, LEXICON)
    assert sum(counts(store.memory("u1"), "me").values()) == 200
    store.close()
