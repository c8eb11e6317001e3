/* SPDX-License-Identifier: MIT */
#include "signaling/api/table.h"

#include "signaling/assets.h"
#include "signaling/request.h"
#include "signaling/work.h"

#define API "/u/<n>/api/v1"
#define SDP "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"

/* clang-format off */
const struct route api_routes[] = {
	/* method, pattern, needs no sign-in, lane, run, finish, stream, admit */
	{ METHOD_GET, "/", true, WORK_FILE, api_home },
	{ METHOD_GET, "/assets/<file>", true, WORK_FILE, assets_file },
	{ METHOD_GET, "/healthz", true, WORK_FILE, api_health },
	{ METHOD_GET, "/signin/<token>", true, WORK_WRITE, api_signin, api_signin_finish, NULL, api_signin_admit },

	{ METHOD_GET, API "/courses", false, WORK_READ, api_courses },
	{ METHOD_GET, API "/me", false, WORK_READ, api_me },
	{ METHOD_PATCH, API "/me", false, WORK_WRITE, api_me_change, api_me_changed },
	{ METHOD_GET, API "/recordings", false, WORK_READ, api_recordings },
	{ METHOD_GET, API "/recordings/<id>", false, WORK_READ, api_recording },
	{ METHOD_GET, API "/recordings/<id>/events", false, WORK_READ, api_recording_events },
	{ METHOD_GET, API "/sessions", false, WORK_READ, api_sessions, api_sessions_finish },
	{ METHOD_POST, API "/sessions", false, WORK_WRITE, api_session_create, api_session_finish },
	{ METHOD_GET, API "/sessions/<id>", false, WORK_READ, api_session, api_session_finish },
	{ METHOD_POST, API "/signout", false, WORK_WRITE, api_signout, api_signout_finish },
	{ METHOD_ANY, "/u/<n>/api/*", false, WORK_FILE, api_nothing },

	{ METHOD_POST, "/whip/<room>", true, WORK_READ, whip_post, whip_posted, SDP, whip_admit },
	{ METHOD_OPTIONS, "/whip/<room>", true, WORK_FILE, whip_options, NULL, "" },
	{ METHOD_PATCH, "/whip/<room>/<session>", true, WORK_FILE, whip_of_session, whip_patched, FRAGMENT },
	{ METHOD_DELETE, "/whip/<room>/<session>", true, WORK_FILE, whip_of_session, whip_deleted, "" },
	{ METHOD_OPTIONS, "/whip/<room>/<session>", true, WORK_FILE, whip_options, NULL, "" },

	{ METHOD_POST, "/whep/<room>", true, WORK_READ, whip_post, whip_posted, SDP, whip_admit },
	{ METHOD_OPTIONS, "/whep/<room>", true, WORK_FILE, whip_options, NULL, "" },
	{ METHOD_PATCH, "/whep/<room>/<session>", true, WORK_FILE, whip_of_session, whip_patched, FRAGMENT },
	{ METHOD_DELETE, "/whep/<room>/<session>", true, WORK_FILE, whip_of_session, whip_deleted, "" },
	{ METHOD_OPTIONS, "/whep/<room>/<session>", true, WORK_FILE, whip_options, NULL, "" },

	{ METHOD_GET, "/u/<n>/media/<id>/<file>", false, WORK_READ, api_clip },
	{ METHOD_ANY, "/u/<n>/media/*", false, WORK_FILE, api_nothing },
	{ METHOD_GET, "/u/<n>/ws", true, WORK_FILE, api_websocket },
	{ METHOD_GET, "/u/<n>", true, WORK_FILE, api_person_root },
	{ METHOD_GET, "/u/<n>/*", true, WORK_FILE, assets_page },
	{ 0 },
};
/* clang-format on */
