"""Several continuations of one document as a single row of tokens, so that one pass answers them all.

Shared beginnings are laid out once; each token sees its own ancestors only. It does not know the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TokenTree:
    """Branches merged at their common beginnings.

    Cell i holds `tokens[i]` at `depths[i]` (0 = first after the shared prefix); `sees[i, j]` tells whether
    cell j is i itself or one of its ancestors. `paths[b]` lists the cells of branch b from the first to the
    last; the first branch always lies in cells 0, 1, 2, ..., so it alone can stay in a cache.
    """

    tokens: tuple[int, ...]
    depths: tuple[int, ...]
    sees: NDArray[np.bool_]
    paths: tuple[tuple[int, ...], ...]

    @property
    def is_chain(self) -> bool:
        return len(self.paths[0]) == len(self.tokens)


def merge(branches: Sequence[Sequence[int]]) -> TokenTree:
    """
    >>> merge([[5, 6], [5, 7, 8]]).tokens
    (5, 6, 7, 8)
    >>> merge([[5, 6], [5, 7, 8]]).paths
    ((0, 1), (0, 2, 3))
    """
    cells: dict[tuple[int, int], int] = {}  # (parent cell or -1, token) -> cell
    parents: list[int] = []
    depths: list[int] = []
    paths = []
    for branch in branches:
        path: list[int] = []
        for depth, token in enumerate(branch):
            parent = path[-1] if path else -1
            if (parent, token) not in cells:
                cells[parent, token] = len(parents)
                parents.append(parent)
                depths.append(depth)
            path.append(cells[parent, token])
        paths.append(tuple(path))
    return TokenTree(
        tokens=tuple(token for _, token in cells),
        depths=tuple(depths),
        sees=_ancestry(parents),
        paths=tuple(paths),
    )


def _ancestry(parents: Sequence[int]) -> NDArray[np.bool_]:
    sees = np.eye(len(parents), dtype=np.bool_)
    for cell, parent in enumerate(parents):  # a parent always comes before its children
        if parent >= 0:
            sees[cell] |= sees[parent]
    return sees
