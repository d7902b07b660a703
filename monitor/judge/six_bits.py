"""Whole numbers of six bits, four in three bytes: how the larger half of the packaged model's weights is stored.

In: matrices of int8 between -32 and 31, or their packed form. Out: the other. Never: reads a file.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MIDDLE, _LOW = 32, 0b111111


def pack_six_bits(whole: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """`(rows, columns)` to `(3, rows / 4, columns)`; rows must be a multiple of four.

    Three quarters of the rows lie in the low bits of the three bytes, the fourth in pairs in their high bits.
    """
    quarters = (whole + _MIDDLE).astype(np.uint8).reshape(4, -1, whole.shape[1])
    high = np.stack([(quarters[3] >> shift) & 0b11 for shift in (0, 2, 4)])
    return np.asarray(quarters[:3] | high << 6, dtype=np.uint8)


def unpack_six_bits(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """The inverse of `pack_six_bits`."""
    whole = np.empty((4, *packed.shape[1:]), np.uint8)
    np.bitwise_and(packed, _LOW, out=whole[:3])
    high = packed >> 6
    whole[3] = high[0] | high[1] << 2 | high[2] << 4
    signed = whole.reshape(-1, packed.shape[2]).view(np.int8)
    signed -= _MIDDLE
    return signed
