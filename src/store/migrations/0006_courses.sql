-- What a course is made of, who is in it, and what one has of it in the end.

ALTER TABLE course ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE course ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- of teaching; '': that of the site
ALTER TABLE course ADD COLUMN attendance_percent BIGINT NOT NULL DEFAULT 0; -- to complete it; 0: no rule
ALTER TABLE course ADD COLUMN counts_replay BIGINT NOT NULL DEFAULT 0; -- 1: watching the replay counts as attending
ALTER TABLE course ADD COLUMN archived_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX course_by_id ON course (id);

-- Groups of people of a site, "Recruits 2026 A"; whoever is in one is in its courses.
CREATE TABLE people_group (
	site BIGINT NOT NULL REFERENCES site (id),
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (site, id),
	UNIQUE (site, name)
);
CREATE INDEX people_group_by_id ON people_group (id);
CREATE TABLE group_member (
	site BIGINT NOT NULL,
	grp BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, grp, person),
	FOREIGN KEY (site, grp) REFERENCES people_group (site, id),
	FOREIGN KEY (site, person) REFERENCES site_person (site, person)
);
CREATE INDEX group_member_of_person ON group_member (site, person);
CREATE TABLE course_group (
	site BIGINT NOT NULL,
	course BIGINT NOT NULL,
	grp BIGINT NOT NULL,
	PRIMARY KEY (site, course, grp),
	FOREIGN KEY (site, course) REFERENCES course (site, id),
	FOREIGN KEY (site, grp) REFERENCES people_group (site, id)
);
CREATE INDEX course_group_of_group ON course_group (site, grp);

-- A course that another site may send people to: its coordinators see it and enrol their own.
CREATE TABLE course_share (
	site BIGINT NOT NULL,
	course BIGINT NOT NULL,
	with_site BIGINT NOT NULL REFERENCES site (id),
	at BIGINT NOT NULL,
	PRIMARY KEY (site, course, with_site),
	FOREIGN KEY (site, course) REFERENCES course (site, id),
	CHECK (with_site <> site)
);
CREATE INDEX course_share_with ON course_share (with_site);
CREATE TABLE shared_enrolment (
	site BIGINT NOT NULL,
	course BIGINT NOT NULL,
	with_site BIGINT NOT NULL,
	person BIGINT NOT NULL,
	PRIMARY KEY (site, course, person),
	FOREIGN KEY (site, course, with_site) REFERENCES course_share (site, course, with_site),
	FOREIGN KEY (with_site, person) REFERENCES site_person (site, person)
);
CREATE INDEX shared_enrolment_of_person ON shared_enrolment (person);

-- Slides and files; the bytes lie in the site's folder under the id.
CREATE TABLE material (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	course BIGINT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	bytes BIGINT NOT NULL,
	hash TEXT NOT NULL, -- BLAKE2b, hex
	position BIGINT NOT NULL,
	added_by BIGINT NOT NULL,
	added_at BIGINT NOT NULL,
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, course) REFERENCES course (site, id)
);
CREATE INDEX material_of_course ON material (site, course, position);

-- What was certified, as it was then: later changes of name or title do not change it.
CREATE TABLE certificate (
	site BIGINT NOT NULL,
	id BIGINT NOT NULL,
	course BIGINT NOT NULL,
	person BIGINT NOT NULL REFERENCES person (id),
	number TEXT NOT NULL UNIQUE,
	issued_at BIGINT NOT NULL,
	issued_by BIGINT NOT NULL,
	person_name TEXT NOT NULL,
	course_title TEXT NOT NULL,
	site_name TEXT NOT NULL,
	language TEXT NOT NULL,
	minutes BIGINT NOT NULL,
	percent BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL DEFAULT 0,
	revoked_why TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (site, id),
	FOREIGN KEY (site, course) REFERENCES course (site, id)
);
CREATE INDEX certificate_of_course ON certificate (site, course);
CREATE INDEX certificate_of_person ON certificate (person);
CREATE INDEX certificate_by_id ON certificate (id);
