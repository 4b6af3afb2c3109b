/** How the parts of a layer look. It does not know where they stand. */

export const RULER_PX = 1000; // the layer's width in its own pixels: what it measures on the screen tells how it is magnified
export const STYLE = `
:host { all: initial !important; position: fixed !important; left: 0 !important; top: 0 !important;
  width: ${RULER_PX}px !important; height: 0 !important; z-index: 2147483647 !important; }
.frame { position: absolute; overflow: hidden; pointer-events: none; transform-origin: 0 0; user-select: none;
  forced-color-adjust: none; }
.page { position: absolute; left: 0; top: 0; box-sizing: border-box; margin: 0; color: transparent; }
.grey { color: var(--foretype-color); }
.chip { position: absolute; width: max-content; max-width: min(30em, 90vw); padding: 4px 10px; border: 1px solid #767676;
  border-radius: 6px; background: #fff; color: #1f1f1f; font: 14px/1.4 system-ui, sans-serif; text-align: start; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; cursor: pointer; user-select: none; touch-action: manipulation; }
@media (prefers-color-scheme: dark) { .chip { background: #26282b; color: #f1f1f1; border-color: #8a8d91; } }
@media (pointer: coarse) { .chip { padding: 12px 16px; font-size: 16px; } }
@media (forced-colors: active) { .grey { color: GrayText; } }
@media print { :host { display: none !important; } }
.live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
`;
