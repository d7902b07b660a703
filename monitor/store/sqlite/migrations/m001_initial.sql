-- Version 1. Times are UTC text of fixed width (2026-01-31T08:12:00.000000+00:00), so that they sort as text.
-- Long texts stand last in their tables: a row's first columns are then read without them.

CREATE TABLE feeds (
    url TEXT PRIMARY KEY,
    health TEXT NOT NULL,
    reason TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    last_polled_at TEXT,
    last_ok_at TEXT,
    next_poll_at TEXT,
    failures_in_row INTEGER NOT NULL,
    polls INTEGER NOT NULL,
    entries_seen INTEGER NOT NULL,
    new_entries INTEGER NOT NULL,
    interval_seconds REAL NOT NULL
);

CREATE TABLE articles (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    published_at TEXT,
    story_id TEXT NOT NULL,
    copy_of TEXT NOT NULL,
    publisher TEXT NOT NULL,
    feed_url TEXT NOT NULL,
    language TEXT NOT NULL,
    revision INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    url TEXT NOT NULL,
    canonical_url TEXT NOT NULL,
    reason TEXT NOT NULL,
    authors TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX articles_pending ON articles (state, first_seen_at, (published_at IS NULL), published_at, id);
CREATE INDEX articles_arrival ON articles (first_seen_at, (published_at IS NULL), published_at, id);
CREATE INDEX articles_of_story ON articles (story_id, first_seen_at, id);
CREATE INDEX articles_of_publisher ON articles (publisher, first_seen_at, id);
CREATE INDEX articles_copies ON articles (copy_of) WHERE copy_of <> '';

CREATE VIRTUAL TABLE articles_words USING fts5 (
    title, text, content = 'articles', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER articles_words_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_words (rowid, title, text) VALUES (new.seq, new.title, new.text);
END;
CREATE TRIGGER articles_words_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_words (articles_words, rowid, title, text) VALUES ('delete', old.seq, old.title, old.text);
END;
CREATE TRIGGER articles_words_update AFTER UPDATE OF title, text ON articles
WHEN old.title <> new.title OR old.text <> new.text BEGIN
    INSERT INTO articles_words (articles_words, rowid, title, text) VALUES ('delete', old.seq, old.title, old.text);
    INSERT INTO articles_words (rowid, title, text) VALUES (new.seq, new.title, new.text);
END;

CREATE TABLE entries (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    feed_url TEXT NOT NULL,
    guid TEXT NOT NULL,
    url TEXT NOT NULL,
    published_at TEXT,
    updated_at TEXT,
    language TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    authors TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE TABLE passages (
    id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    "index" INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    is_novel INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL
);
CREATE INDEX passages_of_article ON passages (article_id, "index", id);

-- Owners are articles and passages; article_id and at are empty for any other owner.
CREATE TABLE vectors (
    owner_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    article_id TEXT NOT NULL,
    at TEXT NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX vectors_by_time ON vectors (kind, at, owner_id, model);

CREATE TABLE stories (
    id TEXT PRIMARY KEY,
    is_seed INTEGER NOT NULL,
    last_article_at TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    state TEXT NOT NULL,
    article_count INTEGER NOT NULL,
    publisher_count INTEGER NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    state_blob TEXT NOT NULL
);
CREATE INDEX stories_in_order ON stories (is_seed DESC, last_article_at DESC, id);

CREATE TABLE decisions (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    story_id TEXT NOT NULL,
    copy_of TEXT NOT NULL,
    why TEXT NOT NULL,
    memo BLOB NOT NULL
);

CREATE TABLE blobs (name TEXT PRIMARY KEY, content BLOB NOT NULL);

CREATE TABLE seeds (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    language TEXT NOT NULL,
    articles TEXT NOT NULL,
    offices TEXT NOT NULL,
    path TEXT NOT NULL
);

CREATE TABLE positions (
    id TEXT PRIMARY KEY,
    seed_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    is_withdrawn INTEGER NOT NULL,
    story_id TEXT NOT NULL,
    stated_on TEXT NOT NULL,
    valid_until TEXT,
    superseded_by TEXT NOT NULL,
    holder TEXT NOT NULL,
    aliases TEXT NOT NULL,
    office TEXT NOT NULL,
    topic TEXT NOT NULL,
    statement TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE INDEX positions_in_order ON positions (story_id, stated_on, id);
CREATE INDEX positions_of_seed ON positions (seed_id, place);

CREATE TABLE verdicts (
    passage_id TEXT NOT NULL,
    position_id TEXT NOT NULL,
    label TEXT NOT NULL,
    relation TEXT,
    by_successor INTEGER NOT NULL,
    grade TEXT,
    judge TEXT NOT NULL,
    probabilities TEXT NOT NULL,
    speaker TEXT NOT NULL,
    cues TEXT NOT NULL,
    PRIMARY KEY (passage_id, position_id)
);
CREATE INDEX verdicts_on_position ON verdicts (position_id, passage_id);

CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    position_id TEXT NOT NULL,
    story_id TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    relation TEXT NOT NULL,
    by_successor INTEGER NOT NULL,
    grade TEXT NOT NULL,
    probability REAL NOT NULL,
    publishers INTEGER NOT NULL,
    review TEXT NOT NULL,
    state TEXT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE INDEX findings_in_order ON findings (first_seen_at DESC, id);
CREATE INDEX findings_on_position ON findings (position_id, first_seen_at DESC, id);
CREATE INDEX findings_of_story ON findings (story_id, first_seen_at DESC, id);

CREATE TABLE citations (
    finding_id TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    article_id TEXT NOT NULL,
    PRIMARY KEY (finding_id, article_id)
) WITHOUT ROWID;
CREATE INDEX citations_of_article ON citations (article_id);

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    leased_until TEXT,
    kind TEXT NOT NULL,
    finding_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at TEXT,
    message_id TEXT NOT NULL,
    last_error TEXT NOT NULL,
    headline TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX alerts_in_order ON alerts (created_at DESC, id);
CREATE INDEX alerts_by_state ON alerts (state, created_at DESC, id);
CREATE INDEX alerts_due ON alerts (state, due_at);
CREATE INDEX alerts_of_finding ON alerts (finding_id, state);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    tried_at TEXT NOT NULL,
    ok INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    alert_ids TEXT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX attempts_in_order ON attempts (tried_at DESC, id);
CREATE INDEX attempts_to_recipient ON attempts (recipient, ok, tried_at);

CREATE TABLE attempts_for (
    alert_id TEXT NOT NULL,
    attempt_id TEXT NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, attempt_id)
) WITHOUT ROWID;

CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until TEXT NOT NULL);
