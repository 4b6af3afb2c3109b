"""The weights that a GPU job sent back, joined into a checkpoint folder that `foretype model add` stores.

python runs/default_unpack.py --pieces FOLDER --arch FOLDER/rounded.json --tokenizer .gpu/tokenizer.json --out CHECKPOINT
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from foretype.lm.checkpoint_folder import save_folder
from foretype.lm.gpt import Gpt
from foretype.runtime.architecture import Architecture

LICENCE = "Apache-2.0"  # of SmolLM2, which it was cut from; the data's licences are in DATA_CARD
DATA_CARD = (
    "Cut out of SmolLM2-135M-Instruct (HuggingFaceTB, Apache-2.0), trained on Enron mail 1997-2002 (made public by FERC), "
    "public mailing lists about R, and dialogues: BSD self-dialogue, Schema-Guided Dialogue (CC BY-SA 4.0), Ubuntu IRC "
    "(CC BY), Topical-Chat (CDLA-Sharing), XPersona (MIT). Addresses, links, telephone and other long numbers and family "
    "names were masked and are never suggested. One author in forty was held out."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--pieces", "--arch", "--tokenizer", "--out"):
        parser.add_argument(name, type=Path, required=True)
    args = parser.parse_args()
    gpt = Gpt(Architecture(**json.loads(args.arch.read_text())))
    weights: dict[str, torch.Tensor] = {}
    for piece in sorted(args.pieces.glob("*.npz")):
        with np.load(piece) as stored:
            weights |= {name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored.files}
    gpt.load_state_dict(weights)
    tokenizer = args.tokenizer.read_bytes()
    print(save_folder(gpt, tokenizer, args.out, licence=LICENCE, data_card=DATA_CARD, dtype=torch.float16))


if __name__ == "__main__":
    main()
