/** Claims about a frame at the worker's door: what is done for it when things go wrong, and what is not done in a private window. */

import { describe, expect, it } from "vitest";
import type { Transport } from "../../js/src/transport/transport.js";
import type { Letter, ToFrame } from "../src/messages.js";
import { Guest } from "../src/worker/guest.js";
import type { House } from "../src/worker/house.js";
import { DEFAULTS, frameSettings, type Settings } from "../src/worker/settings.js";

const OPEN = { do: "open", line: 1, hello: { session: "m-1", context: {}, n: 3 } } as const;
const ASK = { do: "ask", line: 1, question: { seq: 1, text: "Hi", suffix: "" } } as const;
const LEARN = { do: "learn", letter: { text: "Hi Kim", context: {} } } as const;

/** A house with an engine that cannot be had the first `fails` times. */
class World {
  readonly asked: string[] = [];
  readonly learned: string[] = [];
  readonly told: string[] = [];
  readonly house: House;
  readonly guest: Guest;

  constructor({ fails = 0, isPrivate = false }: { fails?: number; isPrivate?: boolean }) {
    let left = fails;
    const transport = { open: () => undefined, close: () => undefined, ask: () => this.asked.push("asked") } as unknown as Transport;
    const house = {
      settings: async () => ({ ...DEFAULTS, user: "kim", learns: true }),
      transport: async () => (left-- > 0 ? Promise.reject(new Error("no engine")) : transport),
      learn: async ({ text }: Letter, { learns }: Settings) => void (learns && this.learned.push(text)),
      note: () => undefined,
    };
    this.house = house as unknown as House;
    this.guest = new Guest(this.house, ({ is }: ToFrame) => this.told.push(is), { isPrivate });
  }

  async hear(...messages: readonly Parameters<Guest["hear"]>[0][]): Promise<void> {
    for (const message of [{ do: "hello", hosts: [] } as const, ...messages]) this.guest.hear(message);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

describe("a frame at the worker's door", () => {
  it("is told when no engine can be had, and is heard again", async () => {
    const world = new World({ fails: 1 });
    await world.hear(OPEN, ASK);
    expect(world.told).toEqual(["settings", "closed"]);
    await world.hear(OPEN, ASK);
    expect(world.asked).toEqual(["asked"]);
  });

  it("teaches in a window that is not private, and in no other", async () => {
    for (const isPrivate of [false, true]) {
      const world = new World({ isPrivate });
      await world.hear(LEARN);
      expect(world.learned).toEqual(isPrivate ? [] : ["Hi Kim"]);
    }
  });

  it("is off where any of its hosts is", () => {
    const settings = { ...DEFAULTS, sitesOff: ["mail.example"] };
    expect(frameSettings(settings, ["frame.example", "mail.example", "top.example"]).isOn).toBe(false);
    expect(frameSettings(settings, ["frame.example"]).isOn).toBe(true);
  });
});
