"""With a panel beside it, too, grey text is there in the frame after its answer.

Frames are counted, for a busy machine's milliseconds prove nothing; `pytest -s` prints them, and what a key costs the page's
script. It does not know how the server found its answers.
"""

from __future__ import annotations

from functools import partial
from statistics import median, quantiles

import pytest
from playwright.sync_api import Page

from page.scripted import ScriptedServer
from page.steps import comes_true, sees_grey, write

pytestmark = pytest.mark.browser

NUM_ANSWERS = 30
LISTEN = """
window.heard = [];
const paint = () => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  requestAnimationFrame(() => port2.postMessage(null)); // a task after the frame that is painted now
});
const isGrey = () => !document.querySelector("foretype-layer").shadowRoot.querySelector(".frame").hidden;
const note = async () => {
  const [list, begun] = [heard, performance.now()];
  const answer = { before: isGrey() };
  requestAnimationFrame(() => (answer.inNextFrame = isGrey()));
  await paint();
  list.push({ ...answer, ms: performance.now() - begun });
};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => JSON.parse(data).type === "suggestion" && note());
  }
};
"""
KEY_COSTS = """(letters) => [...letters].map((letter) => {
  const begun = performance.now();
  document.execCommand("insertText", false, letter);
  return performance.now() - begun;
})"""


def told(name: str, times_ms: list[float]) -> None:
    print(f"{name}: median {median(times_ms):.1f} ms, 95 % within {quantiles(times_ms, n=20)[-1]:.1f} ms")


def has_heard(page: Page, count: int) -> bool:
    return int(page.evaluate("heard.length")) >= count


def test_grey_text_is_painted_in_the_frame_after_its_answer(page: Page, server: ScriptedServer) -> None:
    server.script.sentences = ["Thanks for sending the report. "]
    page.add_init_script(LISTEN)
    page.reload()
    page.wait_for_selector("#link[data-link=live]")
    write(page, "Thanks")
    sees_grey(page, " for sending the report. ")
    page.evaluate("heard = []")  # an answer from before may still be painted
    for count in range(NUM_ANSWERS):
        page.keyboard.press("Alt+Backslash")
        assert comes_true(page, partial(has_heard, page, count + 1))
    heard = page.evaluate("heard")
    assert [(each["before"], each["inNextFrame"]) for each in heard] == [(False, True)] * NUM_ANSWERS
    told("from an answer to the frame painted", [each["ms"] for each in heard])
    told("a key in the page's script", page.evaluate(KEY_COSTS, " for anything else that you sent us. " * 3))
