/** Tests that run the network are given time: on a busy machine a pass takes ten times as long. It waits for nothing. */

import { vi } from "vitest";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
