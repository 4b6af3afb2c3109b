"""Where ink stands in a picture of the page: the boxes of its text lines.

Pictures are read by a blank page of the same browser, so no imaging library is needed. It does not know
what is written.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

from playwright.sync_api import Locator, Page

# A pixel is ink when it is a quarter of the way from the paper to the darkest ink: grey text counts as well.
_READ_LINES = """async (picture) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + picture;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const {data, width, height} = context.getImageData(0, 0, image.width, image.height);
  const off = (i, channel) => Math.abs(data[i + channel] - data[channel]);
  const away = (i) => off(i, 0) + off(i, 1) + off(i, 2);
  const lines = [];
  let line = null;
  for (let y = 0; y < height; y++) {
    let [left, right] = [width, -1];
    for (let x = 0; x < width; x++) {
      if (away(4 * (y * width + x)) > 150) [left, right] = [Math.min(left, x), x];
    }
    if (right < 0) { line = null; continue; }
    if (!line) lines.push(line = {top: y, bottom: y, left, right});
    Object.assign(line, {bottom: y, left: Math.min(line.left, left), right: Math.max(line.right, right)});
  }
  return lines.map(({top, bottom, left, right}) => [top, bottom, left, right]);
}"""


class Line(NamedTuple):
    """A line of ink, in pixels from the picture's corner."""

    top: int
    bottom: int
    left: int
    right: int


def ink_lines(element: Locator, reader: Page) -> list[Line]:
    """The lines of ink that a person sees in `element`, carets left out, from top to bottom."""
    picture = base64.b64encode(element.screenshot()).decode()
    return [Line(*found) for found in reader.evaluate(_READ_LINES, picture)]


def farthest_apart(some: list[Line], others: list[Line]) -> int:
    """How many pixels the edges of two drawings differ at most; both must have as many lines."""
    assert len(some) == len(others), f"{some} against {others}"
    edges = ((a, b) for pair in zip(some, others, strict=True) for a, b in zip(*pair, strict=True))
    return max(abs(a - b) for a, b in edges)
