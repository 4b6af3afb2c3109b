"""Bad machines and damaged files: refused with a reason, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretype.errors import StoreError
from foretype.personal.sqlite_shelf import FILE_NAME, MIGRATIONS
from foretype.personal.store import open_store
from personal_contract import LEXICON, MAIL
from store_files import (
    all_bytes,
    execute,
    fill,
    run_elsewhere,
)


def test_a_folder_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    open_store(tmp_path, LEXICON).close()
    code = """
        folder.chmod(0o555); (folder / "memories.sqlite3").chmod(0o444)
        if os.getuid() == 0:  # root may write everywhere: be nobody
            os.setegid(65534); os.seteuid(65534)
        for place in (folder, folder / "new"):
            try:
                open_store(place, Lexicon([]))
            except ForetypeError as error:
                print(type(error).__name__, error)
    """
    for parent in [tmp_path, *tmp_path.parents[:2]]:  # pytest makes them for their owner only
        parent.chmod(0o755)
    lines = run_elsewhere(code, tmp_path).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("StoreError") and str(tmp_path) in line and "data_dir" in line


def test_a_full_disk_refuses_the_learn_and_keeps_disk_and_memory_together(tmp_path: Path) -> None:
    code = """
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = open_store(folder, Lexicon([]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
        num_learned = 0
        try:
            while num_learned < 20_000:
                store.learn("u1", f"me said{num_learned} " + "filling words " * 40, context=Context())
                num_learned += 1
        except ForetypeError as error:
            print(type(error).__name__, "nothing was changed" in str(error))
        print(sum(word.startswith("said") for word in store.memory("u1").strange) == num_learned)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        store.learn("u1", "me again", context=Context())
        print(num_learned + 1 == store.info("u1").messages, num_learned > 5)
    """
    assert run_elsewhere(code, tmp_path).split() == ["StoreError", "True", "True", "True", "True"]


def test_a_disk_too_full_to_rewrite_says_that_it_was_deleted_and_the_next_start_wipes(tmp_path: Path) -> None:
    code = """
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = open_store(folder, Lexicon([]))
        for number in range(200):
            words = " ".join(f"w{number}x{word}" for word in range(99))
            store.learn("keep", words, context=Context())
        store.learn("anna", "marmalade", context=Context())
        store.close()
        store = open_store(folder, Lexicon([]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
        try:
            store.forget("anna")
        except ForetypeError as error:
            print(type(error).__name__, "deleted" in str(error))
        print(store.users())
    """
    assert run_elsewhere(code, tmp_path).split() == ["StoreError", "True", "['keep']"]
    store = open_store(tmp_path, LEXICON)
    assert store.users() == ["keep"] and b"marmalade" not in all_bytes(tmp_path)
    store.close()


@pytest.mark.parametrize(
    "damage", [b"this is no database at all, it is a letter" * 100, b"SQLite format 3\0" + b"\xff" * 9_000]
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(damage)
    with pytest.raises(StoreError, match=r"memories\.sqlite3.*damaged.*left as it is"):
        open_store(tmp_path, LEXICON)
    assert path.read_bytes() == damage


def test_a_cut_off_file_is_told_when_it_is_read_and_not_written(tmp_path: Path) -> None:
    store = open_store(tmp_path, LEXICON)
    fill(store, "u1", num_messages=200)
    store.close()
    path = tmp_path / FILE_NAME
    damaged = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"memories\.sqlite3.*damaged"):
        reopened = open_store(tmp_path, LEXICON)
        try:
            reopened.memory("u1")
        finally:
            reopened.close()
    assert path.read_bytes()[100:] == damaged[100:]


def test_damaged_records_name_the_user_and_forgetting_still_works(tmp_path: Path) -> None:
    open_store(tmp_path, LEXICON).close()
    store = open_store(tmp_path, LEXICON)
    store.learn("u1", "let me know", context=MAIL)
    execute(tmp_path, "UPDATE rows SET row = x'78ff00'")
    for read in (store.memory, store.export, store.phrases):
        with pytest.raises(StoreError, match=r"u1.*damaged records"):
            read("u1")
    assert store.forget("u1")
    store.close()


def test_a_file_of_a_newer_foretype_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path, LEXICON).close()
    execute(tmp_path, f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match=f"schema version {len(MIGRATIONS) + 1}.*newer"):
        open_store(tmp_path, LEXICON)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    execute(tmp_path, "CREATE TABLE bookmarks(url TEXT)")
    with pytest.raises(StoreError, match="another program"):
        open_store(tmp_path, LEXICON)
