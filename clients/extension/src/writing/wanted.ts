/**
 * Which fields of foreign pages get no grey text: secrets, fields with helpers of their own, editors of code, the invisible.
 *
 * Secrets are refused by the same rules as in @foretype/client, by their labels too. It does not know the text.
 */

import { isSecretName, refusalOf } from "../../../js/src/field/refusal.js";
import { closestAcross } from "./trees.js";

const SMALLEST_PX = 12; // editors on a canvas type into a field that nobody sees

/** Fields that offer choices themselves, and those whose answer is no sentence. The editor of a chat or a mail may offer names or words
 *  of its own, and is written in all the same. */
const HELPED = [
  '[role="combobox"], [role="searchbox"], [role="spinbutton"]',
  ':is(input, textarea):is([aria-autocomplete="inline"], [aria-autocomplete="both"])',
  'input:is([list], [pattern], [aria-haspopup="listbox"], [aria-autocomplete="list"], [name="q"], [name="search"], [name="url"])',
  'input:is([inputmode="numeric"], [inputmode="decimal"], [inputmode="tel"], [inputmode="email"], [inputmode="url"], [inputmode="search"])',
  ':is(search, [role="search"]) input',
].join();
const SEARCH = /^(?:search|suche|rechercher|recherche|buscar|cerca|pesquisar|zoeken|szukaj|поиск|检索|搜索|検索|검색)/i;
const PERSONAL = /^(?:(?:given-|family-|additional-|user)?name|nickname|honorific|email|tel|url|bday|sex|street|address|postal|country|transaction|impp|photo)/;
const CODE = ".cm-content, .CodeMirror, .monaco-editor, .ace_editor, .xterm, .kix-appview-editor";

/** Whether `field` is left as it is. */
export function isLeftAlone(field: HTMLElement): boolean {
  return refusalOf(field) !== null || closestAcross(field, '[data-foretype="off"]') !== null || isHelped(field) || isLabelledSecret(field)
    || isUnseen(field);
}

function isHelped(field: HTMLElement): boolean {
  const words = (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  return field.matches(HELPED) || words.some((word) => PERSONAL.test(word)) || closestAcross(field, CODE) !== null || isSearch(field);
}

function isSearch(field: HTMLElement): boolean {
  const labels = ["aria-label", "placeholder"].map((name) => field.getAttribute(name) ?? "");
  return field instanceof HTMLInputElement && labels.some((label) => SEARCH.test(label.trim()));
}

/** A long text may well be about passwords; a line of which the label speaks of one is one. */
function isLabelledSecret(field: HTMLElement): boolean {
  if (!(field instanceof HTMLInputElement)) return false;
  const root = field.getRootNode() as Document | ShadowRoot;
  const named = (field.getAttribute("aria-labelledby") ?? "").split(/\s+/).map((id) => id && root.getElementById(id));
  return [...(field.labels ?? []), ...named].some((label) => label && isSecretName(label.textContent ?? ""));
}

/** Whether nobody sees the field, or nobody is to see what is written in it. */
function isUnseen(field: HTMLElement): boolean {
  const { width, height } = field.getBoundingClientRect();
  const style = getComputedStyle(field);
  const disguise = style.getPropertyValue("-webkit-text-security") || "none";
  return width < SMALLEST_PX || height < SMALLEST_PX || style.opacity === "0" || disguise !== "none";
}
