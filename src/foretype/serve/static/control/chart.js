/**
 * One chart in a <figure>: a caption, uPlot's canvas, a legend with values, and the same numbers as a table.
 *
 * The canvas is hidden from screen readers; the table is not. It does not know what is drawn.
 */

import { make, setText } from "../dom.js";
import { tableOf } from "./table.js";

const HEIGHT = 190; // as in control.css, so that nothing jumps
const LEAST_HEIGHT = 5; // of the axis, in its unit: an empty chart has whole numbers too
const FONT = "12px system-ui, sans-serif";
const scheme = matchMedia("(prefers-color-scheme: dark)");

export class Chart {
  #options;
  #plot = null;
  #data = null;
  #labels = [];
  #box = make("div", { class: "plot", "aria-hidden": "true" });
  #legend = make("ul", { class: "chart-legend", "aria-hidden": "true" });
  #table = make("div", { class: "scroll", tabindex: "0", role: "region" });

  /** `options`: {title, note, x, tick, bars, range, xRange, series: [{label, color, written, dashed, points}]}; `x` names the
   *  column of places, `tick` writes one at the axis, `short` one in the legend. */
  constructor(figure, options) {
    this.#options = options;
    this.#table.setAttribute("aria-label", `${options.title}, as a table`);
    const more = make("details", {}, make("summary", {}, "As a table"), this.#table);
    const caption = make("figcaption", {}, make("strong", {}, options.title), make("span", {}, options.note ?? ""));
    figure.replaceChildren(caption, this.#box, this.#legend, more);
    this.#legend.append(...options.series.map(legendItem));
    new ResizeObserver(() => this.#fit()).observe(this.#box);
    scheme.addEventListener("change", () => this.#again());
  }

  /** Draw `ys` (a list a series, null for a gap) over `xs`; `labels` name the places in legend and table. */
  draw(xs, ys, labels) {
    this.#data = [xs, ...ys];
    this.#labels = labels;
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#fit();
    this.#drawTable();
    this.#tell(null);
  }

  #fit() {
    const width = this.#box.clientWidth;
    if (!width || !this.#data) return; // another view is open
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#plot = new globalThis.uPlot(this.#described(width), this.#data, this.#box);
  }

  #again() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#fit();
  }

  #described(width) {
    const { series, tick, range, xRange, bars } = this.#options;
    const ink = this.#color("--soft");
    const grid = { stroke: this.#color("--line"), width: 1 };
    const ticks = { show: false };
    const axis = { stroke: ink, grid, ticks, font: FONT };
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: xRange ?? ((_plot, low, high) => aroundBars(low, high, bars ? this.#data[0].length : 0)) },
        y: { range: range ?? ((_plot, _low, high) => [0, Math.max(high * 1.1, LEAST_HEIGHT)]) },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 28, incrs: this.#options.steps, values: (_plot, places) => places.map(tick) },
        { ...axis, size: 56, values: (_plot, places) => places.map((place) => series[0].written(place)) },
      ],
      series: [{}, ...series.map((each) => this.#line(each, bars))],
      hooks: { setCursor: [({ cursor }) => this.#tell(cursor.idx)] },
    };
  }

  #line({ color, dashed, points }, bars) {
    const stroke = this.#color(color);
    if (bars) return { stroke, fill: stroke, width: 0, paths: globalThis.uPlot.paths.bars({ size: [0.7, 28] }), points: { show: false } };
    return { stroke, width: 2, spanGaps: false, dash: dashed ? [5, 4] : undefined, points: { show: Boolean(points), size: 5, fill: stroke } };
  }

  /** A colour of the theme as the canvas needs it. */
  #color(name) {
    this.#box.style.color = `var(${name})`;
    return getComputedStyle(this.#box).color;
  }

  /** The legend's values at a place; the latest one that is known without a cursor. */
  #tell(place) {
    this.#options.series.forEach(({ written }, at) => {
      const values = this.#data[at + 1];
      const shown = place ?? values.findLastIndex((value) => value !== null);
      const known = shown >= 0 && shown < values.length;
      setText(this.#legend.children[at].lastElementChild, known ? `${written(values[shown] ?? null)}, ${this.#nameOf(shown)}` : "–");
    });
  }

  #nameOf(place) {
    return this.#options.short?.(this.#data[0][place]) ?? this.#labels[place];
  }

  #drawTable() {
    const { title, x, series } = this.#options;
    const columns = [
      { name: x, of: (at) => this.#labels[at] },
      ...series.map(({ label, written }, which) => ({ name: label, number: true, of: (at) => written(this.#data[which + 1][at] ?? null) })),
    ];
    const filled = [...this.#labels.keys()].filter((at) => this.#data.slice(1).some((values) => values[at] !== null));
    this.#table.replaceChildren(filled.length ? tableOf(title, columns, filled.reverse()) : make("p", { class: "note" }, "Nothing yet."));
  }
}

/** Room for half a bar at both ends. */
function aroundBars(low, high, count) {
  const half = count > 1 ? (high - low) / (count - 1) / 2 : 0;
  return [low - half, high + half];
}

function legendItem({ label, color }) {
  const swatch = make("i");
  swatch.style.background = `var(${color})`;
  return make("li", {}, swatch, `${label} `, make("b"));
}
