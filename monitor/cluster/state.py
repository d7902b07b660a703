"""Pack the clusterer's saved state: a version, then parts with their lengths.

In: bytes of the parts. Out: one string of bytes and back. Never: pickle, since a store's bytes are foreign.
"""

from __future__ import annotations

import struct

from monitor.errors import SettingsInvalid

_MAGIC = b"NMC4"


def pack_state(*parts: bytes) -> bytes:
    return _MAGIC + b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def unpack_state(state: bytes) -> list[bytes]:
    """Raises `SettingsInvalid` when it is not a whole state of this version."""
    if not state.startswith(_MAGIC):
        raise SettingsInvalid("the saved state of clustering is of another version; it is learnt anew")
    parts, offset = [], len(_MAGIC)
    while offset < len(state):
        size = int.from_bytes(state[offset : offset + 8], "little")
        offset += 8
        if offset + size > len(state):
            raise SettingsInvalid("the saved state of clustering is cut short; it is learnt anew")
        parts.append(state[offset : offset + size])
        offset += size
    return parts
