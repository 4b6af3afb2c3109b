"""The language model as a network whose states can be read: from the model folder that serves, or from a checkpoint.

It does not know what the states are for.
"""

from __future__ import annotations

from pathlib import Path

import torch

from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.gpt import Gpt
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.model_dir import CARD_FILE
from foretype.runtime.stored_weights import read_model_dir


def open_network(folder: Path) -> Gpt:
    """The network, in bf16 and for one thread. Raises ModelError for what is none."""
    torch.set_num_threads(1)  # with busy neighbours, two spin more than they compute
    checkpoint = read_model_dir(folder) if (folder / CARD_FILE).is_file() else read_checkpoint(folder)
    return gpt_of(checkpoint).to(torch.bfloat16)  # 2.7 times the tokens a second on a core with AVX512-BF16
