/**
 * Elements by id and from values; text goes in as text, never as markup.
 *
 * Chromium ends an undo step whenever a node is added to or taken from the document. What is drawn between two
 * keys therefore only changes nodes that stand there: setText, attributes, hidden. It does not know what they mean.
 */

/**
 * The element with this id; it is an error of ours when there is none.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html: no element has the id ${id}; wanted by the page's scripts`);
  return found;
}

/**
 * The same for what is written in or ticked.
 * @param {string} id
 */
export function inputById(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/**
 * The same for a dialog.
 * @param {string} id
 */
export function dialogById(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}

/**
 * A new element: attributes by name, then children; strings become text nodes.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Set the text of an element that holds nothing but text; adds a node only the first time.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  const node = /** @type {Text} */ (element.firstChild ?? element.appendChild(new Text("")));
  if (node.data !== text) node.data = text;
}
