/** Claims about settings, switches and counts: all pure. */

import { describe, expect, it } from "vitest";
import { dayOf, keysSavedBy, NOTHING, onDay, withMore } from "../src/worker/saved.js";
import { asksElsewhere, DEFAULTS, frameSettings, privately, readSettings, serverOf, withSite } from "../src/worker/settings.js";

describe("settings", () => {
  it("fall back one by one where what was kept is of a wrong kind", () => {
    expect(readSettings(undefined)).toEqual(DEFAULTS);
    expect(readSettings("none")).toEqual(DEFAULTS);
    const kept = { isOn: "yes", user: "kim", sitesOff: ["a.example", 7], keys: { accept: ["Alt+Ctrl+X"] }, learns: 1 };
    expect(readSettings(kept)).toEqual({ ...DEFAULTS, user: "kim", sitesOff: ["a.example"] });
  });

  it("tell a frame neither address, token nor name", () => {
    const settings = { ...DEFAULTS, token: "secret", user: "kim", learns: true };
    expect(frameSettings(settings, ["a.example"])).toEqual({ isOn: true, learns: true, keys: {} });
  });

  it("learn nothing without a name", () => {
    expect(frameSettings({ ...DEFAULTS, learns: true }, []).learns).toBe(false);
  });

  it("learn nothing in a private window", () => {
    expect(frameSettings(privately({ ...DEFAULTS, user: "kim", learns: true }), []).learns).toBe(false);
  });

  it("switch a frame off with its own host and with its window's", () => {
    const settings = withSite(DEFAULTS, "mail.example", false);
    expect(frameSettings(settings, ["mail.example"]).isOn).toBe(false);
    expect(frameSettings(settings, ["widget.example", "mail.example"]).isOn).toBe(false);
    expect(frameSettings(settings, ["widget.example", "other.example"]).isOn).toBe(true);
    expect(withSite(settings, "mail.example", true)).toEqual(DEFAULTS);
  });

  it("ask elsewhere when engine, address, token or name change, not when a site does", () => {
    expect(asksElsewhere(DEFAULTS, withSite(DEFAULTS, "a.example", false))).toBe(false);
    for (const change of [{ engine: "server" }, { server: "http://b.example" }, { token: "x" }, { user: "x" }] as const) {
      expect(asksElsewhere(DEFAULTS, { ...DEFAULTS, ...change })).toBe(true);
    }
  });
});

describe("an address", () => {
  it.each([
    ["127.0.0.1:8765", "http://127.0.0.1:8765"],
    [" https://Compose.Example.org/ ", "https://compose.example.org"],
    ["localhost:80", "http://localhost"],
    ["[::1]:8765", "http://[::1]:8765"],
  ])("%s is %s", (typed, origin) => expect(serverOf(typed)).toBe(origin));

  it.each(["", "http://", "ftp://example.org", "http://me:pw@example.org", "http://example.org/#token=1", "http://example.org/?a=1"])(
    "%s is refused with what was found and wanted",
    (typed) => expect(() => serverOf(typed)).toThrow(/found .*, wanted/),
  );
});

describe("keys saved", () => {
  it("are the characters put in, less the key that took them", () => {
    expect(keysSavedBy("the report", 0)).toBe(9);
    expect(keysSavedBy("a", 0)).toBe(0);
  });

  it("are taken back where a full stop takes a space's place, and never fall below nothing", () => {
    expect(keysSavedBy(".", 1)).toBe(-1);
    expect(withMore(NOTHING, -1, "2026-03-01")).toEqual({ total: 0, today: 0, day: "2026-03-01" });
  });

  it("begin anew each day where the person is, and go on in all", () => {
    const first = withMore(withMore(NOTHING, 5, "2026-03-01"), 2, "2026-03-01");
    expect(first).toEqual({ total: 7, today: 7, day: "2026-03-01" });
    expect(onDay(first, "2026-03-02")).toBe(0);
    expect(withMore(first, 1, "2026-03-02")).toEqual({ total: 8, today: 1, day: "2026-03-02" });
    expect(dayOf(new Date(2026, 2, 1, 23, 59))).toBe("2026-03-01");
  });
});
