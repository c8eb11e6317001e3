/* SPDX-License-Identifier: MIT */
/* Accounts, over HTTP against the real server: how people come in, stay in and are kept out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "academy/credential.h"
#include "academy/member.h"
#include "academy/password.h"
#include "academy/totp.h"
#include "base/clock.h"
#include "tests/unit/academy/serve.h"

#define JSON "Content-Type: application/json\r\n"

/* One answer, read. */
struct said {
	int status;
	json_t *json;
	char cookie[SIGNIN_TOKEN], device[256];
	unsigned n;
};

static void find_cookie(const struct reply *reply, const char *name, char *out, size_t room)
{
	const char *at = strstr(reply->head, name);
	size_t len;

	out[0] = '\0';
	if (!at)
		return;
	at += strlen(name);
	len = strcspn(at, ";");
	assert_true(len < room);
	memcpy(out, at, len);
	out[len] = '\0';
}

static struct said say(const struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *headers, const char *body)
{
	char all[1024];
	struct said said = {0};
	struct reply reply;

	snprintf(all, sizeof(all), "%s%s", JSON, headers);
	reply = serve_ask(serve, who, method, path, all, body);
	said.status = reply.status;
	if (reply.len > 0)
		said.json = json_loads(reply.body, 0, NULL);
	find_cookie(&reply, "lectern=", said.cookie, sizeof(said.cookie));
	find_cookie(&reply, "lectern_device=", said.device, sizeof(said.device));
	said.n = (unsigned)json_integer_value(json_object_get(said.json, "n"));
	reply_free(&reply);
	return said;
}

static const char *field(const struct said *said, const char *name)
{
	const char *text = json_string_value(json_object_get(said->json, name));

	return text ? text : "";
}

static void expect(struct said *said, int status, const char *error)
{
	if (said->status != status || strcmp(field(said, "error"), error) != 0)
		fail_msg("status %d error %s text %s", said->status, field(said, "error"),
			field(said, "text"));
}

static void drop(struct said *said)
{
	json_decref(said->json);
}

/* An account with a password, made beside the server. */
static int64_t add_account(struct serve *serve, int64_t site, const char *email, unsigned roles)
{
	const struct password_cost cost = {8192, 1};
	struct person_params params = {email, "Someone", "en", roles};
	char hash[PASSWORD_HASH];
	int64_t id;

	assert_int_equal(person_add(serve->store, site, &params, &id), 0);
	assert_int_equal(password_hash(&cost, "correct horse", hash), 0);
	assert_int_equal(credential_set(serve->store, NULL, id, CREDENTIAL_PASSWORD, hash,
				 strlen(hash), clock_wall_ms() - 1000),
		0);
	return id;
}

static struct said sign_in(
	const struct serve *serve, const char *email, const char *password, const char *headers)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
	return say(serve, NULL, "POST", "/api/v1/signin", headers, body);
}

static int me(const struct serve *serve, unsigned n, const char *cookie)
{
	struct visitor who = {.person.n = n};

	snprintf(who.cookie, sizeof(who.cookie), "%s", cookie);
	return serve_status(serve, &who, "GET", "/api/v1/me", "", NULL);
}

static void a_password_signs_in(void **state)
{
	struct serve *serve = *state;
	struct said right, wrong, unknown;

	add_account(serve, serve->a.site, "pat@a.example", ROLE_TRAINEE);
	right = sign_in(serve, " PAT@a.example ", "correct horse", "");
	expect(&right, 200, "");
	assert_int_equal(me(serve, right.n, right.cookie), 200);
	assert_true(right.device[0] != '\0');
	wrong = sign_in(serve, "pat@a.example", "correct horsf", "");
	unknown = sign_in(serve, "nobody@a.example", "correct horse", "");
	expect(&wrong, 401, "wrong");
	expect(&unknown, 401, "wrong");
	assert_string_equal(field(&wrong, "text"), field(&unknown, "text"));
	drop(&right);
	drop(&wrong);
	drop(&unknown);
}

