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
	{ METHOD_POST, "/guest/<token>", ACCESS_PUBLIC_USE, WORK_WRITE, api_guest_enter, api_invite_finish, api_invite_look_admit, .secret = true },
	{ METHOD_GET, "/guest/<token>", ACCESS_PUBLIC_USE, WORK_READ, api_guest_look, api_invite_look_finish, api_invite_look_admit },
	{ METHOD_DELETE, "/guests/<id>", ACCESS_GUEST_LINK_DELETE, WORK_WRITE, api_guest_delete, api_guest_deleted },
	{ METHOD_GET, "/invite/<token>", ACCESS_PUBLIC_USE, WORK_READ, api_invite_look, api_invite_look_finish, api_invite_look_admit },
	{ METHOD_POST, "/invite/<token>", ACCESS_PUBLIC_USE, WORK_WRITE, api_invite, api_invite_finish, api_invite_admit, api_invite_prove, .secret = true },
	{ METHOD_GET, "/me", ACCESS_ME_SEE, WORK_READ, api_me },
	{ METHOD_PATCH, "/me", ACCESS_ME_CHANGE, WORK_WRITE, api_me_change, api_me_changed },
	{ METHOD_POST, "/me/password", ACCESS_ME_CHANGE, WORK_WRITE, api_me_password, entry_finish, api_me_password_admit, api_me_password_prove, .person = true },
	{ METHOD_POST, "/me/recovery", ACCESS_ME_CHANGE, WORK_WRITE, api_recovery, entry_finish, api_code_admit, .secret = true, .person = true },
	{ METHOD_GET, "/me/signins", ACCESS_ME_SEE, WORK_READ, api_signins, .person = true },
	{ METHOD_POST, "/me/signins/end", ACCESS_ME_CHANGE, WORK_WRITE, api_signins_end, api_signins_ended, .person = true },
	{ METHOD_DELETE, "/me/signins/<signin>", ACCESS_ME_CHANGE, WORK_WRITE, api_signin_end, api_signin_ended, .person = true },
	{ METHOD_POST, "/me/totp", ACCESS_ME_CHANGE, WORK_READ, api_totp, entry_finish, api_totp_admit, api_totp_prove, .secret = true, .person = true },
	{ METHOD_POST, "/me/totp/confirm", ACCESS_ME_CHANGE, WORK_WRITE, api_totp_confirm, entry_finish, api_totp_confirm_admit, .secret = true, .person = true },
	{ METHOD_POST, "/me/totp/end", ACCESS_ME_CHANGE, WORK_WRITE, api_totp_end, entry_finish, api_code_admit, .person = true },
	{ METHOD_GET, "/people", ACCESS_PERSON_LIST, WORK_READ, api_people, .saw = true },
	{ METHOD_POST, "/people", ACCESS_PERSON_CREATE, WORK_WRITE, api_people_invite, .secret = true },
	{ METHOD_GET, "/people/<id>", ACCESS_PERSON_SEE, WORK_READ, api_person, .saw = true },
	{ METHOD_PATCH, "/people/<id>", ACCESS_PERSON_CHANGE, WORK_WRITE, api_person_change, api_person_changed },
	{ METHOD_DELETE, "/people/<id>", ACCESS_PERSON_DELETE, WORK_WRITE, api_person_leave, api_person_left },
	{ METHOD_POST, "/people/<id>/invite", ACCESS_PERSON_CHANGE, WORK_WRITE, api_person_invite, .secret = true },
	{ METHOD_POST, "/people/<id>/reset", ACCESS_PERSON_RESET, WORK_WRITE, api_person_reset, .secret = true },
	{ METHOD_POST, "/people/<id>/signout", ACCESS_PERSON_SIGNOUT, WORK_WRITE, api_person_signout, api_person_signed_out },
	{ METHOD_GET, "/recordings", ACCESS_RECORDING_LIST, WORK_READ, api_recordings },
	{ METHOD_GET, "/recordings/<id>", ACCESS_RECORDING_SEE, WORK_READ, api_recording, .saw = true },
	{ METHOD_GET, "/recordings/<id>/events", ACCESS_RECORDING_SEE, WORK_READ, api_recording_events },
	{ METHOD_GET, "/reset/<token>", ACCESS_PUBLIC_USE, WORK_READ, api_invite_look, api_invite_look_finish, api_invite_look_admit },
	{ METHOD_POST, "/reset/<token>", ACCESS_PUBLIC_USE, WORK_WRITE, api_invite, api_invite_finish, api_invite_admit, api_invite_prove, .secret = true },
	{ METHOD_GET, "/sessions", ACCESS_SESSION_LIST, WORK_READ, api_sessions, api_sessions_finish },
	{ METHOD_POST, "/sessions", ACCESS_SESSION_CREATE, WORK_WRITE, api_session_create, api_session_finish, .in_body = "course" },
	{ METHOD_GET, "/sessions/<id>", ACCESS_SESSION_SEE, WORK_READ, api_session, api_session_finish },
	{ METHOD_GET, "/sessions/<id>/guests", ACCESS_GUEST_LINK_LIST, WORK_READ, api_guests },
	{ METHOD_POST, "/sessions/<id>/guests", ACCESS_GUEST_LINK_CREATE, WORK_WRITE, api_guest_create, .secret = true },
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
	{ METHOD_GET, "/guest/<token>", ACCESS_PUBLIC_USE, WORK_FILE, assets_page },
	{ METHOD_GET, "/invite/<token>", ACCESS_PUBLIC_USE, WORK_FILE, assets_page },
	{ METHOD_GET, "/reset/<token>", ACCESS_PUBLIC_USE, WORK_FILE, assets_page },
	{ METHOD_GET, "/signin", ACCESS_PUBLIC_USE, WORK_FILE, assets_page },
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
