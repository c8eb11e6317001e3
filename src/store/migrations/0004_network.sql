-- The network: what a site looks like and may fill, who administers it, and what every subject below
-- stands on: the audit, tokens of programs, deliveries to the outside, answers that were given.
--
-- Rows that tell what happened (audit, attendance) are only ever added; triggers refuse the rest.

ALTER TABLE site ADD COLUMN quota_bytes BIGINT NOT NULL DEFAULT 0; -- 0: no limit
ALTER TABLE site ADD COLUMN colour TEXT NOT NULL DEFAULT '#0b5a69';
ALTER TABLE site ADD COLUMN logo TEXT; -- media type of the file "logo" in the site's folder; NULL: none
CREATE INDEX site_of_parent ON site (parent);
-- Objects are found by their id alone (access.h): each has an index that begins with it.
CREATE INDEX recording_by_id ON recording (id);

-- An administrator of a site may do so in every site below it; one of the topmost administers the network.
CREATE TABLE role_of_person (
	site BIGINT NOT NULL,
	person BIGINT NOT NULL,
	role TEXT NOT NULL CHECK (role IN ('admin', 'coordinator', 'instructor', 'trainee', 'guest')),
	PRIMARY KEY (site, person, role),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
INSERT INTO role_of_person (site, person, role) SELECT site, person, role FROM role;
DROP TABLE role;
ALTER TABLE role_of_person RENAME TO role;
CREATE INDEX role_of_site ON role (site, role);
CREATE INDEX site_of_person ON site_person (person);

-- One chain a site: hash = BLAKE2b of the row before and of everything in this one, see audit.h. site 0: the network.
CREATE TABLE audit (
	site BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	at BIGINT NOT NULL,
	person BIGINT NOT NULL, -- 0: the server itself, or nobody who is known
	action TEXT NOT NULL,
	object TEXT NOT NULL,
	object_id BIGINT NOT NULL,
	detail TEXT NOT NULL, -- JSON
	hash TEXT NOT NULL,
	PRIMARY KEY (site, seq)
);
CREATE INDEX audit_by_time ON audit (site, at);
CREATE INDEX audit_of_person ON audit (site, person, at);
CREATE INDEX audit_of_object ON audit (site, object_id, at);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit is only added to'); END;

-- A program that acts for a person in a site, within scopes ("read", "write", or those of access.h).
CREATE TABLE api_token (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	person BIGINT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	scopes TEXT NOT NULL, -- separated by spaces
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX api_token_of_person ON api_token (person);
CREATE INDEX api_token_by_id ON api_token (id);

CREATE TABLE webhook (
	site BIGINT NOT NULL REFERENCES site (id),
	id BIGINT NOT NULL,
	url TEXT NOT NULL,
	secret TEXT NOT NULL,
	events TEXT NOT NULL, -- separated by spaces
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	failing_since BIGINT NOT NULL DEFAULT 0, -- 0: the last one was taken
	failures BIGINT NOT NULL DEFAULT 0, -- in a row
	held_until BIGINT NOT NULL DEFAULT 0, -- nothing is sent before
	disabled_at BIGINT NOT NULL DEFAULT 0,
	problem TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (site, id)
);
CREATE INDEX webhook_by_id ON webhook (id);

-- What is to leave the server: written with the change that caused it, sent and tried again by src/delivery.
CREATE TABLE delivery (
	id BIGINT NOT NULL PRIMARY KEY,
	site BIGINT NOT NULL REFERENCES site (id),
	kind TEXT NOT NULL CHECK (kind IN ('mail', 'webhook')),
	target TEXT NOT NULL, -- an address, or the id of a webhook
	event TEXT NOT NULL, -- what it is about: "session.invited", "recording.ready"
	body TEXT NOT NULL, -- JSON; of a mail: subject, text and calendar; '' once it is sent
	once TEXT UNIQUE, -- a second one of the same text is not written; NULL: always
	created_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL, -- given up if it is not sent by then
	done_at BIGINT NOT NULL DEFAULT 0,
	tries BIGINT NOT NULL DEFAULT 0,
	state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
	problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX delivery_due ON delivery (kind, target, due_at) WHERE state = 'waiting';
CREATE INDEX delivery_first ON delivery (kind, due_at) WHERE state = 'waiting';
CREATE INDEX delivery_done ON delivery (done_at) WHERE state <> 'waiting';
CREATE INDEX delivery_of_site ON delivery (site, created_at, id);

-- What a changing request with an Idempotency-Key was answered: asked again it is told again, not done again.
CREATE TABLE request_key (
	person BIGINT NOT NULL REFERENCES person (id),
	name TEXT NOT NULL,
	asked TEXT NOT NULL, -- hash of method, path and body
	status BIGINT NOT NULL,
	answer TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (person, name)
);
CREATE INDEX request_key_by_time ON request_key (at);
