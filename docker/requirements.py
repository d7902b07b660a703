"""Print the locked requirements without torch and what only its GPU build needs: for an image with a CPU-only torch.

`requirements.py FILE` prints the rest; `requirements.py --torch FILE` prints `torch==VERSION` alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

GPU_ONLY = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")


def blocks(text: str) -> list[str]:
    """One text per requirement, with its hashes."""
    return re.split(r"\n(?=\S)", text.strip())


def main() -> None:
    """See the module's first lines."""
    found = blocks(Path(sys.argv[-1]).read_text(encoding="utf-8"))
    if sys.argv[1] == "--torch":
        print(next(block.split()[0] for block in found if block.startswith("torch==")))
    else:
        print("\n".join(block for block in found if not GPU_ONLY.match(block)))


if __name__ == "__main__":
    main()
