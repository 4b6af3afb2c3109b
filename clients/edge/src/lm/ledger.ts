/**
 * Whether what was learned helps: on every message before it was learned from, with how sure that is.
 *
 * A gain counts once it is larger than its own standard error over messages. It does not know what was learned.
 */

const LEAST_MESSAGES = 5; // before that a standard error says nothing

/** Sums over messages, so that it never grows: of tokens, of nats before, of nats gained, and of their products. */
export interface Sums {
  readonly messages: number;
  readonly tokens: number;
  readonly nats: number;
  readonly gain: number;
  readonly gainSquared: number;
  readonly gainTokens: number;
  readonly tokensSquared: number;
}

export const NOTHING: Sums = { messages: 0, tokens: 0, nats: 0, gain: 0, gainSquared: 0, gainTokens: 0, tokensSquared: 0 };

/** The sums after one more message of so many tokens, which took `nats` without what was learned, and `gain` less with it. */
export function entered(sums: Sums, tokens: number, nats: number, gain: number): Sums {
  return {
    messages: sums.messages + 1,
    tokens: sums.tokens + tokens,
    nats: sums.nats + nats,
    gain: sums.gain + gain,
    gainSquared: sums.gainSquared + gain * gain,
    gainTokens: sums.gainTokens + gain * tokens,
    tokensSquared: sums.tokensSquared + tokens * tokens,
  };
}

/** Nats a token that it gained. */
export function meanGain({ gain, tokens }: Sums): number {
  return tokens ? gain / tokens : 0;
}

/** Standard error of the mean gain, a message being one observation; infinite for fewer than two. */
export function standardError(sums: Sums): number {
  const { messages, tokens, gainSquared, gainTokens, tokensSquared } = sums;
  if (messages < 2) return Infinity;
  const mean = meanGain(sums);
  const squares = gainSquared - 2 * mean * gainTokens + mean * mean * tokensSquared;
  return Math.sqrt((Math.max(0, squares) * messages) / (messages - 1)) / tokens;
}

export function helps(sums: Sums): boolean {
  return sums.messages >= LEAST_MESSAGES && meanGain(sums) > standardError(sums);
}
