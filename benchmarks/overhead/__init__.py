"""The stages' own share of a run's CPU time, peak memory, and what a run with nothing new costs."""
