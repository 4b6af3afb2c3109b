"""LoRA: low-rank corrections beside a network's frozen matrices, trained, saved in peft's layout, merged.

Hu et al. 2021 (arXiv:2106.09685), through peft. It does not know what is learned, nor where the network's weights came
from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from torch import Tensor

from foretype.lm.gpt import Gpt
from foretype.lm.objective import Learner, Objective
from foretype.runtime.checkpoint import Checkpoint

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """Size of the corrections: `alpha / rank` scales what the two factors make."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0


class LoraLearner(Learner):
    """A network whose corrections alone are learned; its checkpoints hold nothing else."""

    def __init__(self, gpt: Gpt, objective: Objective, options: LoraOptions) -> None:
        """Takes the network over: its matrices are frozen and stand beside corrections from now on."""
        super().__init__(gpt, objective)
        self._options = options
        self._adapted = (_adapt(gpt, options),)  # in a tuple, so that its weights are not counted twice

    @property
    def peft(self) -> PeftModel:
        """The network as peft sees it."""
        return self._adapted[0]

    def state_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]
        """What is learned, by name."""
        return {name: weight.detach() for name, weight in self._learned()}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Take over what another learner of the same options learned."""
        for name, weight in self._learned():
            with torch.no_grad():
                weight.copy_(state_dict[name])

    def set_strength(self, strength: float) -> None:
        """Weigh the corrections: 1 as they were learned, 0 for the network as it was."""
        for layer in self._corrected().values():
            layer.set_scale("default", strength)
        config: Any = self.peft.peft_config["default"]
        config.lora_alpha = self._options.alpha * strength  # what `save` writes

    def correction(self, name: str) -> Tensor | None:
        """What is added to the matrix of this name, shape (rows out, columns in); None where nothing is."""
        layer = self._corrected().get(name.removesuffix(".weight"))
        return None if layer is None else layer.get_delta_weight("default").detach().float()

    def num_learned(self) -> int:
        """Weights that are learned."""
        return sum(weight.numel() for _, weight in self._learned())

    def save(self, folder: Path) -> None:
        """Write adapter_config.json and adapter_model.safetensors, which peft and the server read."""
        self.peft.save_pretrained(str(folder))

    def _corrected(self) -> dict[str, Any]:
        """peft's layers by the names that their matrices have without it."""
        return {
            name: module for name, module in self.network.named_modules() if isinstance(module, LoraLayer)
        }

    def _learned(self) -> list[tuple[str, Tensor]]:
        return [(name, weight) for name, weight in self.named_parameters() if weight.requires_grad]


def merged(checkpoint: Checkpoint, learner: LoraLearner) -> Checkpoint:
    """The checkpoint with the corrections added to its matrices."""

    def weight(name: str) -> NDArray[np.float32]:
        found, correction = checkpoint.weight(name), learner.correction(name)
        return found if correction is None else found + correction.cpu().numpy()

    return replace(checkpoint, weight=weight)


def _adapt(gpt: Gpt, options: LoraOptions) -> PeftModel:
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=options.dropout,
        target_modules=list(PROJECTIONS),
        bias="none",
    )
    return get_peft_model(gpt, config)
