// Reads [{words, day, today}] on stdin and prints what the browser's module makes of each, for Python to compare.
import { readFileSync } from "node:fs";

const MODULE = new URL("../../../src/foretype/serve/static/private-counts.js", import.meta.url);
const { EMPTY_DAY, STATISTICS, answer, count, enrol, position } = await import(MODULE);

function played({ words, seen, today }) {
  const rest = [...words];
  const word = () => rest.shift();
  const day = seen.reduce((sofar, each) => count(sofar, each, word), EMPTY_DAY);
  const ledger = enrol(today, word);
  const first = answer(ledger, ledger.beginsDay, () => day, word);
  const second = answer(first.ledger, ledger.beginsDay + 1, () => day, word);
  return { reports: [first.report, second.report], permanent: first.ledger.season.permanent, unused: rest.length };
}

const { scenes, values } = JSON.parse(readFileSync(0, "utf8"));
const positions = values.map((value) => [0, 5, 15].map((row) => position(row, value)));
process.stdout.write(JSON.stringify({ plan: STATISTICS, played: scenes.map(played), positions }));