static void guessing_keeps_out_the_guesser_alone(void **state)
{
	struct serve *serve = *state;
	char known[300];
	struct said said, owner;
	int tries = 0;

	add_account(serve, serve->a.site, "victim@a.example", ROLE_TRAINEE);
	add_account(serve, serve->a.site, "other@a.example", ROLE_TRAINEE);
	owner = sign_in(serve, "victim@a.example", "correct horse", "");
	expect(&owner, 200, "");
	snprintf(known, sizeof(known), "Cookie: lectern_device=%s\r\n", owner.device);
	do {
		said = sign_in(serve, "victim@a.example", "a wrong one", "");
		drop(&said);
	} while (said.status == 401 && ++tries < 50);
	assert_int_equal(said.status, 429);
	assert_int_equal(tries, 10);
	/* From there not even the right one is heard, so nothing is learnt from the difference. */
	said = sign_in(serve, "victim@a.example", "correct horse", "");
	expect(&said, 429, "too_many");
	drop(&said);
	/* The owner's browser at the same address, and others at it, are not kept out. */
	said = sign_in(serve, "victim@a.example", "correct horse", known);
	expect(&said, 200, "");
	drop(&said);
	said = sign_in(serve, "other@a.example", "correct horse", "");
	expect(&said, 200, "");
	drop(&said);
	/* A cookie for one account opens nothing for another; nor one that was made up. */
	known[strlen(known) - 3] ^= 1;
	said = sign_in(serve, "victim@a.example", "correct horse", known);
	expect(&said, 429, "too_many");
	drop(&said);
	drop(&owner);
}

static void an_old_hash_is_made_anew(void **state)
{
	struct serve *serve = *state;
	const struct password_cost dear = {16384, 2};
	struct credential credential;
	char hash[PASSWORD_HASH];
	struct said said;
	int64_t id = add_account(serve, serve->a.site, "old@a.example", ROLE_TRAINEE);

	assert_int_equal(password_hash(&dear, "correct horse", hash), 0);
	assert_int_equal(
		credential_set(serve->store, NULL, id, CREDENTIAL_PASSWORD, hash, strlen(hash), 1),
		0);
	said = sign_in(serve, "old@a.example", "correct horse", "");
	expect(&said, 200, "");
	drop(&said);
	assert_int_equal(
		credential_get(serve->store, NULL, id, CREDENTIAL_PASSWORD, &credential), 0);
	assert_non_null(strstr((char *)credential.secret, "m=8192,t=1,"));
	assert_int_equal(password_matches((char *)credential.secret, "correct horse"), 1);
}

static struct visitor visitor_of(const struct said *said)
{
	struct visitor who = {.person.n = said->n};

	snprintf(who.cookie, sizeof(who.cookie), "%s", said->cookie);
	return who;
}

/* Bytes of base32 text (RFC 4648), as an authenticator reads it. */
static void secret_of(const char *text, unsigned char out[TOTP_SECRET])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned buffer = 0, bits = 0;
	size_t len = 0;

	for (; *text; text++) {
		buffer = buffer << 5 | (unsigned)(strchr(alphabet, *text) - alphabet);
		bits += 5;
		if (bits >= 8)
			out[len++] = (unsigned char)(buffer >> (bits -= 8));
	}
	assert_int_equal(len, TOTP_SECRET);
}

