/* Sets light or dark before the first paint; settings.js owns the choice. A classic script, so that nothing flashes. */
(() => {
  try {
    const { scheme } = JSON.parse(localStorage.getItem("foretype.settings")) ?? {};
    if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
  } catch {
    // nothing kept, or not readable: the system's scheme stays
  }
})();
