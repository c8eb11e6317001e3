-- Bearer tokens of WHIP and WHEP: each opens one session in one direction until it expires. `name` is
-- what the others in the class see of who comes by it. Secrets are kept as hashes (hex).
CREATE TABLE stream_token (
	hash TEXT NOT NULL PRIMARY KEY,
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	direction TEXT NOT NULL CHECK (direction IN ('publish', 'watch')),
	name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	FOREIGN KEY (site, session) REFERENCES session (site, id)
);
CREATE INDEX stream_token_of_session ON stream_token (session);
