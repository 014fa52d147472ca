-- +goose Up
-- What one who takes somebody's place for an evening was told of it, by mail.
CREATE TABLE stand_ins_told (
    clinic    TEXT NOT NULL,
    session   TEXT NOT NULL,
    person    TEXT NOT NULL,
    link      TEXT NOT NULL, -- the invitation that was lent
    sequence  BIGINT NOT NULL,
    hash      TEXT NOT NULL,
    cancelled BOOLEAN NOT NULL,
    sent_at   BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, person),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
