"""What the built folder holds, by name. clients/edge/src/engine/folder.ts reads it under the same names.

Names of large files end in .bin, so that no web server takes them for what they are inside and says so in a header. It does
not know what any of them says.
"""

from __future__ import annotations

from pathlib import Path

FORMAT = "foretype-edge"
FORMAT_VERSION = 1
MAX_FIRST_LOAD_BYTES = 25_000_000  # on a slow line of 10 Mbit/s that is 20 seconds

MANIFEST_FILE = "manifest.json"
LICENCES_FILE = "LICENCES.txt"
SERVICE_WORKER_FILE = "sw.js"
PAGE_FILE = "index.html"

BACKGROUND_FILE = "background.bin"
STRENGTHS_FILE = "strengths.bin"
RANKER_FILE = "ranker.bin"
MODEL_FILE = "model.bin"
GRAPH_FILE = "graph.bin"
WEIGHTS_FILE = "weights.bin"
TOKENIZER_FILE = "tokenizer.bin"
WASM_FILE = "wasm.bin"
ORT_FILE, GLUE_FILE = "ort.js", "ort-glue.js"  # not .mjs, which some web servers take for no script
GPU_WASM_FILE = "wasm-gpu.bin"  # a browser loads this one or WASM_FILE
GPU_ORT_FILE, GPU_GLUE_FILE = "ort-gpu.js", "ort-gpu-glue.js"

STATIC = Path(__file__).parent / "static"  # bundles of clients/edge, and the page
CLOTHES = (
    Path(__file__).parent.parent / "serve" / "static"
)  # the page looks like the server's, and has its fields
CLOTHES_FILES = ("theme.css", "page.css", "mail.css", "panel.css", "icon.svg", "theme.js", "client.js")
