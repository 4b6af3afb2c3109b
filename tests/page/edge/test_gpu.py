"""The language model on a GPU, played by the processor (SwiftShader): the same answers, and none missed when the GPU goes.

It does not know how fast a GPU is: this one takes seconds for a step.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from foretype.assemble import built_in_model
from page.edge.conftest import CLIENT
from page.edge.hosting import Host
from page.edge.steps import sees_grey, write

pytestmark = pytest.mark.browser

PATIENCE_MS = 240_000  # a GPU played by a busy processor
KEEP_DEVICE = """const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...given) {
  return (self.device = await request.apply(this, given));
};"""
LOOKS_REAL = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { value: false });"
VERDICT = """async () => {
  const opening = indexedDB.open('foretype');
  const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
  const asked = database.transaction('values').objectStore('values').get('graphics');
  return new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
}"""
PAGE = "<!doctype html><title>GPU</title><script type=module src=/gpu.js></script>"


@pytest.fixture(scope="module")
def gpu_browser(playing: Playwright, chromium: str) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--enable-unsafe-webgpu"]  # else a GPU without hardware is none
    browser = playing.chromium.launch(executable_path=chromium, args=flags)
    yield browser
    browser.close()


@pytest.fixture
def gpu_page(gpu_browser: Browser) -> Iterator[Page]:
    window = gpu_browser.new_context(service_workers="block")
    window.set_default_timeout(PATIENCE_MS)
    yield window.new_page()
    window.close()


@pytest.fixture
def workbench(runtime: Path, tmp_path: Path) -> Iterator[Host]:
    """A page with the network itself: clients/edge/test/lm/gpu_page.ts."""
    bundler = CLIENT.parent / "node_modules" / ".bin" / "esbuild"
    flags = ["--bundle", "--format=esm", "--conditions=onnxruntime-web-use-extern-wasm", "--log-level=error"]
    command = [str(bundler), "test/lm/gpu_page.ts", *flags, f"--outfile={tmp_path / 'gpu.js'}"]
    subprocess.run(command, cwd=CLIENT, check=True)
    (tmp_path / "index.html").write_text(PAGE)
    places = {"model": built_in_model(), "ort": runtime / "dist", "vectors": CLIENT / "vectors"}
    for name, place in places.items():
        (tmp_path / name).symlink_to(place)
    with Host(tmp_path) as host:
        yield host


def opened(page: Page, host: Host, options: str = "{}") -> dict[str, Any]:
    """The engine's state once all there is answers."""
    page.goto(f"{host.address}host/host.html")
    page.wait_for_function("window.loaded")
    state: dict[str, Any] = page.evaluate(f"open({options}).then(() => engine.complete)")
    return state


def with_script(folder: Path, place: Path, name: str, script: str) -> Path:
    """The same folder at `place`, where the worker `name` runs `script` first."""
    for file in folder.iterdir():
        if file.name != name:
            (place / file.name).symlink_to(file)
    own = (folder / name).read_text(encoding="utf-8")
    (place / name).write_text(f"{script}\n{own}", encoding="utf-8")
    return place


def runtimes(host: Host) -> list[str]:
    """Which of onnxruntime-web's builds were loaded."""
    return sorted(path.partition("?")[0] for path in host.requests if path.startswith("/wasm"))


def test_without_a_gpu_its_runtime_is_not_loaded(plain_window: BrowserContext, whole: Host) -> None:
    assert opened(plain_window.new_page(), whole)["runsOn"] == "wasm"
    assert runtimes(whole) == ["/wasm.bin"]


@pytest.mark.slow
def test_a_gpu_that_the_processor_plays_is_taken_for_none(gpu_page: Page, whole: Host) -> None:
    assert opened(gpu_page, whole)["runsOn"] == "wasm"
    assert runtimes(whole) == ["/wasm.bin"]


@pytest.mark.slow
def test_on_a_gpu_answers_are_those_of_webassembly_and_of_the_shared_vectors(
    gpu_page: Page, workbench: Host
) -> None:
    gpu_page.goto(workbench.address)
    gpu_page.wait_for_function("window.compared")
    found = gpu_page.evaluate("compared()")
    for which in ("wasm", "rewound", "branched"):
        assert found[which]["most"] < 1e-3, which
    assert found["vectors"]["most"] < 0.2  # the server rounds to eight bits
    assert found["vectors"]["mean"] < 0.03
    assert found["heldBytes"] == 0


@pytest.mark.slow
def test_a_gpu_is_measured_and_left_alone_where_it_is_slower(gpu_page: Page, workbench: Host) -> None:
    gpu_page.goto(workbench.address)
    gpu_page.wait_for_function("window.measured")
    runs = gpu_page.evaluate("measured()")
    assert runs["on"] == "wasm"
    assert runs["stepMs"]["gpu"] > runs["stepMs"]["wasm"] > 0


@pytest.mark.slow
def test_an_engine_with_a_gpu_that_is_slower_runs_without_it_and_remembers(
    gpu_page: Page, whole_folder: Path, tmp_path: Path
) -> None:
    with Host(with_script(whole_folder, tmp_path, "engine-worker.js", LOOKS_REAL)) as host:
        for _visit in range(2):
            assert opened(gpu_page, host)["runsOn"] == "wasm"
            assert gpu_page.evaluate("asked('Thanks for your h')").startswith("elp")
            verdict = gpu_page.evaluate(VERDICT)
            assert (verdict["on"], "swiftshader" in verdict["device"]) == ("wasm", True)
        assert runtimes(host) == ["/wasm-gpu.bin"]


@pytest.mark.slow
def test_when_the_gpu_is_lost_counts_answer_and_webassembly_takes_over(
    gpu_page: Page, whole_folder: Path, tmp_path: Path
) -> None:
    with Host(with_script(whole_folder, tmp_path, "lm-worker.js", KEEP_DEVICE)) as host:
        assert opened(gpu_page, host, "{ gpu: true }")["runsOn"] == "gpu"
        assert runtimes(host) == ["/wasm-gpu.bin"]
        model = next(worker for worker in gpu_page.workers if "lm-worker" in worker.url)
        model.evaluate("device.destroy()")
        write(gpu_page, "Please let me kn", field="area")
        assert sees_grey(gpu_page).startswith("ow")
        gpu_page.wait_for_function("engine.state.runsOn === 'wasm'")
        assert gpu_page.evaluate("asked('Thanks for your h')").startswith("elp")
        assert runtimes(host) == ["/wasm-gpu.bin"]  # the same runtime does without
