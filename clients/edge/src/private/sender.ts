/**
 * Sends the day's private report to the one address that the folder names, where the person agreed: serve/private/sender.py.
 *
 * No cookie, no referrer, no name of the browser beyond what every request shows. It does not know what the report says.
 */

import type { Shelf } from "../store/shelf.js";
import { BookKeeper, dayName } from "./book.js";
import type { Seen } from "./day.js";
import type { Report } from "./device.js";
import type { Facts } from "./facts.js";

const PATH = "/v1/statistics";
const LOOK_EVERY_MS = 3_600_000; // a report is due once a day; what failed is tried again an hour later
const ARRIVED = [200, 409]; // counted now, or counted before and the answer was lost

export class StatisticsSender {
  readonly #book: BookKeeper;
  readonly #to: string | null;
  #problem: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `to` null: nothing is counted or sent, whatever anybody agrees to. */
  constructor(shelf: Shelf, to: string | null, today?: () => number) {
    this.#book = new BookKeeper(shelf, today);
    this.#to = to;
  }

  /** Send what is due, now and every hour. */
  async start(): Promise<void> {
    if (this.#to === null) return;
    this.#timer = setInterval(() => void this.sendDue(), LOOK_EVERY_MS);
    await this.sendDue();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Count one suggestion, where the person agreed. */
  async count(seen: Seen): Promise<void> {
    if (this.#to !== null) await this.#book.count(seen);
  }

  /** Begin, or end and forget; null changes nothing. Gives what is so then. */
  async change(agreed: boolean | null): Promise<Facts> {
    if (this.#to !== null && agreed === true) await this.#book.agree();
    if (agreed === false) await this.#book.end();
    if (agreed) await this.sendDue();
    return this.#facts();
  }

  /** Send today's report unless it has arrived; a failure is told by `change` and tried again later. */
  async sendDue(): Promise<void> {
    const report = this.#to === null ? null : await this.#book.due();
    const book = report && (await this.#book.read());
    if (!report || book?.isSent) return;
    this.#problem = await send(report, this.#to + PATH);
    if (this.#problem === null) await this.#book.sent(report);
  }

  async #facts(): Promise<Facts> {
    const book = this.#to === null ? undefined : await this.#book.read();
    return {
      to: this.#to,
      agreed: book !== undefined,
      begins: book ? dayName(book.ledger.beginsDay) : null,
      seasonsLeft: book?.ledger.seasonsLeft ?? null,
      report: book?.report ?? null,
      isSent: book?.isSent ?? false,
      problem: this.#problem,
    };
  }
}

/** Send one report; why it did not arrive, or null. */
async function send(report: Report, address: string): Promise<string | null> {
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(report),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
    });
    return ARRIVED.includes(reply.status) ? null : `${address} answered with status ${reply.status}, wanted 200`;
  } catch {
    return `${address} does not answer, or does not allow this page's origin`;
  }
}
