/**
 * Case folding: words as they compare when capitals do not matter, as `str.casefold` has it.
 *
 * JavaScript lowers letters and does not fold them, so the 297 letters of Unicode 14 whose fold is not their small form are
 * listed here: "ß" is "ss". It does not know languages.
 */

// each letter, then what it folds to
const FOLDS =
  "µμ ßss ŉʼn ſs ǰǰ ͅι ΐΐ ΰΰ ςσ ϐβ ϑθ ϕφ ϖπ ϰκ ϱρ ϵε ևեւ ᲀв ᲁд ᲂо ᲃс ᲄт ᲅт ᲆъ ᲇѣ ᲈꙋ ẖẖ ẗẗ ẘẘ " +
  "ẙẙ ẚaʾ ẛṡ ẞss ὐὐ ὒὒ ὔὔ ὖὖ ᾀἀι ᾁἁι ᾂἂι ᾃἃι ᾄἄι ᾅἅι ᾆἆι ᾇἇι ᾈἀι ᾉἁι ᾊἂι ᾋἃι ᾌἄι ᾍἅι ᾎἆι ᾏἇι " +
  "ᾐἠι ᾑἡι ᾒἢι ᾓἣι ᾔἤι ᾕἥι ᾖἦι ᾗἧι ᾘἠι ᾙἡι ᾚἢι ᾛἣι ᾜἤι ᾝἥι ᾞἦι ᾟἧι ᾠὠι ᾡὡι ᾢὢι ᾣὣι ᾤὤι ᾥὥι ᾦὦι ᾧὧι ᾨὠι " +
  "ᾩὡι ᾪὢι ᾫὣι ᾬὤι ᾭὥι ᾮὦι ᾯὧι ᾲὰι ᾳαι ᾴάι ᾶᾶ ᾷᾶι ᾼαι ιι ῂὴι ῃηι ῄήι ῆῆ ῇῆι ῌηι ῒῒ ΐΐ ῖῖ ῗῗ " +
  "ῢῢ ΰΰ ῤῤ ῦῦ ῧῧ ῲὼι ῳωι ῴώι ῶῶ ῷῶι ῼωι ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅst ﬆst ﬓմն ﬔմե ﬕմի ﬖվն ﬗմխ";
const ASCII = /^[\x00-\x7f]*$/;

const folds: ReadonlyMap<string, string> = new Map(FOLDS.split(" ").map((each) => [each[0]!, each.slice(1)]));

/** The folded text. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let found = "";
  for (const letter of text) found += foldOf(letter);
  return found;
}

function foldOf(letter: string): string {
  return folds.get(letter) ?? cherokee(letter.charCodeAt(0)) ?? letter.toLowerCase();
}

/** Cherokee folds to its capitals, which came first. */
function cherokee(unit: number): string | null {
  if (unit >= 0x13a0 && unit <= 0x13f5) return String.fromCharCode(unit);
  if (unit >= 0x13f8 && unit <= 0x13fd) return String.fromCharCode(unit - 8);
  return unit >= 0xab70 && unit <= 0xabbf ? String.fromCharCode(unit - 0xab70 + 0x13a0) : null;
}
