/**
 * What this browser keeps for private statistics: counts of two days, the ledger, and the report of the day.
 *
 * A report is made and booked in one step before anybody sees it, so that two tabs make no second one: serve/private/book.py. It
 * does not know the network.
 */

import type { Shelf } from "../store/shelf.js";
import { EMPTY_DAY, count, type Day, type Seen } from "./day.js";
import { MILLISECONDS_A_DAY, answer, dayNumber, enrol, renewed, type Ledger, type Report } from "./device.js";
import { SEASON_DAYS } from "./plan.js";

const KEY = "private statistics";

/** All that is kept, under one key: one step changes any of it. `days` holds today and yesterday, by number. */
export interface Book {
  readonly ledger: Ledger;
  readonly days: Readonly<Record<number, Day>>;
  readonly report: Report | null;
  readonly isSent: boolean;
}

export class BookKeeper {
  constructor(
    private readonly shelf: Shelf,
    private readonly today: () => number = () => dayNumber(new Date()),
  ) {}

  /** The book; undefined where nobody agreed. */
  read(): Promise<Book | undefined> {
    return this.shelf.update<Book>(KEY, (book) => book);
  }

  /** The person agreed: counting begins, or an allowance that is spent begins anew. */
  async agree(): Promise<void> {
    const today = this.today();
    await this.shelf.update<Book>(KEY, (book) => {
      if (!book) return { ledger: enrol(today), days: {}, report: null, isSent: false };
      return { ...book, ledger: book.ledger.seasonsLeft > 0 ? book.ledger : renewed(book.ledger) };
    });
  }

  /** The person changed their mind: all of it is gone. */
  async end(): Promise<void> {
    await this.shelf.update<Book>(KEY, () => undefined);
  }

  /** Count a suggestion of today, where the person agreed, and forget the days before yesterday. */
  async count(seen: Seen): Promise<void> {
    const today = this.today();
    await this.shelf.update<Book>(KEY, (book) => {
      if (!book) return undefined;
      const { [today - 1]: yesterday, [today]: now = EMPTY_DAY } = book.days;
      return { ...book, days: { ...(yesterday && { [today - 1]: yesterday }), [today]: count(now, seen) } };
    });
  }

  /** Today's report: the one made already, or a new one, booked before it is given. Null before the first day, or when the
   *  allowance is spent. */
  async due(): Promise<Report | null> {
    const today = this.today();
    const book = await this.shelf.update<Book>(KEY, (kept) => kept && made(kept, today));
    return book?.report?.day === dayName(today) ? book.report : null;
  }

  /** Note that the report has arrived. */
  async sent({ id }: Report): Promise<void> {
    await this.shelf.update<Book>(KEY, (book) => (book?.report?.id === id ? { ...book, isSent: true } : book));
  }
}

/** The day as a report names it. */
export function dayName(day: number): string {
  return new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}

function made(book: Book, today: number): Book {
  const { ledger, days, report } = book;
  const isOver = ledger.seasonsLeft <= 0 && !(ledger.season && today < ledger.season.firstDay + SEASON_DAYS);
  if (report?.day === dayName(today) || today < ledger.beginsDay || isOver) return book;
  const { ledger: next, report: fresh } = answer(ledger, today, () => days[today - 1] ?? EMPTY_DAY);
  return { ...book, ledger: next, report: fresh, isSent: false };
}
