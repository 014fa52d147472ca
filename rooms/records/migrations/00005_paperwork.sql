-- +goose Up
-- What people read, accept and answer at the door. Versions are never changed;
-- a new one is a new row.

CREATE TABLE door_rules (
    clinic TEXT PRIMARY KEY REFERENCES clinics (id),
    rules  TEXT NOT NULL
);

CREATE TABLE acceptances (
    clinic      TEXT NOT NULL,
    person      TEXT NOT NULL,
    audience    TEXT NOT NULL,
    version     BIGINT NOT NULL,
    language    TEXT NOT NULL,
    text_hash   TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, person, audience, version),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

CREATE TABLE consent_texts (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    version    BIGINT NOT NULL,
    language   TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, version, language)
);

CREATE TABLE consents (
    clinic    TEXT NOT NULL,
    person    TEXT NOT NULL,
    given_at  BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    language  TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    PRIMARY KEY (clinic, person, given_at),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

CREATE TABLE scales (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    id         TEXT NOT NULL,
    version    BIGINT NOT NULL,
    question   TEXT NOT NULL,
    low        TEXT NOT NULL,
    high       TEXT NOT NULL,
    place_n    BIGINT NOT NULL,
    active     BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, id, version)
);

CREATE TABLE scale_answers (
    clinic        TEXT NOT NULL,
    session       TEXT NOT NULL,
    person        TEXT NOT NULL,
    scale         TEXT NOT NULL,
    moment        TEXT NOT NULL,
    skipped       BOOLEAN NOT NULL,
    scale_version BIGINT NOT NULL,
    score         BIGINT NOT NULL,
    answered_at   BIGINT NOT NULL,
    PRIMARY KEY (clinic, session, person, scale, moment, skipped),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id),
    FOREIGN KEY (clinic, scale, scale_version) REFERENCES scales (clinic, id, version)
);
CREATE INDEX scale_answers_by_person ON scale_answers (clinic, person, answered_at);
