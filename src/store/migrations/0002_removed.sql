-- People whom a host removed from a class: they stay out, also after the server was started anew.
CREATE TABLE session_removed (
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, session, person),
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
