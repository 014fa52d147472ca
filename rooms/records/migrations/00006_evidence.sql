-- +goose Up

-- Free texts that journal entries name by their hash: reasons, addenda, notes
-- on calls. The body is sealed in the vault.
CREATE TABLE notes (
    clinic  TEXT NOT NULL,
    session TEXT NOT NULL,
    hash    TEXT NOT NULL,
    body    TEXT NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, hash),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id)
);

-- The printed lines under sign-offs and addenda. n is the seal's number; the
-- seal holds the line's hash.
CREATE TABLE signatures (
    clinic     TEXT NOT NULL,
    session    TEXT NOT NULL,
    n          BIGINT NOT NULL,
    name       TEXT NOT NULL,
    credential TEXT NOT NULL,
    salt       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, n),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id)
);

-- A clinic's log of seals, n from 0 without a hole. A purged session keeps its
-- leaves.
CREATE TABLE log_leaves (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    n          BIGINT NOT NULL,
    session    TEXT NOT NULL,
    start_ms   BIGINT NOT NULL,
    seal       BIGINT NOT NULL,
    hash       TEXT NOT NULL,
    PRIMARY KEY (clinic, n),
    UNIQUE (clinic, session, seal)
);

-- Signed checkpoints over that log.
CREATE TABLE checkpoints (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    n          BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    note       TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (clinic, n)
);
