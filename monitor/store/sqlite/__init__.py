"""The embedded store: one SQLite file (or memory), nothing to install or to run.

WAL with `synchronous=NORMAL`: a killed process loses nothing that was committed; a power cut may lose the last
commits but never breaks the file, and repeating the work mends it. What cannot be mended by repeating is mail
that went out, so that the outbox commits with `synchronous=FULL`.
"""
