"""Lightning Fabric under either of its names: `lightning_fabric` stands alone, `lightning` brings the same inside.

It does not know what runs on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightning_fabric import Fabric
else:
    try:
        from lightning_fabric import Fabric
    except ImportError:
        from lightning.fabric import Fabric

__all__ = ["Fabric"]
