/**
 * Other tabs of the same site: what one changes on the shelf, the others read anew. It does not know what was changed.
 */

const CHANNEL = "foretype";

export class Neighbours {
  readonly #channel: BroadcastChannel | null;

  /** `changed` hears the user of whom something was changed in another tab. */
  constructor(changed: (user: string) => void) {
    this.#channel = opened();
    if (this.#channel) this.#channel.onmessage = ({ data }: MessageEvent<string>) => changed(data);
  }

  /** Tell the others that something of the user's was changed, once it is durable. */
  tell(user: string): void {
    this.#channel?.postMessage(user);
  }

  close(): void {
    this.#channel?.close();
  }
}

/** Null where the browser has none, or refuses it with everything that sites may keep. */
function opened(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}
