/* SPDX-License-Identifier: MIT */
/* Every route of signaling/API.md, one row each; the rows point at the files of this folder. */
#ifndef SIGNALING_API_TABLE_H
#define SIGNALING_API_TABLE_H

#include "signaling/request.h"

extern const struct route page_routes[], api_routes[];
/* Generated from ../openapi/. */
extern const char openapi_document[];

/* signin.c */
bool api_signin_admit(struct request *request);
void api_signin(struct store *store, struct request *request);
void api_signin_finish(struct request *request);
/* account.c */
void api_signins(struct store *store, struct request *request);
void api_signin_end(struct store *store, struct request *request);
void api_signin_ended(struct request *request);
void api_signins_end(struct store *store, struct request *request);
void api_signins_ended(struct request *request);
bool api_me_password_admit(struct request *request);
void api_me_password_prove(struct store *store, struct request *request);
void api_me_password(struct store *store, struct request *request);
bool api_totp_admit(struct request *request);
void api_totp_prove(struct store *store, struct request *request);
void api_totp(struct store *store, struct request *request);
bool api_totp_confirm_admit(struct request *request);
void api_totp_confirm(struct store *store, struct request *request);
bool api_code_admit(struct request *request);
void api_totp_end(struct store *store, struct request *request);
void api_recovery(struct store *store, struct request *request);
/* guests.c */
void api_guests(struct store *store, struct request *request);
void api_guest_create(struct store *store, struct request *request);
void api_guest_delete(struct store *store, struct request *request);
void api_guest_deleted(struct request *request);
void api_guest_look(struct store *store, struct request *request);
void api_guest_enter(struct store *store, struct request *request);
/* invite.c */
bool api_invite_look_admit(struct request *request);
void api_invite_look_finish(struct request *request);
void api_invite_look(struct store *store, struct request *request);
bool api_invite_admit(struct request *request);
void api_invite_prove(struct store *store, struct request *request);
void api_invite(struct store *store, struct request *request);
void api_invite_finish(struct request *request);
/* people.c */
void api_people(struct store *store, struct request *request);
void api_person(struct store *store, struct request *request);
void api_people_invite(struct store *store, struct request *request);
void api_person_invite(struct store *store, struct request *request);
void api_person_reset(struct store *store, struct request *request);
void api_person_change(struct store *store, struct request *request);
void api_person_changed(struct request *request);
void api_person_leave(struct store *store, struct request *request);
void api_person_left(struct request *request);
void api_person_signout(struct store *store, struct request *request);
void api_person_signed_out(struct request *request);
/* import.c */
void api_people_import(struct store *store, struct request *request);
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
/* openapi.c */
void api_openapi(struct store *store, struct request *request);
/* tokens.c */
void api_tokens(struct store *store, struct request *request);
void api_token_create(struct store *store, struct request *request);
void api_token_delete(struct store *store, struct request *request);
/* attendance.c */
void api_session_attendance(struct store *store, struct request *request);
void api_session_attendance_csv(struct store *store, struct request *request);
void api_session_attendance_pdf(struct store *store, struct request *request);
void api_person_attendance(struct store *store, struct request *request);
void api_person_attendance_csv(struct store *store, struct request *request);
void api_person_attendance_pdf(struct store *store, struct request *request);
void api_recording_watched(struct store *store, struct request *request);
/* audit.c */
void api_audit(struct store *store, struct request *request);
void api_audit_csv(struct store *store, struct request *request);
/* sessions.c */
void api_sessions(struct store *store, struct request *request);
void api_sessions_finish(struct request *request);
void api_session(struct store *store, struct request *request);
void api_session_create(struct store *store, struct request *request);
void api_session_change(struct store *store, struct request *request);
void api_session_cancel(struct store *store, struct request *request);
void api_session_check(struct store *store, struct request *request);
void api_feeds(struct store *store, struct request *request);
void api_feed_create(struct store *store, struct request *request);
void api_feed_delete(struct store *store, struct request *request);
bool api_feed_admit(struct request *request);
void api_feed(struct store *store, struct request *request);
void api_feed_finish(struct request *request);
void api_venues(struct store *store, struct request *request);
void api_venue_create(struct store *store, struct request *request);
void api_venue_change(struct store *store, struct request *request);
void api_venue_delete(struct store *store, struct request *request);
void api_blackouts(struct store *store, struct request *request);
void api_blackout_create(struct store *store, struct request *request);
void api_blackout_change(struct store *store, struct request *request);
void api_blackout_delete(struct store *store, struct request *request);
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

/* courses.c */
void api_courses(struct store *store, struct request *request);
void api_course(struct store *store, struct request *request);
void api_course_create(struct store *store, struct request *request);
void api_course_change(struct store *store, struct request *request);
void api_course_delete(struct store *store, struct request *request);
/* enrolment.c */
void api_course_people(struct store *store, struct request *request);
void api_course_enrol(struct store *store, struct request *request);
void api_course_unenrol(struct store *store, struct request *request);
void api_course_groups(struct store *store, struct request *request);
void api_course_group_add(struct store *store, struct request *request);
void api_course_group_remove(struct store *store, struct request *request);
void api_course_shares(struct store *store, struct request *request);
void api_course_share(struct store *store, struct request *request);
void api_course_unshare(struct store *store, struct request *request);
/* groups.c */
void api_groups(struct store *store, struct request *request);
void api_group(struct store *store, struct request *request);
void api_group_create(struct store *store, struct request *request);
void api_group_change(struct store *store, struct request *request);
void api_group_delete(struct store *store, struct request *request);
void api_group_people(struct store *store, struct request *request);
void api_group_enrol(struct store *store, struct request *request);
void api_group_unenrol(struct store *store, struct request *request);
/* materials.c */
void api_materials(struct store *store, struct request *request);
void api_material(struct store *store, struct request *request);
void api_material_add(struct store *store, struct request *request);
void api_material_change(struct store *store, struct request *request);
void api_material_delete(struct store *store, struct request *request);
void api_material_deleted(struct request *request);
/* certificates.c */
void api_completion(struct store *store, struct request *request);
void api_completion_csv(struct store *store, struct request *request);
void api_certificates_of_me(struct store *store, struct request *request);
void api_certificates_of_course(struct store *store, struct request *request);
void api_certificates_issue(struct store *store, struct request *request);
void api_certificate(struct store *store, struct request *request);
void api_certificate_pdf(struct store *store, struct request *request);
void api_certificate_revoke(struct store *store, struct request *request);
void api_verify(struct store *store, struct request *request);
bool api_verify_admit(struct request *request);
void api_verified(struct request *request);
/* webhooks.c */
void api_deliveries(struct store *store, struct request *request);
void api_delivery_retry(struct store *store, struct request *request);
void api_webhook(struct store *store, struct request *request);
void api_webhook_change(struct store *store, struct request *request);
void api_webhook_create(struct store *store, struct request *request);
void api_webhook_delete(struct store *store, struct request *request);
void api_webhooks(struct store *store, struct request *request);

#endif