static void a_second_factor_is_asked_for(void **state)
{
	struct serve *serve = *state;
	unsigned char secret[TOTP_SECRET];
	char body[512], code[TOTP_CODE], recovery[RECOVERY_CODE];
	struct said first, said, codes;
	struct visitor who;

	add_account(serve, serve->a.site, "two@a.example", ROLE_TRAINEE);
	first = sign_in(serve, "two@a.example", "correct horse", "");
	who = visitor_of(&first);
	said = say(serve, &who, "POST", "/api/v1/me/totp", "", "{\"password\":\"not it at all\"}");
	expect(&said, 403, "wrong");
	drop(&said);
	said = say(serve, &who, "POST", "/api/v1/me/totp", "", "{\"password\":\"correct horse\"}");
	expect(&said, 200, "");
	secret_of(field(&said, "secret"), secret);
	totp_code(secret, clock_wall_ms() - 30000, code);
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\",\"code\":\"%s\"}", field(&said, "ticket"),
		code);
	codes = say(serve, &who, "POST", "/api/v1/me/totp/confirm", "", body);
	expect(&codes, 200, "");
	snprintf(recovery, sizeof(recovery), "%s",
		json_string_value(json_array_get(json_object_get(codes.json, "recovery"), 0)));
	drop(&codes);
	drop(&said);
	said = sign_in(serve, "two@a.example", "correct horse", "");
	expect(&said, 200, "");
	assert_true(json_is_true(json_object_get(said.json, "second_factor")));
	assert_string_equal(said.cookie, "");
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\",\"code\":\"%s\"}", field(&said, "ticket"),
		code);
	codes = say(serve, NULL, "POST", "/api/v1/signin", "", body);
	expect(&codes, 401, "wrong_code"); /* a step that was used */
	drop(&codes);
	totp_code(secret, clock_wall_ms(), code);
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\",\"code\":\"%s\"}", field(&said, "ticket"),
		code);
	codes = say(serve, NULL, "POST", "/api/v1/signin", "", body);
	expect(&codes, 200, "");
	assert_int_equal(me(serve, codes.n, codes.cookie), 200);
	drop(&codes);
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\",\"code\":\"%s\"}", field(&said, "ticket"),
		recovery);
	for (int i = 0; i < 2; i++) {
		codes = say(serve, NULL, "POST", "/api/v1/signin", "", body);
		assert_int_equal(codes.status, i == 0 ? 200 : 401);
		drop(&codes);
	}
	drop(&said);
	drop(&first);
}

static void a_site_may_ask_its_staff_for_one(void **state)
{
	struct serve *serve = *state;
	unsigned char secret[TOTP_SECRET];
	char body[512], code[TOTP_CODE];
	struct said said, in;

	assert_int_equal(store_run(serve->store, "UPDATE site SET second_factor = 1 WHERE id = $1",
				 V_INT(serve->b.site)),
		1);
	add_account(serve, serve->b.site, "pupil@b.example", ROLE_TRAINEE);
	said = sign_in(serve, "pupil@b.example", "correct horse", "");
	assert_true(said.cookie[0] != '\0');
	drop(&said);
	add_account(serve, serve->b.site, "staff@b.example", ROLE_COORDINATOR);
	said = sign_in(serve, "staff@b.example", "correct horse", "");
	expect(&said, 200, "");
	assert_string_equal(said.cookie, "");
	secret_of(json_string_value(json_object_get(json_object_get(said.json, "setup"), "secret")),
		secret);
	totp_code(secret, clock_wall_ms(), code);
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\",\"code\":\"%s\"}", field(&said, "ticket"),
		code);
	in = say(serve, NULL, "POST", "/api/v1/signin", "", body);
	expect(&in, 200, "");
	assert_int_equal(json_array_size(json_object_get(in.json, "recovery")), RECOVERY_CODES);
	assert_int_equal(me(serve, in.n, in.cookie), 200);
	drop(&in);
	/* The same ticket sets up nothing a second time. */
	in = say(serve, NULL, "POST", "/api/v1/signin", "", body);
	expect(&in, 401, "ticket_expired");
	drop(&in);
	drop(&said);
	assert_int_equal(store_run(serve->store, "UPDATE site SET second_factor = 0"), 2);
}

