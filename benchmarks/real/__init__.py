"""The whole pipeline on real pages and the three texts that the user's seeds were taken from."""
