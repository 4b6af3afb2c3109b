"""Sparsity: as many zeros as asked for, where they matter least."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_llama
from foretype.errors import InputError

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")


def test_two_of_every_four_stay_and_they_are_the_loudest() -> None:
    from foretype.lm.compress.sparsity import Pattern, sparsify

    matrix = torch.tensor([[1.0, -2.0, 3.0, 0.5, 9.0, 8.5, 1.0, 8.0]])
    energy = torch.tensor([100.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1000.0, 1.0])
    found = sparsify(matrix, energy, Pattern(2, 4))
    assert found.tolist() == [[1.0, 0.0, 3.0, 0.0, 9.0, 0.0, 1.0, 0.0]]


@pytest.mark.parametrize(("kept", "zeros"), [(50, 0.5), (25, 0.75), (100, 0.0)])
def test_a_share_of_each_row_stays(kept: int, zeros: float) -> None:
    from foretype.lm.compress.sparsity import Pattern, sparsify

    matrix = torch.randn(6, 80, generator=torch.Generator().manual_seed(1))
    found = sparsify(matrix, torch.ones(80), Pattern(kept))
    assert (found == 0).float().mean(dim=1).tolist() == pytest.approx([zeros] * 6)
    assert torch.equal(found[found != 0], matrix[found != 0])


def test_every_layer_is_thinned_and_the_table_is_not(tmp_path: Path) -> None:
    from foretype.lm.checkpoint_folder import load_gpt
    from foretype.lm.compress.sparsity import Pattern, sparsify_layers

    shape = tiny_llama.config()
    gpt, _ = load_gpt(tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape)))
    sparsify_layers(gpt, [torch.arange(2, 40)[None]], Pattern(2, 4))
    for name, value in gpt.state_dict().items():
        if value.ndim == 2:
            assert (value == 0).float().mean() == (0.0 if "embed" in name else 0.5), name


def test_patterns_that_keep_nothing_or_do_not_divide_a_row_are_refused() -> None:
    from foretype.lm.compress.sparsity import Pattern, sparsify

    with pytest.raises(InputError, match="found 0 kept of 4"):
        Pattern(0, 4)
    with pytest.raises(InputError, match="found rows of 6, wanted whole groups of 4"):
        sparsify(torch.ones(2, 6), torch.ones(6), Pattern(2, 4))
