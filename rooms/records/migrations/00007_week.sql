-- +goose Up
-- What payers ask for, as versions that never change; who paid for a person
-- before; and rows of attendance that were computed already.

CREATE TABLE payers (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    payer      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    rule_set   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, payer, version)
);

-- Until that day, without it, the person's weeks are held against this payer.
-- From then on the next row holds, and at last the person's own column.
CREATE TABLE former_payers (
    clinic     TEXT NOT NULL,
    person     TEXT NOT NULL,
    until_day  TEXT NOT NULL,
    payer      TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, person, until_day),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

-- Rows of sealed sessions, without names: only so that a week need not be
-- computed twice. They hold for one head of the chain and one build of the
-- program, are no evidence, and may be deleted at any time.
CREATE TABLE session_rows (
    clinic     TEXT NOT NULL,
    session    TEXT NOT NULL,
    head       TEXT NOT NULL,
    build      TEXT NOT NULL,
    judged     TEXT NOT NULL,
    kept_at    BIGINT NOT NULL,
    PRIMARY KEY (clinic, session),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id) ON DELETE CASCADE
);
