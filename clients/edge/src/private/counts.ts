/** Private statistics without storage or network, as one module: what tests feed with the words that Python was fed. */

export * from "./plan.js";
export * from "./day.js";
export * from "./device.js";
