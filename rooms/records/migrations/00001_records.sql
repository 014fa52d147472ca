-- +goose Up
-- Written for SQLite and PostgreSQL: TEXT ids, BIGINT milliseconds of UTC, BOOLEAN.
-- A time of 0 means "none".

CREATE TABLE clinics (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    zone          TEXT NOT NULL,
    neutral_title TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE clinic_rules (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    version    BIGINT NOT NULL,
    rules      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, version)
);

CREATE TABLE ground_rules (
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    audience   TEXT NOT NULL,
    language   TEXT NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, audience, language, version)
);

CREATE TABLE persons (
    id           TEXT PRIMARY KEY,
    clinic       TEXT NOT NULL REFERENCES clinics (id),
    kind         TEXT NOT NULL,
    legal_name   TEXT NOT NULL,
    display_name TEXT NOT NULL,
    phone        TEXT NOT NULL,
    language     TEXT NOT NULL,
    credential   TEXT NOT NULL,
    staff_roles  TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (clinic, id)
);

CREATE TABLE programs (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (clinic, id)
);

CREATE TABLE series (
    id          TEXT PRIMARY KEY,
    clinic      TEXT NOT NULL,
    program     TEXT NOT NULL,
    title       TEXT NOT NULL,
    rule        TEXT NOT NULL,
    start       TEXT NOT NULL,
    zone        TEXT NOT NULL,
    duration_ms BIGINT NOT NULL,
    template    TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (clinic, id),
    FOREIGN KEY (clinic, program) REFERENCES programs (clinic, id)
);

CREATE TABLE series_except (
    clinic TEXT NOT NULL,
    series TEXT NOT NULL,
    day    TEXT NOT NULL,
    PRIMARY KEY (series, day),
    FOREIGN KEY (clinic, series) REFERENCES series (clinic, id)
);

CREATE TABLE seats (
    id           TEXT PRIMARY KEY,
    clinic       TEXT NOT NULL,
    series       TEXT NOT NULL,
    person       TEXT NOT NULL,
    role         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    name_key     TEXT NOT NULL,
    client       TEXT NOT NULL,
    from_ms      BIGINT NOT NULL,
    until_ms     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (clinic, id),
    UNIQUE (series, person),
    UNIQUE (series, name_key),
    FOREIGN KEY (clinic, series) REFERENCES series (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    clinic        TEXT NOT NULL,
    series        TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,
    start_ms      BIGINT NOT NULL,
    end_ms        BIGINT NOT NULL,
    zone          TEXT NOT NULL,
    segments      TEXT NOT NULL,
    status        TEXT NOT NULL,
    roster        TEXT NOT NULL,
    rules_version BIGINT NOT NULL,
    opened_at     BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL,
    UNIQUE (clinic, id),
    UNIQUE (series, recurrence_id),
    FOREIGN KEY (clinic, series) REFERENCES series (clinic, id)
);
CREATE INDEX sessions_by_start ON sessions (clinic, start_ms);
CREATE INDEX sessions_by_status ON sessions (status, start_ms);

CREATE TABLE epochs (
    session   TEXT PRIMARY KEY REFERENCES sessions (id),
    epoch     BIGINT NOT NULL,
    node      TEXT NOT NULL,
    opened_at BIGINT NOT NULL
);

CREATE TABLE journal (
    session TEXT NOT NULL REFERENCES sessions (id),
    n       BIGINT NOT NULL,
    epoch   BIGINT NOT NULL,
    node    TEXT NOT NULL,
    event_n BIGINT NOT NULL,
    event   TEXT NOT NULL,
    prev    TEXT NOT NULL,
    hash    TEXT NOT NULL,
    PRIMARY KEY (session, n),
    UNIQUE (session, epoch, node, event_n)
);

CREATE TABLE beats (
    session TEXT PRIMARY KEY REFERENCES sessions (id),
    epoch   BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    proof   TEXT NOT NULL
);

CREATE TABLE seals (
    session    TEXT NOT NULL REFERENCES sessions (id),
    n          BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    seal       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (session, n)
);

CREATE TABLE bans (
    session TEXT NOT NULL REFERENCES sessions (id),
    person  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (session, person)
);

CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL,
    series     TEXT NOT NULL,
    seat       TEXT NOT NULL,
    person     TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    not_before BIGINT NOT NULL,
    not_after  BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (clinic, series) REFERENCES series (clinic, id),
    FOREIGN KEY (clinic, seat) REFERENCES seats (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX invitations_by_seat ON invitations (clinic, seat);

CREATE TABLE used_tickets (
    jti     TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    exp     BIGINT NOT NULL
);
CREATE INDEX used_tickets_by_exp ON used_tickets (exp);

CREATE TABLE staff_links (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL,
    person     TEXT NOT NULL,
    roles      TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    not_after  BIGINT NOT NULL,
    multi_use  BOOLEAN NOT NULL,
    used_at    BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

CREATE TABLE service_tokens (
    jti        TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    issued_at  BIGINT NOT NULL,
    not_after  BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE doors (
    session              TEXT NOT NULL,
    person               TEXT NOT NULL,
    clinic               TEXT NOT NULL,
    place                TEXT NOT NULL,
    address              TEXT NOT NULL,
    phone                TEXT NOT NULL,
    emergency_name       TEXT NOT NULL,
    emergency_phone      TEXT NOT NULL,
    ground_rules_version BIGINT NOT NULL,
    language             TEXT NOT NULL,
    accepted_at          BIGINT NOT NULL,
    PRIMARY KEY (session, person),
    FOREIGN KEY (clinic, session) REFERENCES sessions (clinic, id),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX doors_by_person ON doors (clinic, person, accepted_at);

CREATE TABLE audit (
    clinic TEXT NOT NULL REFERENCES clinics (id),
    n      BIGINT NOT NULL,
    entry  TEXT NOT NULL,
    prev   TEXT NOT NULL,
    hash   TEXT NOT NULL,
    PRIMARY KEY (clinic, n)
);
