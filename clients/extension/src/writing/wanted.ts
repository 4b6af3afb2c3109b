/**
 * Which fields of foreign pages get no grey text: secrets, fields with helpers of their own, editors of code, the invisible.
 *
 * Secrets are refused by the same rules as in @foretype/client. It does not know the text.
 */

import { refusalOf } from "../../../js/src/field/refusal.js";
import { closestAcross } from "./trees.js";

const SMALLEST_PX = 12; // editors on a canvas type into a field that nobody sees

/** Fields that offer choices themselves, and those whose answer is no sentence. A chat's editor may offer names; it is written in. */
const HELPED = '[role="combobox"], [role="searchbox"], [role="spinbutton"], input:is([list], [aria-haspopup="listbox"], [aria-autocomplete="list"])';
const PERSONAL = /^(?:(?:given-|family-|additional-|user)?name|nickname|honorific|email|tel|url|bday|sex|street|address|postal|country|transaction|impp|photo)/;
const CODE = ".cm-content, .CodeMirror, .monaco-editor, .ace_editor, .xterm, .kix-appview-editor";

/** Whether `field` is left as it is. */
export function isLeftAlone(field: HTMLElement): boolean {
  return refusalOf(field) !== null || closestAcross(field, '[data-foretype="off"]') !== null || isHelped(field) || isUnseen(field);
}

function isHelped(field: HTMLElement): boolean {
  const words = (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  return field.matches(HELPED) || words.some((word) => PERSONAL.test(word)) || closestAcross(field, CODE) !== null;
}

function isUnseen(field: HTMLElement): boolean {
  const { width, height } = field.getBoundingClientRect();
  return width < SMALLEST_PX || height < SMALLEST_PX || getComputedStyle(field).opacity === "0";
}
