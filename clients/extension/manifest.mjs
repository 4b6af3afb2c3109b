/**
 * The manifest, for Chromium or Firefox. It does not know what the scripts do, only what each may.
 */

const PAGES = ["http://*/*", "https://*/*"];

// The public half of a key pair whose private half is thrown away: it gives the unpacked extension the same id everywhere,
// gkogdfpiajgplpbpghocbjoglfliakkk, so that a server can name it in allowed_origins.
const KEY =
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuSGjUuQzFroUg36AmBfhL3qqTmC3tpJm8hgiurbDvU4UNOQne+9I+0gz7ESPhogbSE0U7jaggcUFVJrb" +
  "aQxjQwM5jzeqPG6+494it3l3rTxeTBRfKggh807Yquqa8E2SpkDDXYPDXMrD4gOJOJoF7SQk+4MnnCsiHJhbeSWDq9BEHWvUnKvCozH2Vz5BT/kiEi3R13YREtj7" +
  "ldRMg8C7q7JUmWLY3sQ+AjccddkTHYbtSW0Kae/6bgC9/CVMh3Dsrk487kNaBCznhalGk0odH8qBJHCUTufXMqtmIxgFRpAhbu0UXwDxLwbhJgVVAjbCI74x+vEZ" +
  "qzi+1yKaefFMfwIDAQAB";

/** The manifest for `browser` ("chromium" or "firefox"); `server` is the one address that may be reached without asking,
 *  `hasEngine` says whether an engine lies in the folder too. */
export function manifest({ browser, server, version, hasEngine }) {
  const { protocol, host, hostname } = new URL(server);
  const icons = Object.fromEntries([16, 32, 48, 128].map((size) => [size, `icon-${size}.png`]));
  return {
    manifest_version: 3,
    name: "foretype",
    version,
    description: "Shows in grey how your sentence most likely goes on. Your words go to your own engine and nowhere else.",
    icons,
    action: { default_popup: "popup.html", default_icon: icons, default_title: "foretype" },
    options_ui: { page: "options.html", open_in_tab: true },
    permissions: ["storage", "activeTab", ...(hasEngine && browser === "chromium" ? ["offscreen"] : [])],
    host_permissions: [`${protocol}//${browser === "firefox" ? hostname : host}/*`], // Firefox's patterns know no ports
    optional_host_permissions: PAGES,
    content_scripts: [
      { matches: PAGES, js: ["watch.js"], run_at: "document_idle", all_frames: true, match_about_blank: true, match_origin_as_fallback: true },
    ],
    web_accessible_resources: [
      { resources: ["field.js"], matches: PAGES, ...(browser === "chromium" && { use_dynamic_url: true }) },
    ],
    content_security_policy: { extension_pages: policy(hasEngine) },
    ...OWN[browser],
  };
}

const OWN = {
  chromium: { key: KEY, minimum_chrome_version: "132", background: { service_worker: "worker.js", type: "module" } },
  firefox: {
    background: { scripts: ["worker.js"], type: "module" },
    browser_specific_settings: {
      gecko: { id: "foretype@foretype.invalid", strict_min_version: "153.0", data_collection_permissions: { required: ["none"] } },
    },
  },
};

/** Own scripts and styles; connections to servers, of which the code knows one; nothing else. An engine is WebAssembly too. */
function policy(hasEngine) {
  const scripts = hasEngine ? "'self' 'wasm-unsafe-eval'" : "'self'";
  return `default-src 'none'; script-src ${scripts}; style-src 'self'; img-src 'self'; connect-src 'self' http: https: ws: wss:`;
}
