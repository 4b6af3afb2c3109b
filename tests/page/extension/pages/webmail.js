/** What the two mail pages do: keys of their own, and sending, which empties or removes the composer. */

window.sent = [];
for (const button of document.querySelectorAll('[aria-label^="Send"]')) {
  const composer = button.closest('[role="dialog"], .reply, #composer');
  const body = composer.querySelector('[aria-label^="Message"][contenteditable="true"]');
  const send = () => {
    if (composer.dataset.refuses) return;
    window.sent.push(body.innerText);
    composer.remove();
  };
  button.addEventListener("click", send);
  body.addEventListener("keydown", (event) => event.key === "Enter" && event.ctrlKey && send());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !body.contains(event.target)) return;
    event.preventDefault(); // the page leads Tab to the button, from high up in its tree
    event.stopPropagation();
    button.focus();
  }, true);
}
