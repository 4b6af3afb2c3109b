/**
 * Says why nothing answers where the page's modules cannot even begin: opened from a disk, or not sent as scripts.
 *
 * Built as a classic script, for those run in any case. It does not know the engine.
 */

if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => say("Browsers run no modules from a disk: serve the folder, python3 -m http.server -d FOLDER"));
}
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement) say(`${target.src}: not loaded; it has to be there, sent as text/javascript`);
  },
  true, // errors of loading do not bubble
);

function say(words: string): void {
  const line = document.getElementById("link");
  const place = document.getElementById("link-words");
  if (!line || !place) return;
  line.dataset["link"] = "lost";
  place.textContent = words;
}

export {};