static void a_new_password_ends_other_sign_ins(void **state)
{
	struct serve *serve = *state;
	struct said here, there, said;
	struct visitor who;

	add_account(serve, serve->a.site, "change@a.example", ROLE_TRAINEE);
	here = sign_in(serve, "change@a.example", "correct horse", "");
	there = sign_in(serve, "change@a.example", "correct horse", "");
	who = visitor_of(&here);
	said = say(serve, &who, "POST", "/api/v1/me/password", "",
		"{\"current\":\"not it at all\",\"password\":\"battery staple\"}");
	expect(&said, 403, "wrong");
	drop(&said);
	said = say(serve, &who, "POST", "/api/v1/me/password", "",
		"{\"current\":\"correct horse\",\"password\":\"short\"}");
	expect(&said, 400, "poor_password");
	drop(&said);
	said = say(serve, &who, "POST", "/api/v1/me/password", "",
		"{\"current\":\"correct horse\",\"password\":\"battery staple\"}");
	expect(&said, 204, "");
	drop(&said);
	assert_int_equal(me(serve, here.n, here.cookie), 200);
	assert_int_equal(me(serve, there.n, there.cookie), 401);
	said = sign_in(serve, "change@a.example", "correct horse", "");
	expect(&said, 401, "wrong");
	drop(&said);
	said = sign_in(serve, "change@a.example", "battery staple", "");
	expect(&said, 200, "");
	drop(&said);
	said = say(serve, &who, "GET", "/api/v1/me/signins", "", NULL);
	assert_int_equal(json_array_size(json_object_get(said.json, "signins")), 2);
	drop(&said);
	said = say(serve, &who, "POST", "/api/v1/me/signins/end", "", "{}");
	expect(&said, 204, "");
	assert_int_equal(me(serve, here.n, here.cookie), 401);
	drop(&here);
	drop(&there);
}

static void token_of(const struct said *said, const char *page, char out[SIGNIN_TOKEN])
{
	const char *at = strstr(field(said, "link"), page);

	assert_non_null(at);
	snprintf(out, SIGNIN_TOKEN, "%s", at + strlen(page));
}

static void an_invitation_makes_an_account(void **state)
{
	struct serve *serve = *state;
	char token[SIGNIN_TOKEN], path[128];
	struct said said, in;

	said = say(serve, &serve->a.coordinator, "POST", "/api/v1/people", "",
		"{\"email\":\"New@a.example\",\"name\":\"Nieuw\",\"roles\":[\"admin\"]}");
	expect(&said, 403, "forbidden");
	drop(&said);
	said = say(serve, &serve->a.trainee, "POST", "/api/v1/people", "",
		"{\"email\":\"New@a.example\",\"name\":\"Nieuw\",\"roles\":[\"trainee\"]}");
	assert_int_equal(said.status, 403);
	drop(&said);
	said = say(serve, &serve->a.coordinator, "POST", "/api/v1/people", "",
		"{\"email\":\"New@a.example\",\"name\":\"Nieuw\",\"roles\":[\"trainee\"]}");
	expect(&said, 201, "");
	token_of(&said, "/invite/", token);
	drop(&said);
	snprintf(path, sizeof(path), "/api/v1/invite/%s", token);
	said = say(serve, NULL, "GET", path, "", NULL);
	expect(&said, 200, "");
	assert_string_equal(field(&said, "email"), "new@a.example");
	assert_string_equal(field(&said, "language"), "nl");
	drop(&said);
	said = say(serve, NULL, "POST", path, "", "{\"password\":\"new@a.example\"}");
	expect(&said, 400, "poor_password");
	drop(&said);
	in = say(serve, NULL, "POST", path, "", "{\"password\":\"battery staple\"}");
	expect(&in, 200, "");
	assert_int_equal(me(serve, in.n, in.cookie), 200);
	drop(&in);
	in = say(serve, NULL, "POST", path, "", "{\"password\":\"battery staple\"}");
	expect(&in, 404, "link_expired");
	drop(&in);
	in = sign_in(serve, "new@a.example", "battery staple", "");
	expect(&in, 200, "");
	drop(&in);
}

