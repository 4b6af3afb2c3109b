/**
 * The extension's worker: lets frames in, tells them of changed settings, answers the extension's own pages.
 *
 * The browser ends it when it is idle and starts it again; all that has to last is in the store. It does not know fields.
 */

import { FRAME, type FromFrame, type FromPage, type Standing } from "../messages.js";
import { api } from "../platform.js";
import { loadSettings, lock, onSettings } from "./drawer.js";
import { engineFor } from "./engine.js";
import { Guest } from "./guest.js";
import { House } from "./house.js";

const house = new House();
const guests = new Set<Guest>();

lock();
onSettings((settings) => guests.forEach((guest) => guest.heed(settings)));
api.runtime.onConnect.addListener((port) => {
  if (port.name === FRAME && port.sender?.id === api.runtime.id) letIn(port);
});
api.runtime.onMessage.addListener((message: FromPage, sender, reply: (standing: Standing) => void) => {
  if (sender.id !== api.runtime.id || message.do !== "standing") return false;
  void loadSettings().then((settings) => engineFor(settings).standing()).then(reply);
  return true; // the reply comes later
});

function letIn(port: chrome.runtime.Port): void {
  const guest: Guest = new Guest(house, (message) => guests.has(guest) && port.postMessage(message)); // it may have left by now
  guests.add(guest);
  port.onMessage.addListener((message: FromFrame) => guest.hear(message));
  port.onDisconnect.addListener(() => {
    guests.delete(guest);
    guest.leave();
  });
}
