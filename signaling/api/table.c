/* SPDX-License-Identifier: MIT */
#include "signaling/api/table.h"

#include "signaling/api/entry.h"
#include "signaling/assets.h"
#include "signaling/request.h"
#include "signaling/work.h"

#define SDP "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"

enum { MAX_LOGO = 256 * 1024 };

/* clang-format off */

/* Below the prefixes of the API; sorted by pattern. How a row is added: README.md. */
const struct route api_routes[] = {
	{ METHOD_GET, "/audit", ACCESS_AUDIT_LIST, WORK_READ, api_audit, .saw = true },
	{ METHOD_GET, "/audit.csv", ACCESS_AUDIT_EXPORT, WORK_READ, api_audit_csv, .saw = true },
	{ METHOD_GET, "/courses", ACCESS_COURSE_LIST, WORK_READ, api_courses },
	{ METHOD_GET, "/me", ACCESS_ME_SEE, WORK_READ, api_me },
	{ METHOD_PATCH, "/me", ACCESS_ME_CHANGE, WORK_WRITE, api_me_change, api_me_changed },
	{ METHOD_GET, "/recordings", ACCESS_RECORDING_LIST, WORK_READ, api_recordings },
	{ METHOD_GET, "/recordings/<id>", ACCESS_RECORDING_SEE, WORK_READ, api_recording, .saw = true },
	{ METHOD_GET, "/recordings/<id>/events", ACCESS_RECORDING_SEE, WORK_READ, api_recording_events },
	{ METHOD_GET, "/sessions", ACCESS_SESSION_LIST, WORK_READ, api_sessions, api_sessions_finish },
	{ METHOD_POST, "/sessions", ACCESS_SESSION_CREATE, WORK_WRITE, api_session_create, api_session_finish, .in_body = "course" },
	{ METHOD_GET, "/sessions/<id>", ACCESS_SESSION_SEE, WORK_READ, api_session, api_session_finish },
	{ METHOD_POST, "/signin", ACCESS_PUBLIC_USE, WORK_WRITE, api_password, entry_finish, api_password_admit, api_password_prove, .secret = true },
	{ METHOD_POST, "/signout", ACCESS_ME_CHANGE, WORK_WRITE, api_signout, api_signout_finish, .person = true },
	{ METHOD_GET, "/sites", ACCESS_SITE_LIST, WORK_READ, api_sites },
	{ METHOD_POST, "/sites", ACCESS_SITE_CREATE, WORK_WRITE, api_site_create, .in_body = "parent", .secret = true },
	{ METHOD_GET, "/sites/<id>", ACCESS_SITE_SEE, WORK_READ, api_site },
	{ METHOD_PATCH, "/sites/<id>", ACCESS_SITE_CHANGE, WORK_WRITE, api_site_change },
	{ METHOD_GET, "/sites/<id>/logo", ACCESS_SITE_SEE, WORK_READ, api_site_logo },
	{ METHOD_PUT, "/sites/<id>/logo", ACCESS_SITE_CHANGE, WORK_WRITE, api_site_logo_set, .upload = MAX_LOGO },
	{ METHOD_DELETE, "/sites/<id>/logo", ACCESS_SITE_CHANGE, WORK_WRITE, api_site_logo_delete },
	{ METHOD_GET, "/tokens", ACCESS_TOKEN_LIST, WORK_READ, api_tokens },
	{ METHOD_POST, "/tokens", ACCESS_TOKEN_CREATE, WORK_WRITE, api_token_create, .secret = true, .person = true },
	{ METHOD_DELETE, "/tokens/<id>", ACCESS_TOKEN_DELETE, WORK_WRITE, api_token_delete },
	{ 0 },
};

/* What is not of the API, by whole paths. */
const struct route page_routes[] = {
	{ METHOD_GET, "/", ACCESS_PUBLIC_USE, WORK_FILE, api_home },
	{ METHOD_GET, "/assets/<file>", ACCESS_PUBLIC_USE, WORK_FILE, assets_file },
	{ METHOD_GET, "/healthz", ACCESS_PUBLIC_USE, WORK_FILE, api_health },
	{ METHOD_GET, "/signin/<token>", ACCESS_PUBLIC_USE, WORK_WRITE, api_signin, api_signin_finish, api_signin_admit },

	{ METHOD_POST, "/whip/<room>", ACCESS_PUBLIC_USE, WORK_READ, whip_post, whip_posted, whip_admit, .stream = SDP },
	{ METHOD_OPTIONS, "/whip/<room>", ACCESS_PUBLIC_USE, WORK_FILE, whip_options, .stream = "" },
	{ METHOD_PATCH, "/whip/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_of_session, whip_patched, .stream = FRAGMENT },
	{ METHOD_DELETE, "/whip/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_of_session, whip_deleted, .stream = "" },
	{ METHOD_OPTIONS, "/whip/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_options, .stream = "" },

	{ METHOD_POST, "/whep/<room>", ACCESS_PUBLIC_USE, WORK_READ, whip_post, whip_posted, whip_admit, .stream = SDP },
	{ METHOD_OPTIONS, "/whep/<room>", ACCESS_PUBLIC_USE, WORK_FILE, whip_options, .stream = "" },
	{ METHOD_PATCH, "/whep/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_of_session, whip_patched, .stream = FRAGMENT },
	{ METHOD_DELETE, "/whep/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_of_session, whip_deleted, .stream = "" },
	{ METHOD_OPTIONS, "/whep/<room>/<session>", ACCESS_PUBLIC_USE, WORK_FILE, whip_options, .stream = "" },

	{ METHOD_ANY, "/api/*", ACCESS_PUBLIC_USE, WORK_FILE, api_nothing },
	{ METHOD_ANY, "/u/<n>/api/*", ACCESS_ME_SEE, WORK_READ, api_nothing },
	{ METHOD_GET, "/u/<n>/media/<id>/<file>", ACCESS_RECORDING_SEE, WORK_READ, api_clip },
	{ METHOD_ANY, "/u/<n>/media/*", ACCESS_ME_SEE, WORK_READ, api_nothing },
	{ METHOD_GET, "/u/<n>/ws", ACCESS_PUBLIC_USE, WORK_FILE, api_websocket },
	{ METHOD_GET, "/u/<n>", ACCESS_PUBLIC_USE, WORK_FILE, api_person_root },
	{ METHOD_GET, "/u/<n>/*", ACCESS_PUBLIC_USE, WORK_FILE, assets_page },
	{ 0 },
};
/* clang-format on */