/* An academy that knows an address gets into the site, and not into the account. */
static void an_invitation_takes_nobodys_account(void **state)
{
	struct serve *serve = *state;
	char token[SIGNIN_TOKEN], path[128];
	struct said said, in;
	struct person_params fresh = {"fresh@a.example", "Fresh", "en", ROLE_TRAINEE};
	int64_t id;

	add_account(serve, serve->a.site, "taken@a.example", ROLE_TRAINEE);
	said = say(serve, &serve->b.coordinator, "POST", "/api/v1/people", "",
		"{\"email\":\"taken@a.example\",\"name\":\"X\",\"roles\":[\"trainee\"]}");
	expect(&said, 201, "");
	token_of(&said, "/invite/", token);
	drop(&said);
	snprintf(path, sizeof(path), "/api/v1/invite/%s", token);
	in = say(serve, NULL, "POST", path, "", "{\"password\":\"battery staple\"}");
	expect(&in, 401, "wrong");
	drop(&in);
	in = say(serve, NULL, "POST", path, "", "{\"password\":\"correct horse\"}");
	expect(&in, 200, "");
	drop(&in);
	/* One who has not set a password yet: only the mail may. */
	assert_int_equal(person_add(serve->store, serve->a.site, &fresh, &id), 0);
	said = say(serve, &serve->b.coordinator, "POST", "/api/v1/people", "",
		"{\"email\":\"fresh@a.example\",\"name\":\"X\",\"roles\":[\"trainee\"]}");
	expect(&said, 201, "");
	token_of(&said, "/invite/", token);
	drop(&said);
	snprintf(path, sizeof(path), "/api/v1/invite/%s", token);
	in = say(serve, NULL, "POST", path, "", "{\"password\":\"battery staple\"}");
	expect(&in, 403, "by_mail");
	drop(&in);
}

static struct said ask_person(const struct serve *serve, const struct visitor *who,
	const char *method, int64_t person, const char *rest, const char *body)
{
	char path[128], id[ID_TEXT];

	snprintf(path, sizeof(path), "/api/v1/people/%s%s", id_text(person, id), rest);
	return say(serve, who, method, path, "", body);
}

static void only_who_governs_an_account_may_open_it(void **state)
{
	struct serve *serve = *state;
	char token[SIGNIN_TOKEN], path[128];
	struct said admin, said, in;
	struct visitor who;
	int64_t id, both;

	add_account(serve, serve->a.site, "admin@a.example", ROLE_ADMIN);
	admin = sign_in(serve, "admin@a.example", "correct horse", "");
	who = visitor_of(&admin);
	id = add_account(serve, serve->a.site, "forgot@a.example", ROLE_TRAINEE);
	both = add_account(serve, serve->a.site, "both@a.example", ROLE_TRAINEE);
	assert_int_equal(member_join(serve->store, serve->b.site, both, ROLE_INSTRUCTOR, 1), 0);
	said = ask_person(serve, &who, "POST", both, "/reset", "{}");
	expect(&said, 403, "elsewhere");
	drop(&said);
	said = ask_person(serve, &who, "PATCH", both, "", "{\"locked\":true}");
	expect(&said, 403, "elsewhere");
	drop(&said);
	said = ask_person(serve, &serve->a.coordinator, "POST", id, "/reset", "{}");
	expect(&said, 403, "forbidden");
	drop(&said);
	in = sign_in(serve, "forgot@a.example", "correct horse", "");
	said = ask_person(serve, &who, "POST", id, "/reset", "{}");
	expect(&said, 201, "");
	assert_int_equal(me(serve, in.n, in.cookie), 200);
	token_of(&said, "/reset/", token);
	drop(&said);
	snprintf(path, sizeof(path), "/api/v1/reset/%s", token);
	said = say(serve, NULL, "POST", path, "", "{\"password\":\"battery staple\"}");
	expect(&said, 200, "");
	assert_int_equal(me(serve, in.n, in.cookie), 401);
	assert_int_equal(me(serve, said.n, said.cookie), 200);
	drop(&in);
	in = said;
	said = ask_person(serve, &who, "PATCH", id, "", "{\"locked\":true}");
	expect(&said, 200, "");
	assert_string_equal(field(&said, "state"), "locked");
	drop(&said);
	assert_int_equal(me(serve, in.n, in.cookie), 401);
	drop(&in);
	said = sign_in(serve, "forgot@a.example", "battery staple", "");
	expect(&said, 403, "locked");
	drop(&said);
	/* Who leaves is gone at once, and a stranger's id is nobody's. */
	said = ask_person(serve, &serve->b.coordinator, "DELETE", id, "", NULL);
	expect(&said, 404, "not_found");
	drop(&said);
	said = ask_person(serve, &serve->a.coordinator, "DELETE", both, "", NULL);
	expect(&said, 204, "");
	drop(&said);
	said = ask_person(serve, &serve->a.coordinator, "GET", both, "", NULL);
	expect(&said, 404, "not_found");
	drop(&said);
	said = sign_in(serve, "both@a.example", "correct horse", "");
	expect(&said, 200, ""); /* in the other academy */
	drop(&said);
	/* The last administrator stays one. */
	said = say(serve, &who, "GET", "/api/v1/me", "", NULL);
	assert_int_equal(id_parse(field(&said, "id"), &id), 0);
	drop(&said);
	said = ask_person(serve, &who, "PATCH", id, "", "{\"roles\":[\"trainee\"]}");
	expect(&said, 409, "last_admin");
	drop(&said);
	said = ask_person(serve, &who, "DELETE", id, "", NULL);
	expect(&said, 409, "last_admin");
	drop(&said);
	drop(&admin);
}

