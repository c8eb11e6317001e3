-- How people prove who they are, and how they come to be here.

-- A guest has no address: email is "guest:" and the id.
ALTER TABLE person ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'guest'));
ALTER TABLE person ADD COLUMN time_zone TEXT; -- NULL: that of the browser
ALTER TABLE person ADD COLUMN locked_at BIGINT NOT NULL DEFAULT 0; -- by an administrator; 0: may sign in
-- One who left a site keeps the row, for what refers to it, and loses roles, courses and sign-ins.
ALTER TABLE site_person ADD COLUMN left_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE site_person ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- A way to sign in: 'password' (the string of crypto_pwhash), 'totp' and 'recovery' (sealed, see credential.h);
-- later 'oidc:<issuer>' with the subject there.
CREATE TABLE credential (
	person BIGINT NOT NULL REFERENCES person (id),
	kind TEXT NOT NULL,
	subject TEXT, -- the name of the person at whoever vouches; NULL: ours
	secret TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0, -- of 'totp': the time step that was used last
	PRIMARY KEY (person, kind),
	UNIQUE (kind, subject)
);

ALTER TABLE signin_link ADD COLUMN purpose TEXT NOT NULL DEFAULT 'signin'
	CHECK (purpose IN ('signin', 'invite', 'reset'));
-- Who was given the link to hand it over, and so may have opened it; 0: it went by mail alone.
ALTER TABLE signin_link ADD COLUMN given_to BIGINT NOT NULL DEFAULT 0;
CREATE INDEX signin_link_of_person ON signin_link (person);
-- 1: its administrators and coordinators sign in with a second factor.
ALTER TABLE site ADD COLUMN second_factor BIGINT NOT NULL DEFAULT 0;

ALTER TABLE signin ADD COLUMN method TEXT NOT NULL DEFAULT 'link';
ALTER TABLE signin ADD COLUMN device TEXT NOT NULL DEFAULT ''; -- from User-Agent: "Firefox on Linux"
ALTER TABLE signin ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE signin ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX signin_by_person ON signin (person, created_at);

CREATE TABLE guest_link (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	session BIGINT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	label TEXT NOT NULL,
	max_uses BIGINT NOT NULL CHECK (max_uses > 0),
	uses BIGINT NOT NULL DEFAULT 0,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	CHECK (uses <= max_uses)
);
CREATE INDEX guest_link_of_session ON guest_link (site, session);
CREATE INDEX guest_link_by_id ON guest_link (id);

-- A guest is a person of kind 'guest' with the role 'guest' and a part in this one session.
CREATE TABLE session_guest (
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	person BIGINT NOT NULL,
	link BIGINT NOT NULL,
	PRIMARY KEY (site, session, person),
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX session_guest_of_person ON session_guest (person);
