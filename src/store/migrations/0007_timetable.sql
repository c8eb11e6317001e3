-- The timetable: where, in what rows of days, and what is closed.
--
-- The truth of a planned time is the local one, "2026-11-02T09:00", in its zone; starts_at is what it
-- comes to by the rules of zones that are installed.

CREATE TABLE venue (
	site BIGINT NOT NULL REFERENCES site (id),
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	seats BIGINT NOT NULL DEFAULT 0, -- 0: not told
	PRIMARY KEY (site, id),
	UNIQUE (site, name)
);
CREATE INDEX venue_by_id ON venue (id);

-- first_day and last_day are included: "2026-12-24".
CREATE TABLE blackout (
	site BIGINT NOT NULL REFERENCES site (id),
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	first_day TEXT NOT NULL,
	last_day TEXT NOT NULL,
	PRIMARY KEY (site, id),
	CHECK (first_day <= last_day)
);
CREATE INDEX blackout_by_id ON blackout (id);

-- Sessions that recur: one row here, a session for each occurrence.
CREATE TABLE series (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	course BIGINT NOT NULL,
	title TEXT NOT NULL,
	local_start TEXT NOT NULL, -- of the first
	time_zone TEXT NOT NULL,
	length_min BIGINT NOT NULL CHECK (length_min > 0),
	rrule TEXT NOT NULL, -- bounded by COUNT or UNTIL
	uid TEXT NOT NULL UNIQUE,
	sequence BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, course) REFERENCES course (site, id)
);
CREATE INDEX series_by_id ON series (id);

ALTER TABLE session ADD COLUMN local_start TEXT NOT NULL DEFAULT ''; -- '': derived from starts_at
ALTER TABLE session ADD COLUMN series BIGINT NOT NULL DEFAULT 0; -- 0: alone
ALTER TABLE session ADD COLUMN recurrence TEXT NOT NULL DEFAULT ''; -- the local start that the rule gives it (RECURRENCE-ID)
ALTER TABLE session ADD COLUMN changed BIGINT NOT NULL DEFAULT 0; -- 1: this occurrence differs from its series
ALTER TABLE session ADD COLUMN uid TEXT; -- of one that is alone; NULL: <id>@ the server
ALTER TABLE session ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN venue BIGINT NOT NULL DEFAULT 0; -- 0: none
ALTER TABLE session ADD COLUMN cancelled_at BIGINT NOT NULL DEFAULT 0; -- 0: takes place
ALTER TABLE session ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN opens_min BIGINT NOT NULL DEFAULT 30; -- before the start, for those who teach
ALTER TABLE session ADD COLUMN lobby_min BIGINT NOT NULL DEFAULT 15; -- before the start, to wait
ALTER TABLE session ADD COLUMN entry TEXT NOT NULL DEFAULT 'enrolled'
	CHECK (entry IN ('enrolled', 'approval')); -- approval: a host lets each in
ALTER TABLE session ADD COLUMN reminded_for BIGINT NOT NULL DEFAULT 0; -- what people were reminded of last, see invitation.c
CREATE INDEX session_of_series ON session (site, series);
CREATE INDEX session_in_venue ON session (site, venue, starts_at);
CREATE INDEX session_by_id ON session (id);
CREATE INDEX session_by_start ON session (starts_at);
CREATE INDEX session_that_is_open ON session (site) WHERE state = 'open';
-- Somebody who teaches at several sites is at one place at a time.
CREATE INDEX session_instructor_by_person ON session_instructor (person);
CREATE INDEX course_instructor_by_person ON course_instructor (person);

-- The groups that a session is for; none: everybody in the course.
CREATE TABLE session_group (
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	grp BIGINT NOT NULL,
	PRIMARY KEY (site, session, grp),
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	FOREIGN KEY (site, grp) REFERENCES people_group (site, id)
);
CREATE INDEX session_of_group ON session_group (site, grp);

-- Calendars to subscribe to: of a person (course 0), or of one course as that person sees it.
CREATE TABLE feed (
	id BIGINT NOT NULL UNIQUE,
	hash TEXT NOT NULL PRIMARY KEY,
	person BIGINT NOT NULL REFERENCES person (id),
	course BIGINT NOT NULL,
	token TEXT NOT NULL, -- sealed, to be shown again: see feed.h
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0,
	UNIQUE (person, course)
);
