/** The time on the writer's own clock, out of an ISO 8601 time. It does not know what time it is. */

import { InputError } from "../errors.js";

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::?(\d\d))?)?/;

/** Monday is 0. */
export interface ClockTime {
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** Weekday, hour and minute as they are written, whatever the zone. Throws an InputError for what is no time. */
export function clockTime(iso: string): ClockTime {
  const [, year, month, day, hour = "0", minute = "0"] = ISO.exec(iso) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number.isNaN(date.getTime())) {
    throw new InputError(`sent_at: found ${JSON.stringify(iso)}, wanted a time as 2026-05-01T10:30:00Z`);
  }
  return { weekday: (date.getUTCDay() + 6) % 7, hour: Number(hour), minute: Number(minute) };
}
