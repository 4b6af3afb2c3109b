/**
 * Several continuations of one document as a single row of tokens, so that one pass answers them all.
 *
 * Shared beginnings are laid out once; each token sees its own ancestors only. It does not know the network.
 */

/**
 * Branches merged at their common beginnings. Cell i holds `tokens[i]` at `depths[i]` (0: first after what was read);
 * `sees[i][j]`: cell j is i itself or one of its ancestors; `paths[b]`: the cells of branch b. The first branch lies in
 * cells 0, 1, 2, ..., so it alone can stay in a cache.
 */
export interface TokenTree {
  readonly tokens: readonly number[];
  readonly depths: readonly number[];
  readonly sees: readonly (readonly boolean[])[];
  readonly paths: readonly (readonly number[])[];
}

export function merge(branches: readonly Int32Array[]): TokenTree {
  const cells = new Map<string, number>(); // parent cell and token -> cell
  const [tokens, depths, parents]: [number[], number[], number[]] = [[], [], []];
  const paths = branches.map((branch) => {
    let parent = -1;
    return Array.from(branch, (token, depth) => {
      const key = `${parent},${token}`;
      const cell = cells.get(key) ?? tokens.length;
      if (cell === tokens.length) {
        cells.set(key, cell);
        tokens.push(token);
        depths.push(depth);
        parents.push(parent);
      }
      return (parent = cell);
    });
  });
  return { tokens, depths, sees: ancestry(parents), paths };
}

export function isChain({ tokens, paths }: TokenTree): boolean {
  return paths[0]?.length === tokens.length;
}

function ancestry(parents: readonly number[]): boolean[][] {
  const sees: boolean[][] = [];
  parents.forEach((parent, cell) => {
    const row = parents.map((_, other) => other === cell || (sees[parent]?.[other] ?? false));
    sees.push(row); // a parent always comes before its children
  });
  return sees;
}
