"""Measurements: speed, scale and quality, each beside a peer or a limit measured in the same run."""
