"""LICENCES.txt of the folder: whose work lies in it, and under which terms.

It does not know the texts of longer licences; it says where they are.
"""

from __future__ import annotations

from foretype.edge.runtime_files import PACKAGE, VERSION
from foretype.runtime.model_dir import ModelCard

_FORETYPE = """foretype: the engine, the page, the background counts and the ranker
Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0
"""

_RUNTIME = f"""{PACKAGE} {VERSION}: ort*.js, wasm*.bin
MIT License. Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def licences(card: ModelCard | None) -> str:
    """The notices of a folder with this model, or with none."""
    parts = [_FORETYPE] if card is None else [_FORETYPE, _model(card), _RUNTIME]
    return "\n----\n\n".join(parts)


def _model(card: ModelCard) -> str:
    licence = (
        card.licence or "no licence is stated in its model.json; ask whoever made it before you publish it"
    )
    return f"{card.name}: weights.bin, graph.bin, tokenizer.bin\n{licence}\n\n{card.data_card}\n"
