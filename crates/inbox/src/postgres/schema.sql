CREATE SCHEMA IF NOT EXISTS hookvet;

CREATE TABLE hookvet.layout (version bigint NOT NULL, probed_at timestamptz);

-- A key under the digest that came with it first has an empty `variant`; another digest is a variant of its own.
CREATE TABLE hookvet.seen (
    vendor          text    NOT NULL,
    key             bytea   NOT NULL,
    is_quarantined  boolean NOT NULL,
    variant         bytea   NOT NULL,
    digest          bytea   NOT NULL,
    seq             bigint  NOT NULL,
    seen_at         bigint  NOT NULL,
    hits            bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (vendor, key, is_quarantined, variant)
);

CREATE UNIQUE INDEX seen_seq ON hookvet.seen (seq);

CREATE SEQUENCE hookvet.delivery_seq CACHE 1;

CREATE TABLE hookvet.delivery (
    seq          bigint   PRIMARY KEY,
    received_at  bigint   NOT NULL,
    due_at       bigint,
    token        bigint   NOT NULL,
    attempts     bigint   NOT NULL,
    state        smallint NOT NULL,
    is_conflict  boolean  NOT NULL,
    vendor       text     NOT NULL,
    key          bytea,
    id           text,
    type         text,
    subject      text,
    note         text,
    digest       bytea    NOT NULL,
    verdict      text     NOT NULL,
    headers      text     NOT NULL,
    body         bytea    NOT NULL
);

CREATE INDEX delivery_due ON hookvet.delivery (due_at, state) WHERE due_at IS NOT NULL;

CREATE INDEX delivery_aside ON hookvet.delivery (state) WHERE state IN (3, 4);

CREATE INDEX delivery_order ON hookvet.delivery (subject, vendor, seq) WHERE due_at IS NOT NULL AND subject IS NOT NULL;

CREATE FUNCTION hookvet.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint';

INSERT INTO hookvet.layout VALUES (1);
