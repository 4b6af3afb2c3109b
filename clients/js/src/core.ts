/** The pure core and the transports, for adapters of one's own. */

export { initial, beforeCaret, afterCaret, type State } from "./core/state.js";
export { greyText } from "./core/grey.js";
export { update } from "./core/update.js";
export type * from "./core/types.js";
export { Attached, type FieldOptions } from "./field/attached.js";
export type { Field } from "./field/field.js";
export { isWithin, overlap, type Box } from "./field/box.js";
export { isCovered, scaleOf, strays, visibleBox } from "./field/clip.js";
export { Layer, type LayerPlace } from "./field/layer.js";
export { isTouch } from "./field/layer.js";
export type { Keys } from "./field/keys.js";
export { refusalOf, type Refusal } from "./field/refusal.js";
export { HttpTransport } from "./transport/http.js";
export { SocketTransport } from "./transport/socket.js";
export type * from "./transport/transport.js";
