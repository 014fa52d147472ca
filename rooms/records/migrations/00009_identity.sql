-- +goose Up
-- How staff and programs prove who they are.

CREATE TABLE staff_sessions (
    id        TEXT PRIMARY KEY,
    clinic    TEXT NOT NULL,
    person    TEXT NOT NULL,
    began     BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    why       TEXT NOT NULL,
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX staff_sessions_by_person ON staff_sessions (clinic, person);

CREATE TABLE identities (
    clinic     TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    person     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (clinic, issuer, subject),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);

CREATE TABLE passkeys (
    clinic      TEXT NOT NULL,
    credential  TEXT NOT NULL,
    person      TEXT NOT NULL,
    handle      TEXT NOT NULL,
    label       TEXT NOT NULL,
    public      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL,
    PRIMARY KEY (clinic, credential),
    FOREIGN KEY (clinic, person) REFERENCES persons (clinic, id)
);
CREATE INDEX passkeys_by_credential ON passkeys (credential);

CREATE TABLE service_clients (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    public     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE used_assertions (
    client TEXT NOT NULL REFERENCES service_clients (id),
    jti    TEXT NOT NULL,
    clinic TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (client, jti)
);

-- What another system calls a session or a person of ours.
CREATE TABLE identifiers (
    clinic    TEXT NOT NULL REFERENCES clinics (id),
    system    TEXT NOT NULL,
    value     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    object    TEXT NOT NULL,
    PRIMARY KEY (clinic, system, value)
);
CREATE INDEX identifiers_by_object ON identifiers (clinic, kind, object);
