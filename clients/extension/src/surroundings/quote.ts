/**
 * The part of a mail's body that somebody else wrote: the quoted message, by the marks that mail programs put there.
 *
 * It does not know the other messages of a conversation.
 */

/** Gmail, Apple Mail and Thunderbird, Yahoo, Outlook (everything after its mark). */
const MARKS = '.gmail_quote, blockquote[type="cite"], .moz-cite-prefix, .yahoo_quoted, #appendonsend, #divRplyFwdMsg, #mail-editor-reference-message-container';
const HEADER = "#divRplyFwdMsg";
const SIGNATURES = ".gmail_signature_prefix, .gmail_signature, #Signature, .moz-signature";
const INTRODUCTION = /^(?:.*\bwrote:|.*\bschrieb:|.*\ba écrit\s*:|.*\bescribió:|-+ ?Original Message ?-+)[^\S\n]*$/im;

/** Where the quoted message begins in `body`, or null. */
export function quoteIn(body: Element): Element | null {
  return body.querySelector(MARKS);
}

/** Where in `body` that begins which was not written now: a quote or a signature; or null. */
export function foreignPartOf(body: Element): Element | null {
  return body.querySelector(`${MARKS}, ${SIGNATURES}`);
}

/** From `quote` to the end of `body`, without the header that Outlook puts above the message. */
export function quotedRange(quote: Element, body: Element): Range {
  const range = document.createRange();
  range.selectNodeContents(body);
  const header = body.querySelector(HEADER);
  if (header) range.setStartAfter(header);
  else range.setStartBefore(quote);
  return range;
}

/** A quoted message without the line that introduces it. */
export function withoutIntroduction(text: string): string {
  const found = INTRODUCTION.exec(text.slice(0, 400)); // it stands at the top; further down it belongs to what is quoted there
  return (found ? text.slice(found.index + found[0].length) : text).trim();
}

/** Plain text without the lines after the first quoted one, and without what introduces them. */
export function beforeQuotedLines(text: string): string {
  const quoted = /^>.*$/m.exec(text);
  if (!quoted) return text;
  const lines = text.slice(0, quoted.index).trimEnd().split("\n");
  return INTRODUCTION.test(lines.at(-1) ?? "") ? lines.slice(0, -1).join("\n") : lines.join("\n");
}
