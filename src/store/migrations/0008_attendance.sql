-- Attendance as evidence: what the server saw of each person in each session, only ever added to.
--
-- 'join' and 'leave' are moments (from_ms = to_ms = at). 'present' says that from from_ms to to_ms the
-- person was connected, that audio was sent to them in sent_ms of it and that their client
-- acknowledged its arrival in heard_ms of it. 'replay' says that the part from from_ms to to_ms of the recording was
-- played; parts overlap, and are counted as a union.

CREATE TABLE attendance (
	id BIGINT NOT NULL PRIMARY KEY,
	site BIGINT NOT NULL,
	session BIGINT NOT NULL,
	person BIGINT NOT NULL REFERENCES person (id),
	kind TEXT NOT NULL CHECK (kind IN ('join', 'leave', 'present', 'replay')),
	at BIGINT NOT NULL,
	from_ms BIGINT NOT NULL,
	to_ms BIGINT NOT NULL,
	sent_ms BIGINT NOT NULL DEFAULT 0,
	heard_ms BIGINT NOT NULL DEFAULT 0,
	link TEXT NOT NULL DEFAULT '' CHECK (link IN ('', 'good', 'weak', 'poor')), -- the worst of the time
	rtt_ms BIGINT NOT NULL DEFAULT 0,
	loss_permille BIGINT NOT NULL DEFAULT 0,
	FOREIGN KEY (site, session) REFERENCES session (site, id),
	CHECK (from_ms <= to_ms)
);
CREATE INDEX attendance_of_session ON attendance (site, session, person, at);
CREATE INDEX attendance_of_person ON attendance (person, at);
CREATE TRIGGER attendance_is_not_changed BEFORE UPDATE ON attendance
BEGIN SELECT RAISE (ABORT, 'attendance is only added to'); END;
CREATE TRIGGER attendance_is_not_deleted BEFORE DELETE ON attendance
BEGIN SELECT RAISE (ABORT, 'attendance is only added to'); END;
