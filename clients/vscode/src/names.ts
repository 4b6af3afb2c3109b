/** What package.json and the code both name. It does not know what they stand for. */

export const SECTION = "foretype";
export const ACCEPTED = "foretype.accepted"; // not in the palette: the items' own
export const TOGGLE = "foretype.toggle";
export const SET_TOKEN = "foretype.setToken";
export const TOKEN = "foretype.token"; // in the editor's secret storage
