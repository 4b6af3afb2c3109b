/**
 * The extension's worker: lets frames in, tells them of changed settings, answers the extension's own pages.
 *
 * The browser ends it when it is idle and starts it again; all that has to last is in the store. It does not know fields.
 */

import { brokenDown, FRAME, type FromFrame, type FromPage, type ToFrame } from "../messages.js";
import { api } from "../platform.js";
import { stayAwake } from "./awake.js";
import { loadSettings, lock, onSettings } from "./drawer.js";
import { engineFor } from "./engine.js";
import { Guest } from "./guest.js";
import { House } from "./house.js";
import { closeInside, isHome } from "./inside.js";

const house = new House();
const guests = new Set<Guest>();

lock();
stayAwake(() => isHome() && [...guests].some((guest) => guest.isWriting));
onSettings((settings) => {
  for (const guest of guests) guest.heed(settings);
  if (settings.engine !== "inside") void closeInside();
});
api.runtime.onConnect.addListener((port) => {
  if (port.name === FRAME && port.sender?.id === api.runtime.id) letIn(port);
});
api.runtime.onMessage.addListener((message: FromPage, sender, reply: (answer: unknown) => void) => {
  if (message.to !== "worker" || !sender.url?.startsWith(location.origin)) return false; // the extension's own pages only
  void answer(message).catch(brokenDown).then(reply);
  return true; // the reply comes later
});

function letIn(port: chrome.runtime.Port): void {
  const tell = (message: ToFrame): unknown => guests.has(guest) && port.postMessage(message); // it may have left by now
  const guest = new Guest(house, tell, { isPrivate: port.sender?.tab?.incognito ?? false });
  guests.add(guest);
  port.onMessage.addListener((message: FromFrame) => guest.hear(message));
  port.onDisconnect.addListener(() => {
    guests.delete(guest);
    guest.leave();
  });
}

async function answer(message: FromPage): Promise<unknown> {
  const settings = await loadSettings();
  const engine = engineFor(settings);
  return message.do === "forget" ? engine.forget(settings.user) : engine.standing();
}
