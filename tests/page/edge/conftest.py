"""Built folders on plain web servers: one with the package's model, one with counts alone.

It does not know what the tests do with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from foretype.assemble import built_in_model
from foretype.edge.build import build_folder
from foretype.edge.parts import packaged_sources
from foretype.edge.runtime_files import WITH_GPU, obtain_runtime
from page.edge.hosting import Host

CLIENT = Path(__file__).parents[3] / "clients" / "edge"
RUNTIME = CLIENT.parent / "node_modules" / "onnxruntime-web"
PATIENCE_MS = 20_000  # on a busy machine the model takes seconds to open
STATISTICS_TO = "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.fixture(scope="session")
def runtime() -> Path:
    """onnxruntime-web, as npm unpacked it."""
    if not RUNTIME.is_dir():
        absent = "onnxruntime-web is not there: npm ci, in clients"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    return RUNTIME


@pytest.fixture(scope="session")
def whole_folder(runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package's model, which may run on a GPU: this browser has none."""
    folder = tmp_path_factory.mktemp("edge") / "whole"
    files = obtain_runtime(runtime, cache_dir=folder, names=WITH_GPU)
    return build_folder(folder, packaged_sources(model=built_in_model()), runtime=files).folder


@pytest.fixture(scope="session")
def counts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with counts alone, whose owner asks for private statistics."""
    folder = tmp_path_factory.mktemp("edge") / "counts"
    sources = packaged_sources(model=None)
    return build_folder(folder, sources, runtime={}, statistics_to=STATISTICS_TO).folder


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own: nothing is kept from one test to the next."""
    window = browser.new_context(viewport={"width": 1180, "height": 900}, locale="en-US")
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


@pytest.fixture
def plain_window(browser: Browser) -> Iterator[BrowserContext]:
    """The same where service workers are refused."""
    window = browser.new_context(locale="en-US", service_workers="block")
    window.set_default_timeout(PATIENCE_MS)
    yield window
    window.close()


@pytest.fixture
def whole(whole_folder: Path) -> Iterator[Host]:
    with Host(whole_folder) as host:
        yield host


@pytest.fixture
def counts(counts_folder: Path) -> Iterator[Host]:
    with Host(counts_folder) as host:
        yield host


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """An empty page; an error in a script or a breach of the policy fails the test."""
    page = window.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    yield page
    assert wrong == []


@pytest.fixture
def engine(plain_window: BrowserContext, counts: Host) -> Iterator[Page]:
    """The page of these tests with a field, at an engine of counts that answers."""
    page = plain_window.new_page()
    page.goto(f"{counts.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open()")
    yield page
