/**
 * All that answers without a language model, opened together: counts, memories on their shelf, outcomes, private statistics.
 *
 * It does not know what is asked of any of it.
 */

import { StatisticsSender } from "../private/sender.js";
import { IdbShelf } from "../store/idb_shelf.js";
import { SharedMemories } from "../store/memories.js";
import { RamShelf } from "../store/ram_shelf.js";
import type { Shelf } from "../store/shelf.js";
import type { Folder, OnBytes } from "./folder.js";
import { CountedOutcomes } from "./outcomes.js";
import { openCounts, type Counts } from "./parts.js";

export interface Open {
  readonly folder: Folder;
  readonly counts: Counts;
  readonly shelf: Shelf;
  readonly shelfProblem: string | null; // why nothing outlives the page
  readonly memories: SharedMemories;
  readonly outcomes: CountedOutcomes;
  readonly statistics: StatisticsSender;
}

/** What hears how opening goes, and what happens later. */
export interface Listeners {
  readonly loaded: OnBytes;
  /** Another tab forgot something of the user's. */
  readonly forgotten: (user: string) => void;
}

/** Rejects with a ModelError for a folder that is not whole. */
export async function openAll(folder: Folder, { loaded, forgotten }: Listeners): Promise<Open> {
  const [counts, { shelf, shelfProblem }] = await Promise.all([openCounts(folder, loaded), openShelf()]);
  const memories = await SharedMemories.open(counts.background, shelf, forgotten);
  const statistics = new StatisticsSender(shelf, folder.manifest.statistics_to);
  const outcomes = new CountedOutcomes(shelf, (seen) => void statistics.count(seen).catch(() => undefined)); // a count is no text
  return { folder, counts, shelf, shelfProblem, memories, outcomes, statistics };
}

/** The browser's database, or memory and why. */
async function openShelf(): Promise<Pick<Open, "shelf" | "shelfProblem">> {
  try {
    const shelf = await IdbShelf.open();
    await shelf.all(); // a damaged database opens, and cannot be read
    return { shelf, shelfProblem: null };
  } catch (error) {
    return { shelf: new RamShelf(), shelfProblem: (error as Error).message };
  }
}
