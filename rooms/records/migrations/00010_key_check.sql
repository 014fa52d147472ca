-- +goose Up
-- A known text under the installation's keys for encrypted columns: a database
-- that was restored without them says so at the start.
ALTER TABLE clinics ADD COLUMN key_check TEXT NOT NULL DEFAULT '';
