/**
 * What a person can set, read from whatever the browser kept, and the switches taken together.
 *
 * Pure. Unknown members and values of a wrong kind fall back to the defaults, one by one. It does not know where they are kept.
 */

import { defaultKeys, withKeys, type Keys } from "../../../js/src/field/keys.js";
import type { FrameSettings } from "../messages.js";

declare const DEFAULT_SERVER: string; // put in by the build, as is whether it put an engine in
declare const HAS_ENGINE: boolean;

export const hasEngine = HAS_ENGINE;

/** Where suggestions come from: a server that is reached by address, or the engine inside the extension. */
export type Engine = "server" | "inside";

export interface Settings {
  readonly isOn: boolean;
  readonly engine: Engine;
  readonly server: string; // an origin
  readonly token: string; // "" where the server wants none
  readonly user: string; // "" uses and keeps nothing personal
  readonly learns: boolean;
  readonly sitesOff: readonly string[]; // hosts
  readonly keys: Partial<Keys>;
}

export const DEFAULTS: Settings = {
  isOn: true,
  engine: HAS_ENGINE ? "inside" : "server",
  server: DEFAULT_SERVER,
  token: "",
  user: "",
  learns: false,
  sitesOff: [],
  keys: {},
};

/** Settings out of `kept`, which may be anything. */
export function readSettings(kept: unknown): Settings {
  const found = typeof kept === "object" && kept !== null ? (kept as Partial<Record<keyof Settings, unknown>>) : {};
  return {
    isOn: typeof found.isOn === "boolean" ? found.isOn : DEFAULTS.isOn,
    engine: HAS_ENGINE && found.engine !== "server" ? "inside" : "server",
    server: textOr(found.server, DEFAULTS.server),
    token: textOr(found.token, ""),
    user: textOr(found.user, ""),
    learns: found.learns === true,
    sitesOff: Array.isArray(found.sitesOff) ? found.sitesOff.filter((host) => typeof host === "string") : [],
    keys: keysOr(found.keys),
  };
}

/** What a frame of these hosts may know. */
export function frameSettings(settings: Settings, hosts: readonly string[]): FrameSettings {
  const isOn = settings.isOn && !hosts.some((host) => settings.sitesOff.includes(host));
  return { isOn, learns: settings.learns && settings.user !== "", keys: settings.keys };
}

/** The settings as they hold in a private window: it is used as it is, and nothing is learned there. */
export function privately(settings: Settings): Settings {
  return { ...settings, learns: false };
}

/** The settings with a site switched. */
export function withSite(settings: Settings, host: string, isOn: boolean): Settings {
  const others = settings.sitesOff.filter((each) => each !== host);
  return { ...settings, sitesOff: isOn ? others : [...others, host].sort() };
}

/** Whether another engine, or another person, is meant from now on. */
export function asksElsewhere(before: Settings, after: Settings): boolean {
  return (["engine", "server", "token", "user"] as const).some((name) => before[name] !== after[name]);
}

/** The origin of an address as people type it; throws a TypeError for what is none. */
export function serverOf(typed: string): string {
  const address = /^[a-z]+:\/\//i.test(typed.trim()) ? typed.trim() : `http://${typed.trim()}`;
  if (!URL.canParse(address)) throw new TypeError(`found ${JSON.stringify(typed)}, wanted an address such as http://127.0.0.1:8765`);
  const { protocol, origin, username, search, hash } = new URL(address);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`found ${protocol}, wanted an address that begins with http:// or https://`);
  if (username || search || hash) throw new TypeError("found a name, a query or a # in the address, wanted host and port only");
  return origin;
}

function keysOr(kept: unknown): Partial<Keys> {
  try {
    const keys = (kept ?? DEFAULTS.keys) as Partial<Keys>;
    withKeys(defaultKeys(false), keys);
    return keys;
  } catch {
    return DEFAULTS.keys;
  }
}

function textOr(found: unknown, other: string): string {
  return typeof found === "string" ? found : other;
}
