/**
 * Watches grey text frame by frame. `framesUntilGrey` answers questions itself; `watchFrames` looks on while keys are struck.
 *
 * It does not know what should come out.
 */

const roots = () => [...document.querySelectorAll("foretype-layer")].map((layer) => layer.shadowRoot);

/** The grey text that stands on a line now. */
function greyOnLine() {
  const frames = roots().map((root) => root.querySelector(".frame"));
  return frames.filter((frame) => !frame.hidden).map((frame) => frame.querySelector(".grey").textContent).join("");
}

const nextFrame = () => new Promise(requestAnimationFrame);
const paint = () => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  requestAnimationFrame(() => port2.postMessage(null)); // a task after the frame that is painted now
});

/** A transport that answers when it is told to. */
class Held {
  open(hello, listener) { this.tell = listener; }
  ask({ seq }) { this.seq = seq; }
  cancel() { this.seq = null; }
  setContext() {}
  report() {}
  sent() {}
  close() {}
}

/** Give `rounds` answers at all times of a frame: for each, how many frames until grey text stands there, and
 *  milliseconds until the frame with it is painted. */
async function framesUntilGrey(id, rounds) {
  const transport = new Held();
  attachTo(id, { transport, user: "me" });
  const field = document.getElementById(id);
  const ask = { key: "\\", code: "Backslash", altKey: true, bubbles: true, cancelable: true };
  const found = [];
  for (let round = 0; round < rounds; round++) {
    field.dispatchEvent(new KeyboardEvent("keydown", ask));
    await new Promise((done) => setTimeout(done, round % 17));
    if (greyOnLine()) throw new Error("grey text before its answer");
    found.push(await timed(transport, `sending ${round} `));
  }
  return found;
}

async function timed(transport, text) {
  const begun = performance.now();
  const painted = paint().then(() => performance.now() - begun);
  const frames = framesUntil(() => greyOnLine() === text);
  transport.tell({ type: "answer", seq: transport.seq, answer: { id: text, suggestions: [{ text }] } });
  return { frames: await frames, ms: await painted };
}

async function framesUntil(claim) {
  for (let frames = 1; frames < 60; frames++) {
    await nextFrame();
    if (claim()) return frames;
  }
  throw new Error("no grey text after 60 frames");
}

/** Note at every frame, and whenever the layers change, what of the text and the grey text stands there. */
function watchFrames(id, read) {
  const seen = { frames: [], hidden: 0 };
  let isOver = false;
  const look = () => {
    if (isOver) return;
    seen.frames.push([read(id), greyOnLine()]);
    requestAnimationFrame(look);
  };
  const watcher = new MutationObserver((changes) => { seen.hidden += changes.filter(({ target }) => target.hidden).length; });
  for (const root of roots()) watcher.observe(root.querySelector(".frame"), { attributeFilter: ["hidden"] });
  requestAnimationFrame(look);
  window.seen = () => {
    isOver = true;
    watcher.disconnect();
    return seen;
  };
}
