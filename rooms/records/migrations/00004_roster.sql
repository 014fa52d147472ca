-- +goose Up

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
