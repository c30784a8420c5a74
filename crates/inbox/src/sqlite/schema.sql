CREATE TABLE hookvet_seen (
    seq             INTEGER PRIMARY KEY,
    vendor          TEXT    NOT NULL,
    key             TEXT    NOT NULL,
    is_quarantined  INTEGER NOT NULL,
    digest          BLOB    NOT NULL,
    seen_at         INTEGER NOT NULL,
    hits            INTEGER NOT NULL DEFAULT 0,
    UNIQUE (vendor, key, is_quarantined, digest)
) STRICT;

-- What is large stands last, so that whoever looks for the rest does not read it.
CREATE TABLE hookvet_delivery (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at  INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    due_at       INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0,
    token        INTEGER NOT NULL DEFAULT 0,
    is_conflict  INTEGER NOT NULL,
    vendor       TEXT    NOT NULL,
    key          TEXT,
    id           TEXT,
    type         TEXT,
    subject      TEXT,
    note         TEXT,
    digest       BLOB    NOT NULL,
    verdict      TEXT    NOT NULL,
    headers      TEXT    NOT NULL,
    body         BLOB    NOT NULL
) STRICT;

CREATE INDEX hookvet_due ON hookvet_delivery (due_at, state) WHERE due_at IS NOT NULL;

CREATE INDEX hookvet_aside ON hookvet_delivery (state) WHERE state IN (3, 4);

CREATE TABLE hookvet_layout (version INTEGER NOT NULL) STRICT;

INSERT INTO hookvet_layout VALUES (2);
