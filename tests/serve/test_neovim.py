"""Claims about the language server in a real Neovim, set up with nothing but the how-to's Lua."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from neovim import lua_under, neovim

pytestmark = pytest.mark.editors

MAIL = "To: Sue <sue@x.example>\nSubject: Plan 😀\n\nHi 😀,\n"
SETUPS = ("Neovim 0.12", "Neovim 0.11")


@pytest.fixture(scope="module")
def binary() -> Path:
    """Neovim where .ci/editors put it."""
    found = Path(os.environ.get("FORETYPE_EDITORS", "/nowhere")) / "bin" / "nvim"
    if not found.is_file():
        absent = "no Neovim: .ci/editors DIR, and FORETYPE_EDITORS=DIR"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return found


@pytest.mark.parametrize("setup", SETUPS)
def test_tab_takes_a_suggestion_in_one_step_of_undo(binary: Path, tmp_path: Path, setup: str) -> None:
    (tmp_path / "draft.eml").write_text(MAIL, encoding="utf-8")
    with neovim(binary, tmp_path, "draft.eml", config=lua_under(setup)) as editor:
        editor.type("Go😀 Please let me kn")
        editor.wait_for(lambda: editor.grey() == "ow ")
        assert editor.text() == MAIL + "😀 Please let me kn"
        editor.type("<Tab>")
        editor.wait_for(lambda: editor.text() == MAIL + "😀 Please let me know ")
        editor.type("<Esc>u")
        editor.wait_for(lambda: editor.text() == MAIL + "😀 Please let me kn")


@pytest.mark.parametrize("setup", SETUPS)
def test_in_headers_there_is_no_grey_text_and_tab_is_a_tab(binary: Path, tmp_path: Path, setup: str) -> None:
    (tmp_path / "draft.eml").write_text("Subject: x\n\nPlease let me kn", encoding="utf-8")
    with neovim(binary, tmp_path, "draft.eml", config=lua_under(setup)) as editor:
        editor.type("GA")
        editor.wait_for(lambda: editor.grey() == "ow ")
        editor.type("<Esc>ggA Please let me kn")
        editor.wait_for(lambda: editor.grey() == "")
        editor.type("<C-v><Tab><Tab>")
        editor.wait_for(lambda: editor.text().startswith("Subject: x Please let me kn\t\t"))


def test_a_mail_that_is_saved_is_learned_although_neovim_quits_at_once(binary: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.eml").write_text(MAIL, encoding="utf-8")
    config = lua_under("Neovim 0.12").replace("'--user', 'me'", "'--user', 'me', '--learn', 'mail'")
    with neovim(binary, tmp_path, "draft.eml", config=config) as editor:
        editor.type("GoPlease let me kn")
        editor.wait_for(
            lambda: editor.grey() == "ow "
        )  # what stands there when the server comes up was written before
        editor.type("<C-u>The Zephyrine project.<Esc>:w<CR>")
        editor.wait_for(lambda: "Zephyrine" in (tmp_path / "draft.eml").read_text(encoding="utf-8"))
    (tmp_path / "next.eml").write_text("Subject: Next\n\n", encoding="utf-8")
    with neovim(binary, tmp_path, "next.eml", config=config) as editor:
        editor.type("GoThe Zephy")
        editor.wait_for(lambda: editor.grey().startswith("rine"))
