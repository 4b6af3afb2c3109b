/** What runs in the worker of the language model; nothing is decided here. */

import { serve, type Door } from "./serve.js";

serve(globalThis as unknown as Door);
