/**
 * All messages being written now, each in its session; who waits in them; and the answers that feedback may name.
 *
 * One key at a time is answered in a session; a newer key overtakes those that wait. It does not know how a session finds
 * what it says.
 */

import type { LanguageModel, Request } from "../contracts.js";
import type { Automaton } from "../ngram/automaton.js";
import { Kept } from "../text/kept.js";
import type { MemoryStore } from "../personal/store.js";
import type { Memories } from "./blend.js";
import type { History } from "./history.js";
import { LmReader } from "./lm_reader.js";
import { VoiceCache } from "./lm_voice.js";
import { Session } from "./session.js";
import type { Strengths } from "./strengths.js";

const MAX_SESSIONS = 8; // one person's fields, not a server's writers
const MAX_ANSWERS = 4096; // recent answers that feedback may name

/** A key's place in the queue of its session. */
export class Ticket {
  isOvertaken = false;
  private tell: () => void = () => undefined;
  readonly overtaken = new Promise<void>((resolve) => (this.tell = resolve));

  overtake(): void {
    this.isOvertaken = true;
    this.tell();
  }
}

/** A session, and who is in it. */
interface Seat {
  readonly key: readonly [user: string, session: string];
  readonly session: Session;
  newest: Ticket | null;
  free: Promise<unknown>; // resolves when nobody is in it
}

/** What sessions are made of. */
export interface Parts {
  readonly background: Automaton;
  readonly store: MemoryStore;
  readonly strengths: Strengths;
  readonly lm: LanguageModel | null;
  readonly tenant: string | null;
  readonly clock: () => number;
}

/** What an answer showed: the message's history, and the key of the suggestion there; null for silence. */
export type Shown = { readonly history: History; readonly key: string } | null;

/** All messages being written now, the most recent ones. */
export class Sessions {
  private readonly seats = new Kept<string, Seat>(MAX_SESSIONS, end);
  private readonly answers = new Kept<string, { shown: Shown }>(MAX_ANSWERS);
  private readonly voices: VoiceCache | null;
  private numOnce = 0;

  constructor(private readonly parts: Parts) {
    this.voices = parts.lm ? new VoiceCache(parts.lm) : null;
  }

  /** `work` in the request's session, up to date with its text, nobody else in it; null when a newer key overtook it. */
  async use<Result>(request: Request, work: (session: Session, ticket: Ticket) => Promise<Result>): Promise<Result | null> {
    const name = request.session ?? null;
    if (name === null) return this.useOnce(request, work);
    const seat = this.seat(request.user ?? "", name);
    const ticket = new Ticket();
    seat.newest?.overtake();
    seat.newest = ticket;
    const turn = seat.free.then(() => (ticket.isOvertaken ? null : this.work(seat.session, ticket, request, work)));
    seat.free = turn.catch(() => undefined);
    return turn;
  }

  release(session: string): void {
    this.drop(([, name]) => name === session);
  }

  /** Drop what the user's sessions remember. */
  forget(user: string): void {
    this.drop(([name]) => name === user);
  }

  /** An answer that feedback may name. */
  remember(answerId: string, shown: Shown): void {
    this.answers.set(answerId, { shown });
  }

  /** What an answer showed; undefined for an id that is not among the recent ones. */
  shown(answerId: string): Shown | undefined {
    return this.answers.get(answerId)?.shown;
  }

  /** All messages are over. */
  close(): void {
    this.drop(() => true);
  }

  private async useOnce<Result>(request: Request, work: (session: Session, ticket: Ticket) => Promise<Result>): Promise<Result> {
    const session = this.open(`once-${this.numOnce++}`);
    try {
      return await this.work(session, new Ticket(), request, work);
    } finally {
      session.close();
    }
  }

  private work<Result>(
    session: Session,
    ticket: Ticket,
    request: Request,
    work: (session: Session, ticket: Ticket) => Promise<Result>,
  ): Promise<Result> {
    session.hurry(ticket.overtaken);
    session.read(request, this.memories(request.user ?? null));
    session.history.read(request.text);
    return work(session, ticket);
  }

  private seat(user: string, name: string): Seat {
    const key = `${user}\x1f${name}`;
    return this.seats.getOrMake(key, () => ({
      key: [user, name],
      session: this.open(key),
      newest: null,
      free: Promise.resolve(),
    }));
  }

  private open(name: string): Session {
    const { background, strengths, lm, clock } = this.parts;
    const reader = lm && this.voices ? new LmReader(lm, this.voices, name, clock) : null;
    return new Session(background, strengths, reader);
  }

  private memories(user: string | null): Memories {
    const { store, tenant } = this.parts;
    const [team, own] = [tenant, user].map((name) => (name === null ? null : store.memory(name)));
    return { ...(team && { tenant: team }), ...(own && { user: own }) };
  }

  private drop(isDropped: (key: Seat["key"]) => boolean): void {
    for (const [key, seat] of this.seats.list()) {
      if (!isDropped(seat.key)) continue;
      this.seats.delete(key);
      end(seat);
    }
  }
}

/** The message is over: what still stands on the screen was not wanted. */
function end(seat: Seat): void {
  seat.newest?.overtake();
  seat.session.history.leave();
  seat.session.close();
}
