-- +goose Up
-- What the schedule keeps beside the rule: kinds, moved evenings, who takes
-- one evening only, and the feeds of staff.

ALTER TABLE series ADD COLUMN kind TEXT NOT NULL DEFAULT 'group';
-- How many clients have a place. 0: any number.
ALTER TABLE series ADD COLUMN capacity BIGINT NOT NULL DEFAULT 0;
-- Rises with every change that a calendar must hear of.
ALTER TABLE series ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;

-- One evening takes place at another time than the rule gives.
CREATE TABLE series_moves (
    clinic        TEXT NOT NULL,
    series        TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,
    moved_to      TEXT NOT NULL,
    PRIMARY KEY (series, recurrence_id),
    FOREIGN KEY (clinic, series) REFERENCES series (clinic, id)
);

-- The kind follows the series until the session opens.
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'group';

-- A seat in one session only: a guest, a substitute, somebody who was added.
CREATE TABLE session_seats (
    id           TEXT PRIMARY KEY,
    clinic       TEXT NOT NULL,
    session      TEXT NOT NULL,
    person       TEXT NOT NULL,
    role         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    origin       TEXT NOT NULL, -- guest, substitute, added
    replaces     TEXT NOT NULL, -- the person who does not come, of a substitute
    created_at   BIGINT NOT NULL,
    UNIQUE (clinic, id),
    UNIQUE (session, person),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX session_seats_by_person ON session_seats (clinic, person);

-- The secret address under which a member of staff reads a calendar.
CREATE TABLE calendar_feeds (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL,
    person     TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX calendar_feeds_by_person ON calendar_feeds (clinic, person);


-- People: what is needed to reach them. Columns that hold sealed text are
-- named in vault.go.
ALTER TABLE persons ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN emergency TEXT NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN payer TEXT NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN guest BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE persons ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX persons_by_name ON persons (clinic, legal_name, id);

-- Seats: prescribed minutes a week, the phase of the program, the kinds of
-- segments that a collateral is invited to, and when the seat was given up.
ALTER TABLE seats ADD COLUMN prescribed_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE seats ADD COLUMN segments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE seats ADD COLUMN discharged_at BIGINT NOT NULL DEFAULT 0;

-- When a personal link was last sent.
ALTER TABLE invitations ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;

-- People without a seat in the series who were seated for one evening, and who
-- they turned out to be.
CREATE TABLE guests (
    clinic     TEXT NOT NULL,
    session    TEXT NOT NULL,
    person     TEXT NOT NULL,
    seated_by  TEXT NOT NULL,
    seated_at  BIGINT NOT NULL,
    matched    TEXT NOT NULL,
    matched_by TEXT NOT NULL,
    matched_at BIGINT NOT NULL,
    note       TEXT NOT NULL,
    PRIMARY KEY (clinic, session, person),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
