-- +goose Up
-- How many seals a session has, beside the seals themselves, so that those
-- that wait for a signature are found without looking at every one.
ALTER TABLE sessions ADD COLUMN seal_count BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET seal_count = (SELECT count(*) FROM seals WHERE seals.session = sessions.id);
CREATE INDEX sessions_unsigned ON sessions (clinic, start_ms, id) WHERE seal_count = 1;

-- The audit log is searched by its indexes alone.
DROP INDEX audit_by_session;
CREATE INDEX audit_by_session ON audit (clinic, session, person, action, at_ms, n);
DROP INDEX audit_by_time;
CREATE INDEX audit_by_time ON audit (clinic, at_ms, n);
DROP INDEX audit_by_person;
CREATE INDEX audit_by_person ON audit (clinic, person, at_ms, n) WHERE person <> '';
