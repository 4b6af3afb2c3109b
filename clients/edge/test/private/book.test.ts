import { afterEach, expect, test, vi } from "vitest";
import { BookKeeper } from "../../src/private/book.js";
import { StatisticsSender } from "../../src/private/sender.js";
import { RamShelf } from "../../src/store/ram_shelf.js";

const TO = "https://statistics.example";
const SEEN = { outcome: "accepted", kind: "chat", hour: 9, words: 2, locale: "the merger is on Friday", client: "browser" };

afterEach(() => void vi.unstubAllGlobals());

/** What arrives at an aggregator that answers with `status`. */
function arrivals(status = 200): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    found.push({ address, ...(JSON.parse(body) as object) });
    return new Response("{}", { status });
  });
  return found;
}

test("nothing is counted, kept or sent unless the folder names an address and the person agrees", async () => {
  const arrived = arrivals();
  const shelf = new RamShelf();
  let today = 20_000;
  const nowhere = new StatisticsSender(shelf, null, () => today);
  await nowhere.change(true);
  await nowhere.count(SEEN);
  const asked = new StatisticsSender(shelf, TO, () => today);
  await asked.count(SEEN);
  today += 30;
  await asked.sendDue();
  expect(arrived).toEqual([]);
  expect(await new BookKeeper(shelf).read()).toBeUndefined();
});

test("one report a day goes out for a season, however often it is asked, and none holds a text", async () => {
  const arrived = arrivals();
  let today = 20_000;
  const shelf = new RamShelf();
  const tab = new StatisticsSender(shelf, TO, () => today);
  const other = new StatisticsSender(shelf, TO, () => today);
  await tab.change(true);
  for (let day = 0; day < 36; day++, today++) {
    await tab.count(SEEN);
    await Promise.all([tab.sendDue(), other.sendDue()]);
    await tab.sendDue();
  }
  const ids = new Set(arrived.map(({ id }) => id));
  const days = new Set(arrived.map(({ day }) => day));
  expect(ids.size).toBe(days.size);
  expect(days.size).toBeGreaterThanOrEqual(28);
  for (const report of arrived) {
    expect(Object.keys(report)).toEqual(["address", "version", "id", "day", "statistic", "answer"]);
    expect(report["address"]).toBe(`${TO}/v1/statistics`);
  }
  expect(JSON.stringify(arrived)).not.toContain("merger");
});

test("a report that did not arrive is the same one at the next try", async () => {
  let arrived = arrivals(503);
  const shelf = new RamShelf();
  let today = 20_000;
  const sender = new StatisticsSender(shelf, TO, () => today);
  await sender.change(true);
  today += 9;
  await sender.sendDue();
  const first = arrived[0];
  expect(await sender.change(null)).toMatchObject({ isSent: false, problem: expect.stringContaining("status 503") as string });
  arrived = arrivals();
  await sender.sendDue();
  expect(arrived).toEqual([first]);
  expect(await sender.change(null)).toMatchObject({ isSent: true, problem: null });
});

test("whoever changes their mind leaves nothing behind", async () => {
  arrivals();
  const shelf = new RamShelf();
  const sender = new StatisticsSender(shelf, TO);
  await sender.change(true);
  await sender.count(SEEN);
  expect(await sender.change(false)).toMatchObject({ agreed: false, report: null });
  expect(await new BookKeeper(shelf).read()).toBeUndefined();
});

test("counts of the day before yesterday are gone", async () => {
  let today = 20_000;
  const keeper = new BookKeeper(new RamShelf(), () => today);
  await keeper.agree();
  for (; today < 20_005; today++) await keeper.count(SEEN);
  expect(Object.keys((await keeper.read())?.days ?? {})).toEqual(["20003", "20004"]);
});
