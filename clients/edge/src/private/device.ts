/**
 * What this browser answers, and what it remembers so that answering again gives nothing more away: privacy/ldp/device.py.
 *
 * A ledger is a plain object that JSON can keep; whoever uses it keeps it before a report is sent. It does not know where, nor who
 * takes the report. docs/why/private-statistics.md tells what is guaranteed.
 */

import { trueAnswer, type Day } from "./day.js";
import { SEASON_DAYS, STATISTICS, VERSION, WIDTH, below, drawn, position, secureWord, type Statistic, type Word } from "./plan.js";

export const ALLOWED_SEASONS = 13; // a year; then a person has to say yes again
export const MILLISECONDS_A_DAY = 86_400_000;
const DAYS_BEFORE = 2; // until a whole day has been counted
const SPREAD_DAYS = 7; // of first days, so that no weekday is asked about more than another

/** One question and its permanent answer; `row` is the browser's row of a sketch, 0 for a choice. */
export interface Season {
  readonly firstDay: number; // days since 1970-01-01, UTC
  readonly statistic: string;
  readonly row: number;
  readonly permanent: readonly number[];
}

/** What a browser remembers. It holds no true answer. */
export interface Ledger {
  readonly beginsDay: number; // of the first report
  readonly seasonsLeft: number;
  readonly seasonsBegun: number;
  readonly season: Season | null;
  readonly lastDay: number | null;
}

/** A report as it travels: there is no place for a text in it. */
export interface Report {
  readonly version: number;
  readonly id: string; // random, new in each report
  readonly day: string;
  readonly statistic: string;
  readonly answer: string;
}

/** Days since 1970-01-01, UTC. */
export function dayNumber(date: Date): number {
  return Math.floor(date.getTime() / MILLISECONDS_A_DAY);
}

/** The ledger of a browser that was opted in today; its first report is made two to eight days later. */
export function enrol(today: number, word: Word = secureWord): Ledger {
  const beginsDay = today + DAYS_BEFORE + below(SPREAD_DAYS, word);
  return { beginsDay, seasonsLeft: ALLOWED_SEASONS, seasonsBegun: 0, season: null, lastDay: null };
}

/**
 * {ledger, report} of `today`; keep the ledger before the report is sent. `yesterday` gives the last whole day's counts and is
 * called only when a season begins. Throws a RangeError, and spends nothing, before the first day, for a second report of a day and
 * a spent budget.
 */
export function answer(
  ledger: Ledger,
  today: number,
  yesterday: () => Day,
  word: Word = secureWord,
): { readonly ledger: Ledger; readonly report: Report } {
  if (today < ledger.beginsDay) throw new RangeError("private statistics: no whole day has been counted yet");
  if (ledger.lastDay !== null && today <= ledger.lastDay) {
    throw new RangeError("private statistics: this day was reported already; one report a day is all that is allowed");
  }
  const season = isRunning(ledger.season, today) ? ledger.season : null;
  if (season) return { ledger: { ...ledger, lastDay: today }, report: reportOf(season, today, word) };
  const now = begun(ledger, today, yesterday, word);
  return { ledger: { ...now, lastDay: today }, report: reportOf(now.season, today, word) };
}

/** The ledger with a whole allowance again, after a person said yes again. */
export function renewed(ledger: Ledger): Ledger {
  return { ...ledger, seasonsLeft: ALLOWED_SEASONS };
}

/** A season that answers `statistic` for `day`: the one place where a true answer meets noise. */
export function begin(statistic: Statistic, day: Day, firstDay: number, word: Word): Season {
  const row = below(statistic.rows, word);
  const permanent = drawn(statistic, symbols(statistic, day, row), statistic.season, word);
  return { firstDay, statistic: statistic.name, row, permanent };
}

/** A report of the season: its permanent answer, drawn again. */
export function reportOf(season: Season, today: number, word: Word): Report {
  const statistic = STATISTICS.find(({ name }) => name === season.statistic) as Statistic;
  const found = drawn(statistic, season.permanent, statistic.report, word);
  const id = [0, 1, 2, 3].map(() => word().toString(16).padStart(8, "0")).join("");
  const day = new Date(today * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
  return { version: VERSION, id, day, statistic: statistic.name, answer: written(statistic, found, season.row) };
}

function isRunning(season: Season | null, today: number): boolean {
  return season !== null && today < season.firstDay + SEASON_DAYS;
}

function begun(ledger: Ledger, today: number, yesterday: () => Day, word: Word): Ledger & { readonly season: Season } {
  if (ledger.seasonsLeft <= 0) {
    throw new RangeError("private statistics: the allowance is spent; nothing more is sent unless a person renews it");
  }
  const statistic = STATISTICS[below(STATISTICS.length, word)] as Statistic;
  const season = begin(statistic, yesterday(), today, word);
  return { ...ledger, seasonsLeft: ledger.seasonsLeft - 1, seasonsBegun: ledger.seasonsBegun + 1, season };
}

function symbols(statistic: Statistic, day: Day, row: number): number[] {
  const truth = trueAnswer(statistic.name, day);
  if (statistic.values) return [statistic.values.indexOf(truth)];
  const place = position(row, truth);
  return Array.from({ length: WIDTH }, (_, at) => Number(at === place));
}

function written(statistic: Statistic, found: readonly number[], row: number): string {
  return statistic.values ? (statistic.values[found[0] as number] as string) : `${row}:${toHex(found)}`;
}

function toHex(bits: readonly number[]): string {
  return bits.join("").replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
}
