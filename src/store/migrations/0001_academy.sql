-- Sites, people and roles, courses, sessions, recordings.
--
-- Everything that belongs to a site carries it in its key, and foreign keys carry it along, so that a
-- row of one site cannot refer to a row of another. Ids are 63 random bits made by the application;
-- times are milliseconds since 1970 UTC; secrets are kept as hashes (hex). Plain SQL that SQLite and
-- PostgreSQL both take.

CREATE TABLE site (
	id BIGINT NOT NULL PRIMARY KEY,
	parent BIGINT REFERENCES site (id),
	slug TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	language TEXT NOT NULL CHECK (language IN ('en', 'es', 'fr', 'nl'))
);

-- A person has one account for the whole network. number is the n of /u/<n>.
CREATE TABLE person (
	id BIGINT NOT NULL PRIMARY KEY,
	number BIGINT NOT NULL UNIQUE CHECK (number > 0),
	email TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	language TEXT NOT NULL CHECK (language IN ('en', 'es', 'fr', 'nl'))
);

CREATE TABLE site_person (
	site BIGINT NOT NULL REFERENCES site (id),
	person BIGINT NOT NULL REFERENCES person (id),
	PRIMARY KEY (site, person)
);

CREATE TABLE role (
	site BIGINT NOT NULL,
	person BIGINT NOT NULL,
	role TEXT NOT NULL CHECK (role IN ('coordinator', 'instructor', 'trainee')),
	PRIMARY KEY (site, person, role),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);

-- uses_left: how often the link still opens a sign-in; NULL: until it expires.
CREATE TABLE signin_link (
	hash TEXT NOT NULL PRIMARY KEY,
	site BIGINT NOT NULL,
	person BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	uses_left BIGINT CHECK (uses_left >= 0),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);

CREATE TABLE signin (
	hash TEXT NOT NULL PRIMARY KEY,
	site BIGINT NOT NULL,
	person BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX signin_of_person ON signin (site, person, created_at);

CREATE TABLE course (
	site BIGINT NOT NULL REFERENCES site (id),
	id BIGINT NOT NULL,
	title TEXT NOT NULL,
	colour TEXT NOT NULL,
	PRIMARY KEY (site, id)
);

CREATE TABLE course_instructor (
	site BIGINT NOT NULL,
	course BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, course, person),
	FOREIGN KEY (site, course) REFERENCES course (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX course_instructor_of_person ON course_instructor (site, person);

CREATE TABLE enrolment (
	site BIGINT NOT NULL,
	course BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, course, person),
	FOREIGN KEY (site, course) REFERENCES course (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX enrolment_of_person ON enrolment (site, person);

CREATE TABLE session (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	course BIGINT NOT NULL,
	title TEXT NOT NULL,
	starts_at BIGINT NOT NULL,
	length_min BIGINT NOT NULL CHECK (length_min > 0),
	time_zone TEXT NOT NULL,
	policy TEXT NOT NULL CHECK (policy IN ('always', 'on_demand', 'never')),
	state TEXT NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'open', 'ended')),
	opened_at BIGINT NOT NULL DEFAULT 0,
	ended_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, course) REFERENCES course (site, id)
);
CREATE INDEX session_by_time ON session (site, starts_at);
CREATE INDEX session_of_course ON session (site, course);

CREATE TABLE session_instructor (
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, session, person),
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX session_instructor_of_person ON session_instructor (site, person);

CREATE TABLE recording (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	session BIGINT NOT NULL,
	folder TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL CHECK (state IN ('recording', 'sealing', 'ready', 'failed')),
	started_at BIGINT NOT NULL,
	duration_ms BIGINT NOT NULL DEFAULT 0,
	bytes BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id),
	UNIQUE (site, session),
	FOREIGN KEY (site, session) REFERENCES session (site, id)
);
