"""The same functions on a Ray cluster give the same bytes, and an error in a part is the same error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from foretype.corpus.importing import ImportOptions, import_corpus
from foretype.corpus.parts import in_this_process

pytestmark = pytest.mark.ray

BOXES = 6
SCRIPT = """
import sys
from pathlib import Path
from foretype.corpus.importing import ImportOptions, import_corpus
from foretype.corpus.on_ray import LOCAL, on_ray
from foretype.errors import InputError

folder = Path(sys.argv[1])
options = ImportOptions(tell_languages=False, min_likeness=None)
with on_ray(LOCAL) as run:
    import_corpus([folder / "mail"], folder / "there.jsonl.xz", options=options, run=run)
    try:
        lossy = lambda work, parts: run(work, spoiled(parts))
        import_corpus([folder / "mail"], folder / "gone.jsonl", options=options, run=lossy)
    except InputError as error:
        print(error)
"""
SPOILED = """
def spoiled(parts):
    \"\"\"Parts whose folder somebody deletes meanwhile.\"\"\"
    import shutil
    shutil.rmtree(parts[0].folder)
    return parts
"""


def test_a_local_cluster_gives_what_one_process_gives_and_its_errors(tmp_path: Path) -> None:
    """In a process of its own: Ray leaves threads and handlers behind."""
    pytest.importorskip("ray")
    (tmp_path / "mail").mkdir()
    for number in range(BOXES):
        mails = "".join(
            f"From x\nFrom: a{mail}@example.org\n\nMail {mail} of {number}.\n\n" for mail in range(9)
        )
        (tmp_path / "mail" / f"{number}.mbox").write_text(mails, encoding="utf-8")
    options = ImportOptions(tell_languages=False, min_likeness=None)
    import_corpus([tmp_path / "mail"], tmp_path / "here.jsonl.xz", options=options, run=in_this_process)
    with (tmp_path / "printed").open("w") as printed:  # a pipe would be held open by Ray's servers
        command = [sys.executable, "-c", SPOILED + SCRIPT, str(tmp_path)]
        done = subprocess.run(command, stdout=printed, stderr=printed, timeout=240)
    told = (tmp_path / "printed").read_text(encoding="utf-8")
    assert done.returncode == 0, told
    assert (tmp_path / "there.jsonl.xz").read_bytes() == (tmp_path / "here.jsonl.xz").read_bytes()
    assert "cannot be written (No such file or directory)" in told