static void guests_are_counted(void **state)
{
	struct serve *serve = *state;
	char path[128], body[256], token[SIGNIN_TOKEN], id[ID_TEXT];
	struct said link, said, guest;
	struct visitor who;

	snprintf(path, sizeof(path), "/api/v1/sessions/%s/guests", serve->a.session);
	snprintf(body, sizeof(body), "{\"label\":\"Judge\",\"max_uses\":2,\"expires_at\":%lld}",
		(long long)clock_wall_ms() + 3600000);
	said = say(serve, &serve->a.trainee, "POST", path, "", body);
	expect(&said, 403, "forbidden");
	drop(&said);
	link = say(serve, &serve->a.instructor, "POST", path, "", body);
	expect(&link, 201, "");
	token_of(&link, "/guest/", token);
	snprintf(id, sizeof(id), "%s", field(&link, "id"));
	snprintf(path, sizeof(path), "/api/v1/guest/%s", token);
	said = say(serve, NULL, "GET", path, "", NULL);
	expect(&said, 200, "");
	assert_string_equal(field(&said, "session"), "Bewijs");
	drop(&said);
	guest = say(serve, NULL, "POST", path, "", "{\"name\":\"Rosa Vos\"}");
	expect(&guest, 200, "");
	assert_string_equal(field(&guest, "session"), serve->a.session);
	who = visitor_of(&guest);
	said = say(serve, &who, "GET", "/api/v1/me", "", NULL);
	assert_string_equal(field(&said, "name"), "Rosa Vos (gast)");
	assert_true(json_is_true(json_object_get(said.json, "guest")));
	drop(&said);
	snprintf(body, sizeof(body), "/api/v1/sessions/%s", serve->a.session);
	assert_int_equal(serve_status(serve, &who, "GET", body, "", NULL), 200);
	snprintf(body, sizeof(body), "/api/v1/recordings/%s", serve->a.recording);
	assert_int_equal(serve_status(serve, &who, "GET", body, "", NULL), 404);
	assert_int_equal(serve_status(serve, &who, "GET", "/api/v1/courses", "", NULL), 403);
	said = say(serve, NULL, "POST", path, "", "{\"name\":\"Second\"}");
	expect(&said, 200, "");
	drop(&said);
	said = say(serve, NULL, "POST", path, "", "{\"name\":\"Third\"}");
	expect(&said, 404, "link_expired");
	drop(&said);
	snprintf(path, sizeof(path), "/api/v1/guests/%s", id);
	said = say(serve, &serve->b.coordinator, "DELETE", path, "", NULL);
	expect(&said, 404, "not_found");
	drop(&said);
	said = say(serve, &serve->a.coordinator, "DELETE", path, "", NULL);
	expect(&said, 204, "");
	drop(&said);
	assert_int_equal(me(serve, guest.n, guest.cookie), 401);
	drop(&guest);
	drop(&link);
}

