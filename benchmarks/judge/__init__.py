"""Every judge at hand on our own labelled pairs, on public sets, and against the clock."""
