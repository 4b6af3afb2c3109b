/** The engine's worker: what answers and what remembers, on one end of a line whose other end is in the page. It knows neither. */

import { Archive } from "./archive.js";
import type { House } from "./house.js";
import { serve, type DedicatedWorkerScope } from "./line.js";
import { Rooms } from "./rooms.js";

const scope = self as unknown as DedicatedWorkerScope;
const rooms = new Rooms((state) => scope.postMessage({ told: state }));
serve<House>([rooms, new Archive(rooms)], scope);
