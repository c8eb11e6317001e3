/* SPDX-License-Identifier: MIT */
/* Every route of signaling/API.md, one row each; the rows point at the files of this folder. */
#ifndef SIGNALING_API_TABLE_H
#define SIGNALING_API_TABLE_H

#include "signaling/request.h"

extern const struct route page_routes[], api_routes[];

/* signin.c */
bool api_signin_admit(struct request *request);
void api_signin(struct store *store, struct request *request);
void api_signin_finish(struct request *request);
/* password.c */
bool api_password_admit(struct request *request);
void api_password_prove(struct store *store, struct request *request);
void api_password(struct store *store, struct request *request);
/* signin.c */
void api_signout(struct store *store, struct request *request);
void api_signout_finish(struct request *request);
/* pages.c */
void api_home(struct store *store, struct request *request);
void api_health(struct store *store, struct request *request);
void api_person_root(struct store *store, struct request *request);
void api_websocket(struct store *store, struct request *request);
void api_nothing(struct store *store, struct request *request);
/* me.c */
void api_me(struct store *store, struct request *request);
void api_me_change(struct store *store, struct request *request);
void api_me_changed(struct request *request);
/* sites.c */
void api_sites(struct store *store, struct request *request);
void api_site(struct store *store, struct request *request);
void api_site_create(struct store *store, struct request *request);
void api_site_change(struct store *store, struct request *request);
void api_site_logo(struct store *store, struct request *request);
void api_site_logo_set(struct store *store, struct request *request);
void api_site_logo_delete(struct store *store, struct request *request);
/* tokens.c */
void api_tokens(struct store *store, struct request *request);
void api_token_create(struct store *store, struct request *request);
void api_token_delete(struct store *store, struct request *request);
/* audit.c */
void api_audit(struct store *store, struct request *request);
void api_audit_csv(struct store *store, struct request *request);
/* courses.c */
void api_courses(struct store *store, struct request *request);
/* sessions.c */
void api_sessions(struct store *store, struct request *request);
void api_sessions_finish(struct request *request);
void api_session(struct store *store, struct request *request);
void api_session_create(struct store *store, struct request *request);
void api_session_finish(struct request *request);
/* recordings.c */
void api_recordings(struct store *store, struct request *request);
void api_recording(struct store *store, struct request *request);
void api_recording_events(struct store *store, struct request *request);
/* whip.c */
bool whip_admit(struct request *request);
void whip_post(struct store *store, struct request *request);
void whip_posted(struct request *request);
void whip_of_session(struct store *store, struct request *request);
void whip_patched(struct request *request);
void whip_deleted(struct request *request);
void whip_options(struct store *store, struct request *request);
/* media.c */
void api_clip(struct store *store, struct request *request);

#endif
