"""A server process of its own around a scripted composer: `python scripted_server.py [loading|broken]`.

It says on stdout what happens to it ("listening PORT", "asked", "closed"). A request for "wait" is answered
after a line on stdin; with "loading" so is the opening of the model; "broken" never opens. It is no test.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from foretype.compose.request import Answer, Request
from foretype.errors import ModelError
from foretype.serve.door import Composer
from foretype.serve.listening import listen
from foretype.serve.run import serve
from serving import ScriptedComposer, settings_for


class Awaited(ScriptedComposer):
    def answer(self, request: Request) -> Answer:
        if request.text == "wait":
            tell("asked")
            sys.stdin.readline()
        return super().answer(request)

    def close(self) -> None:
        tell("closed")


def tell(what: str) -> None:
    print(what, flush=True)


def load(mode: str, loading: Future[Composer]) -> None:
    if mode == "broken":
        loading.set_exception(ModelError("model.onnx: truncated"))
        return
    if mode == "loading":
        sys.stdin.readline()
    loading.set_result(Awaited())


def main(mode: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return run(mode, Path(folder))


def run(mode: str, folder: Path) -> int:
    settings = settings_for(folder, port=0, log_level="debug")
    listening = listen(settings)
    port = listening.getsockname()[1]
    tell(f"listening {port}")
    loading: Future[Composer] = Future()
    threading.Thread(target=load, args=(mode, loading), daemon=True).start()
    try:
        serve(settings, listening, loading, announce=lambda composer: tell(f"ready {composer.model}"))
    except ModelError as error:
        tell(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
