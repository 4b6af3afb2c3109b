"""The engine in somebody else's page: one line attaches a field, and whatever goes wrong, the field works on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from page.edge.hosting import Host
from page.edge.steps import sees_grey, write
from page.steps import comes_true

pytestmark = pytest.mark.browser

NOTE = "please see the attached Zanzibar figures"
KEYS = """async () => {
  const opening = indexedDB.open('foretype');
  const database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
  const asked = database.transaction('values').objectStore('values').getAllKeys();
  const keys = await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
  database.close();
  return keys;
}"""
BROKEN_DATABASE = (
    "IDBObjectStore.prototype.getAll = () => { throw new DOMException('damaged', 'UnknownError'); };"
)
NO_DATABASE = "Object.defineProperty(self, 'indexedDB', { value: undefined });"
FULL_DATABASE = """const add = IDBObjectStore.prototype.add;
let isFull = false;
addEventListener('message', ({ data }) => { if (data.name === 'learn') isFull = true; });
IDBObjectStore.prototype.add = function (...given) {
  if (isFull) throw new DOMException('full', 'QuotaExceededError');
  return add.apply(this, given);
};"""


def test_a_field_is_attached_before_the_engine_answers_and_gets_grey_text_when_it_does(
    plain_window: BrowserContext, counts: Host
) -> None:
    page = plain_window.new_page()
    page.goto(f"{counts.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("void open()")
    write(page, "Please let me kn", field="area")
    assert sees_grey(page).startswith("ow")
    page.keyboard.press("Tab")
    assert page.locator("#area").input_value().startswith("Please let me know")


def test_what_is_learned_is_known_to_the_very_next_answer(engine: Page) -> None:
    found = engine.evaluate(
        "async (note) => { await engine.learn(note); await engine.learn(note); return asked('see the attached Z'); }",
        NOTE,
    )
    assert found.startswith("anzibar")


def test_an_engine_for_nobody_keeps_nothing(plain_window: BrowserContext, counts: Host) -> None:
    page = plain_window.new_page()
    page.goto(f"{counts.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open({ user: null })")
    assert page.evaluate("engine.learn('x').catch((error) => error.message)").startswith(
        "the engine was opened for nobody"
    )


def test_options_and_folders_that_cannot_be_are_refused_in_words(engine: Page) -> None:
    tried = "(call) => { try { eval(call) } catch (error) { return error.message } }"
    assert 'found the option "usr"' in engine.evaluate(tried, "open({ usr: 1 })")
    assert "found the coverage 2" in engine.evaluate(tried, "open({ coverage: 2 })")
    assert "of this page's own origin" in engine.evaluate(tried, "openAt('https://example.org/')")


def test_nothing_that_is_blocked_is_shown(engine: Page) -> None:
    assert engine.evaluate("asked('Please let me kn')").startswith("ow")
    engine.evaluate("engine.setDials({ blocked: ['know'] })")
    assert not (engine.evaluate("asked('Please let me kn')") or "").startswith("ow")


def test_outcomes_are_counted_and_forgotten_with_the_person(engine: Page) -> None:
    write(engine, "Please let me kn", field="area")
    sees_grey(engine)
    engine.keyboard.press("Tab")
    taken = (
        "async () => { const { accepted, keysSaved } = await engine.tally(); return accepted && keysSaved; }"
    )
    engine.wait_for_function(taken)  # letters that come in a heap count as taken too, and may save none
    assert engine.evaluate("engine.tally()")["shown"] >= 1
    engine.evaluate("engine.forget()")
    assert engine.evaluate("engine.tally()")["shown"] == 0


def test_a_worker_that_crashes_is_replaced_and_the_field_works_on(engine: Page) -> None:
    engine.evaluate("(note) => engine.learn(note)", NOTE)
    before = len(engine.workers)
    engine.workers[0].evaluate("void setTimeout(() => { throw new Error('crash'); })")
    engine.wait_for_function("states.some(({ problem }) => problem?.includes('crash'))")
    write(engine, "see the attached Z", field="area")
    assert sees_grey(engine).startswith("anzibar")
    assert engine.locator("#area").input_value() == "see the attached Z"
    assert len(engine.workers) == before


def test_a_message_that_is_sent_while_the_worker_crashes_is_learned_once(engine: Page) -> None:
    engine.evaluate("(note) => { window.sent = engine.learn(note); }", NOTE)
    engine.workers[0].evaluate("void setTimeout(() => { throw new Error('crash'); })")
    engine.wait_for_function("states.some(({ problem }) => problem?.includes('crash'))")
    engine.evaluate("window.sent")
    assert engine.evaluate("engine.summary()")["messages"] == 1


def test_whoever_asks_while_the_worker_starts_again_waits_for_it(engine: Page) -> None:
    engine.evaluate("(note) => engine.learn(note)", NOTE)
    engine.workers[0].evaluate("void setTimeout(() => { throw new Error('crash'); })")
    engine.wait_for_function("states.some(({ problem }) => problem?.includes('crash'))")
    asked = "Promise.all(Array.from({ length: 60 }, async (_, turn) => {"
    asked += " await new Promise((resolve) => setTimeout(resolve, 5 * turn)); return (await engine.summary()).messages; }))"
    assert set(engine.evaluate(asked)) == {1}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (NO_DATABASE, "keeps nothing"),
        (FULL_DATABASE, "no room left"),
        (BROKEN_DATABASE, "UnknownError damaged"),
    ],
)
def test_where_the_browser_keeps_nothing_it_works_in_memory_and_says_so(
    plain_window: BrowserContext, counts: Host, counts_folder: Path, script: str, why: str
) -> None:
    worker = (counts_folder / "engine-worker.js").read_text(encoding="utf-8")

    def changed(route: Route) -> None:
        route.fulfill(body=f"{script}\n{worker}", content_type="text/javascript")

    plain_window.route("**/engine-worker.js", changed)
    page = plain_window.new_page()
    page.goto(f"{counts.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open()")
    learned = page.evaluate("async (note) => { await engine.learn(note); return engine.learn(note); }", NOTE)
    assert learned["isKept"] is False
    state = page.evaluate("engine.state")
    assert (state["memory"], why in state["storeProblem"]) == ("session", True)
    assert page.evaluate("asked('see the attached Z')").startswith("anzibar")


def test_a_damaged_file_is_named_and_what_to_do(
    plain_window: BrowserContext, counts: Host, counts_folder: Path
) -> None:
    whole = (counts_folder / "background.bin").read_bytes()
    broken = whole[:-1] + bytes([whole[-1] ^ 1])
    plain_window.route("**/background.bin*", lambda route: route.fulfill(body=broken))
    page = plain_window.new_page()
    page.goto(f"{counts.address}host/host.html")
    page.wait_for_function("window.loaded")
    told = page.evaluate("open().catch((error) => error.message)")
    assert "background.bin: found checksum" in told and "copy the folder" in told
    assert page.evaluate("engine.state.phase") == "failed"


def test_counts_answer_while_the_model_is_missing_and_the_reason_is_told(
    plain_window: BrowserContext, whole: Host
) -> None:
    plain_window.route("**/weights.bin*", lambda route: route.fulfill(status=404))
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open()")
    assert page.evaluate("asked('Please let me kn')").startswith("ow")
    state = page.evaluate("engine.complete")
    assert (state["phase"], state["lm"]) == ("ready", "failed")
    assert "weights.bin: found status 404" in state["problem"]


def test_a_model_that_crashes_leaves_the_counts_and_joins_again(
    plain_window: BrowserContext, whole: Host
) -> None:
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open().then(() => engine.complete)")
    model = next(worker for worker in page.workers if "lm-worker" in worker.url)
    model.evaluate("void setTimeout(() => { throw new Error('crash'); })")
    write(page, "Please let me kn", field="area")
    assert sees_grey(page).startswith("ow")  # whoever answers
    page.wait_for_function("states.filter(({ lm }) => lm === 'ready').length >= 2")
    phases = page.evaluate("states.map(({ phase }) => phase).join(' ')")
    assert phases.endswith("ready") and "ready counts" in phases


def test_a_model_that_hangs_is_ended_and_opened_again_while_counts_answer(
    plain_window: BrowserContext, whole: Host
) -> None:
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open().then(() => engine.complete)")
    model = next(worker for worker in page.workers if "lm-worker" in worker.url)
    model.evaluate("void setTimeout(() => { for (;;); })")
    write(page, "Please let me kn", field="area")
    assert sees_grey(page).startswith("ow")  # from counts: nobody waits for a worker that hangs
    page.wait_for_function(
        "states.some(({ problem }) => problem?.includes('does not answer'))", timeout=30_000
    )
    page.wait_for_function("engine.state.lm === 'ready'")
    assert page.evaluate("engine.state.problem") is None
    assert comes_true(page, lambda: sum("lm-worker" in worker.url for worker in page.workers) == 1)


def test_the_model_learns_from_what_is_sent_and_forgets_with_the_person(
    plain_window: BrowserContext, whole: Host
) -> None:
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open({ lmLearns: true }).then(() => engine.complete)")
    assert page.evaluate("engine.personal()")["messages"] == 0
    page.evaluate("async (note) => { await engine.learn(note); await engine.learn(note); }", NOTE)
    page.wait_for_function("async () => (await engine.personal()).messages === 2")
    page.wait_for_function(f"async () => (await ({KEYS})()).includes('pupil me')")
    page.evaluate("engine.forget()")
    assert page.evaluate("engine.personal()")["messages"] == 0
    assert page.evaluate(KEYS) == []


def test_the_model_learns_nothing_of_anybody_unless_it_is_asked_to(
    plain_window: BrowserContext, whole: Host
) -> None:
    page = plain_window.new_page()
    page.goto(f"{whole.address}host/host.html")
    page.wait_for_function("window.loaded")
    page.evaluate("open({ deadlineMs: 0 }).then(() => engine.complete)")
    page.evaluate("(note) => engine.learn(note)", NOTE)
    assert page.evaluate("engine.personal()") is None
    assert "pupil me" not in page.evaluate(KEYS)
    assert page.evaluate("asked('see the attached Z')").startswith(
        "anzibar"
    )  # a deadline of 0 waits for nobody


@pytest.mark.slow
def test_what_one_tab_forgets_the_model_in_another_forgets_too(
    plain_window: BrowserContext, whole: Host
) -> None:
    def opened() -> Page:
        page = plain_window.new_page()
        page.goto(f"{whole.address}host/host.html")
        page.wait_for_function("window.loaded")
        page.evaluate("open({ lmLearns: true }).then(() => engine.complete)")
        return page

    one = opened()
    one.evaluate("async (note) => { await engine.learn(note); await engine.learn(note); }", NOTE)
    one.wait_for_function("async () => (await engine.personal()).messages === 2")
    one.wait_for_function(f"async () => (await ({KEYS})()).includes('pupil me')")
    other = opened()
    assert other.evaluate("engine.personal()")["messages"] > 0
    one.evaluate("engine.forgetPhrase('Zanzibar figures')")
    other.wait_for_function("async () => (await engine.personal()).messages === 0")
    assert "pupil me" not in other.evaluate(KEYS)
