/** The engine's worker: its rooms on one end of a line, whose other end is in the page. It does not know either. */

import { serve, type DedicatedWorkerScope } from "./line.js";
import { Rooms } from "./rooms.js";

const scope = self as unknown as DedicatedWorkerScope;
serve(new Rooms((state) => scope.postMessage({ told: state })), scope);
