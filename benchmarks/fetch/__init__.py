"""Polling many feeds that have not changed: CPU time per feed, beside a bare client in the same run."""
