"""`foretype edge build`: the whole engine as a static folder that any web server can host.

It does not know what lies in the folder, nor what a browser does with it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from foretype.assemble import GGUF, NO_RANKER, model_path
from foretype.cli.opening import add_model_option
from foretype.config import Settings, load_settings
from foretype.edge.build import Built, build_folder, check_target
from foretype.edge.layout import MAX_FIRST_LOAD_BYTES
from foretype.edge.parts import Sources, packaged_sources
from foretype.edge.runtime_files import PLAIN, WITH_GPU, obtain_runtime
from foretype.errors import InputError

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
# nothing else may get into a page's policy
ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?/?")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype edge`."""
    parser = subparsers.add_parser("edge", help="put the whole engine into a folder for browsers")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    build = verbs.add_parser("build", help="make the folder; any web server can host it")
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make")
    add_model_option(build)
    build.add_argument(
        "--runtime",
        type=Path,
        metavar="DIR_OR_TGZ",
        help="onnxruntime-web, unpacked or as an archive (default: npm fetches it, once)",
    )
    build.add_argument(
        "--webgpu",
        action="store_true",
        help="run the language model on a browser's GPU where that was measured to be faster (0.5 MB more)",
    )
    build.add_argument(
        "--statistics-to",
        metavar="URL",
        help="a foretype server that takes private statistics of the people who agree (default: none)",
    )
    build.set_defaults(func=run_build)


def run_build(args: argparse.Namespace) -> int:
    """Make the folder, say how much a first visit loads and how to look at it."""
    settings = load_settings(model=args.model)
    check_target(args.out)
    statistics_to = _checked_address(args.statistics_to)
    sources = _sources(settings)
    runtime = {}
    if sources.model is not None:
        names = WITH_GPU if args.webgpu else PLAIN
        runtime = obtain_runtime(args.runtime, cache_dir=settings.cache_dir / "edge", names=names)
    elif args.webgpu:
        raise InputError(
            "--webgpu: found no language model, wanted one to run on a GPU; leave out --webgpu or --model none"
        )
    built = build_folder(args.out, sources, runtime=runtime, statistics_to=statistics_to)
    _tell(built)
    return 0


def _sources(settings: Settings) -> Sources:
    model = model_path(settings)
    if model is not None and model.suffix == GGUF:
        raise InputError(
            f"--model {model}: a GGUF file does not run in browsers; `foretype model add {model} --bits 4` "
            "makes a model that does"
        )
    ranker = settings.ranker
    if ranker is None or ranker == NO_RANKER:
        return packaged_sources(model=model, has_ranker=ranker is None)
    return packaged_sources(model=model, ranker=Path(ranker).expanduser())


def _checked_address(url: str | None) -> str | None:
    """An origin to which a page may send: https, or this machine."""
    if url is None:
        return None
    found = ORIGIN.fullmatch(url.lower())
    if found is None or not (found["scheme"] == "https" or found["host"] in LOCAL_NAMES):
        raise InputError(
            f"--statistics-to: found {url!r}, wanted an address such as https://example.org, without a path "
            "(http only for this machine)"
        )
    return found[0].rstrip("/")


def _tell(built: Built) -> None:
    first = built.manifest.first_load_bytes
    model = built.manifest.model or "no language model"
    load = f"first load {first / 1e6:.1f} MB"
    if built.manifest.uses_gpus:
        load += f", {built.manifest.first_load_bytes_without_gpu / 1e6:.1f} MB where there is no GPU"
    print(f"{built.folder}: {len(built.manifest.files)} files with {model}, {load}")
    print(f"look at it: python3 -m http.server -d {built.folder} 8000, then http://localhost:8000")
    if built.is_too_large:
        print(
            f"WARNING: a first visit loads {first / 1e6:.1f} MB, wanted at most {MAX_FIRST_LOAD_BYTES / 1e6:.0f}; "
            "people on slow lines will wait. A smaller model helps: `foretype model add MODEL --bits 4`, "
            "`foretype compress`, or --model none",
            file=sys.stderr,
        )