static void a_file_of_people_is_imported_whole(void **state)
{
	const char *good = "email;naam;rol\r\nx1@a.example;X;cursist\r\nx2@a.example;Y;docent\r\n";
	const char *bad = "email;naam;rol\r\nx3@a.example;X;cursist\r\nx4@a.example;Y;chef\r\n";
	struct serve *serve = *state;
	struct account account;
	struct said said;

	said = say(serve, &serve->a.trainee, "POST", "/api/v1/people/import", "", good);
	assert_int_equal(said.status, 403);
	drop(&said);
	said = say(serve, &serve->a.coordinator, "POST", "/api/v1/people/import?dry=1", "", bad);
	expect(&said, 200, "");
	assert_int_equal(json_integer_value(json_object_get(said.json, "wrong")), 1);
	drop(&said);
	said = say(serve, &serve->a.coordinator, "POST", "/api/v1/people/import", "", bad);
	expect(&said, 422, "bad_rows");
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(json_object_get(said.json, "bad"), 0), "row")),
		3);
	drop(&said);
	assert_int_equal(account_find(serve->store, "x3@a.example", &account), -ENOENT);
	said = say(serve, &serve->a.coordinator, "POST", "/api/v1/people/import", "", good);
	expect(&said, 200, "");
	assert_true(json_is_true(json_object_get(said.json, "imported")));
	drop(&said);
	assert_int_equal(account_find(serve->store, "x1@a.example", &account), 0);
}

static void one_switches_between_ones_sites(void **state)
{
	struct serve *serve = *state;
	char body[128], id[ID_TEXT];
	struct said in, said;
	struct visitor who;
	int64_t person = add_account(serve, serve->a.site, "moves@a.example", ROLE_TRAINEE);

	in = sign_in(serve, "moves@a.example", "correct horse", "");
	who = visitor_of(&in);
	snprintf(body, sizeof(body), "{\"site\":\"%s\"}", id_text(serve->b.site, id));
	said = say(serve, &who, "PATCH", "/api/v1/me", "", body);
	expect(&said, 404, "not_found");
	drop(&said);
	assert_int_equal(member_join(serve->store, serve->b.site, person, ROLE_COORDINATOR, 1), 0);
	assert_int_equal(serve_status(serve, &who, "GET", "/api/v1/people", "", NULL), 403);
	said = say(serve, &who, "PATCH", "/api/v1/me", "", body);
	expect(&said, 200, "");
	assert_int_equal(json_array_size(json_object_get(said.json, "sites")), 2);
	drop(&said);
	said = say(serve, &who, "GET", "/api/v1/people?q=COORD&role=coordinator&limit=1", "", NULL);
	expect(&said, 200, "");
	assert_int_equal(json_array_size(json_object_get(said.json, "people")), 1);
	drop(&said);
	drop(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_signs_in),
		cmocka_unit_test(an_old_hash_is_made_anew),
		cmocka_unit_test(a_second_factor_is_asked_for),
		cmocka_unit_test(a_site_may_ask_its_staff_for_one),
		cmocka_unit_test(a_new_password_ends_other_sign_ins),
		cmocka_unit_test(an_invitation_makes_an_account),
		cmocka_unit_test(an_invitation_takes_nobodys_account),
		cmocka_unit_test(only_who_governs_an_account_may_open_it),
		cmocka_unit_test(guests_are_counted),
		cmocka_unit_test(a_file_of_people_is_imported_whole),
		cmocka_unit_test(one_switches_between_ones_sites),
		cmocka_unit_test(guessing_keeps_out_the_guesser_alone),
	};

	return cmocka_run_group_tests(tests, serve_setup, serve_teardown);
}
