/**
 * The browser's interface for extensions, whatever the browser calls it.
 *
 * Firefox says `browser`, Chromium says `chrome`; what is used here is the same in both. It does not know what for.
 */

declare const browser: typeof chrome | undefined;

export const api: typeof chrome = typeof browser === "undefined" ? chrome : browser;
