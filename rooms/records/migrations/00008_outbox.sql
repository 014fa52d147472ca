-- +goose Up
-- What is to be told to others: mails and webhooks, delivered at least once.
-- What is sealed is named in the fields of its row.

CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    clinic     TEXT NOT NULL REFERENCES clinics (id),
    kind       TEXT NOT NULL,   -- mail, webhook, checkpoint
    dedupe     TEXT NOT NULL,   -- the same thing is told once
    topic      TEXT NOT NULL,   -- invitation, session.ended
    target     TEXT NOT NULL,   -- a person or a webhook
    ref        TEXT NOT NULL,   -- what it is about
    lane       TEXT NOT NULL,   -- messages of one lane share a receiver
    payload    TEXT NOT NULL,   -- sealed; emptied once it is sent or given up
    due_ms     BIGINT NOT NULL,
    give_up_ms BIGINT NOT NULL,
    lease_ms   BIGINT NOT NULL, -- until then a node is delivering it
    attempts   BIGINT NOT NULL,
    state      TEXT NOT NULL,   -- pending, sent, dead
    fault      TEXT NOT NULL,   -- a code, never a text of the receiver
    created_at BIGINT NOT NULL,
    done_at    BIGINT NOT NULL,
    UNIQUE (clinic, kind, dedupe)
);
CREATE INDEX outbox_by_due ON outbox (state, due_ms);
CREATE INDEX outbox_by_target ON outbox (clinic, kind, target, created_at);

CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    clinic        TEXT NOT NULL REFERENCES clinics (id),
    url           TEXT NOT NULL,   -- sealed
    kinds         TEXT NOT NULL,
    secret        TEXT NOT NULL,   -- sealed
    former_secret TEXT NOT NULL,   -- sealed
    former_until  BIGINT NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (clinic, id)
);
CREATE INDEX webhooks_by_clinic ON webhooks (clinic, created_at);

-- What the calendar of a seat's person looks like, as far as we told.
CREATE TABLE calendars_sent (
    clinic      TEXT NOT NULL,
    seat        TEXT NOT NULL,
    sequence    BIGINT NOT NULL,
    hash        TEXT NOT NULL,
    cancelled   BOOLEAN NOT NULL,
    sent_at     BIGINT NOT NULL,
    PRIMARY KEY (clinic, seat),
    FOREIGN KEY (clinic, seat) REFERENCES seats (clinic, id)
);

CREATE TABLE mail_settings (
    clinic    TEXT PRIMARY KEY REFERENCES clinics (id),
    reminders TEXT NOT NULL -- minutes before the start
);

ALTER TABLE persons ADD COLUMN no_reminders BOOLEAN NOT NULL DEFAULT FALSE;

-- Answers to calls that may be repeated.
CREATE TABLE idempotency (
    clinic      TEXT NOT NULL REFERENCES clinics (id),
    caller      TEXT NOT NULL,
    key_hash    TEXT NOT NULL,
    call_hash   TEXT NOT NULL, -- of the route and the body
    run         TEXT NOT NULL,
    status_code BIGINT NOT NULL, -- 0: the first call runs
    answer      TEXT NOT NULL, -- sealed
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (clinic, caller, key_hash)
);
CREATE INDEX idempotency_by_age ON idempotency (clinic, created_at);
