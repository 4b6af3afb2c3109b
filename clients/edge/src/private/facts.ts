/** What a person is told of private statistics before and after they agree. It does not know how any of it is made. */

import type { Report } from "./device.js";

export interface Facts {
  /** Where reports go; null: the page's owner named no place, so nothing is ever sent. */
  readonly to: string | null;
  readonly agreed: boolean;
  /** The first day a report may be made, as 2026-03-01. */
  readonly begins: string | null;
  readonly seasonsLeft: number | null;
  /** The last report, exactly as it was or will be sent. */
  readonly report: Report | null;
  readonly isSent: boolean;
  /** Why the last try did not arrive. */
  readonly problem: string | null;
}
