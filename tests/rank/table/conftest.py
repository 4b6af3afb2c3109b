"""Kernels that every test of the table runs with: numpy's always, numba's where it is installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from foretype.rank.table.kernels import Kernels
from foretype.rank.table.numpy_kernels import NumpyKernels


def _kernels(name: str) -> Kernels:
    if name == "numpy":
        return NumpyKernels()
    if find_spec("numba") is None:
        pytest.skip("needs the package numba")
    from foretype.rank.table.numba_kernels import NumbaKernels

    return NumbaKernels()


@pytest.fixture(params=["numpy", "numba"], scope="session")
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return _kernels(request.param)
