/* SPDX-License-Identifier: MIT */
/* Passwords, second factors, tickets, sign-ins: on a real database. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "academy/credential.h"
#include "academy/device.h"
#include "academy/password.h"
#include "academy/signin.h"
#include "academy/site.h"
#include "academy/ticket.h"
#include "academy/totp.h"
#include "academy/vault.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

#define NOW_MS 1790000000000LL

struct fixture {
	struct folder folder;
	struct store *store;
	struct vault *vault;
	int64_t site, other_site, person;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {.slug = "a", .name = "A", .time_zone = "UTC", .language = "en"};
	struct person_params person = {"p@a.example", "Pat", "en", ROLE_TRAINEE};
	char why[STORE_WHY];

	assert_true(sodium_init() >= 0);
	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	assert_int_equal(vault_open(folder_file(&f->folder, "secret.key"), &f->vault, why), 0);
	assert_int_equal(site_add(f->store, &site, &f->site), 0);
	site.slug = "b";
	assert_int_equal(site_add(f->store, &site, &f->other_site), 0);
	assert_int_equal(person_add(f->store, f->site, &person, &f->person), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vault_close(f->vault);
	store_close(f->store);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static void passwords_are_argon2id_with_their_cost(void **state)
{
	const struct password_cost cheap = {8192, 1}, dear = {16384, 2};
	char hash[PASSWORD_HASH];

	(void)state;
	assert_int_equal(password_hash(&cheap, "correct horse", hash), 0);
	assert_ptr_equal(strstr(hash, "$argon2id$v=19$m=8192,t=1,p=1$"), hash);
	assert_int_equal(password_matches(hash, "correct horse"), 1);
	assert_int_equal(password_matches(hash, "correct horsf"), 0);
	assert_int_equal(password_matches(hash, ""), 0);
	assert_int_equal(password_matches("", ""), 0);
	assert_false(password_is_outdated(&cheap, hash));
	assert_true(password_is_outdated(&dear, hash));
	assert_true(password_is_outdated(&dear, "no hash"));
}

static void poor_passwords_are_told_why(void **state)
{
	static const char *const poor[] = {"", "short", "ninechars", "aaaaaaaaaaaaaaa",
		"abababababab", "Password123", "ana.perez@windward.example",
		"ANA.PEREZ@windward.example", "Ana María Pérez", "wachtwoord", "éééééééééé"};
	static const char *const good[] = {
		"correct horse", "Tr0ub4dor&3x", "пароль на день", "ana.perez.2026"};
	char too_long[300];

	(void)state;
	memset(too_long, 'x', sizeof(too_long));
	memcpy(too_long, "abcdefghi", 9);
	too_long[299] = '\0';
	for (size_t i = 0; i < sizeof(poor) / sizeof(poor[0]); i++)
		assert_non_null(
			password_judge(poor[i], "ana.perez@windward.example", "Ana María Pérez"));
	assert_non_null(password_judge(too_long, "", ""));
	assert_non_null(password_judge("ana.perez.long", "ana.perez.long@a.example", "Ana"));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(
			password_judge(good[i], "ana.perez@windward.example", "Ana María Pérez"));
}

/* RFC 6238 appendix B, the last six digits. */
static void codes_are_those_of_the_rfc(void **state)
{
	static const struct {
		int64_t s;
		const char *code;
	} rows[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
	const unsigned char *secret = (const unsigned char *)"12345678901234567890";
	char code[TOTP_CODE], uri[TOTP_URI];
	int64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		totp_code(secret, rows[i].s * 1000, code);
		assert_string_equal(code, rows[i].code);
		assert_int_equal(totp_step(secret, code, rows[i].s * 1000 + 30000, &step), 0);
		assert_int_equal(step, rows[i].s / 30);
		assert_int_equal(totp_step(secret, code, rows[i].s * 1000 + 60000, &step), -EACCES);
	}
	assert_int_equal(totp_step(secret, "28708", 59000, &step), -EACCES);
	assert_int_equal(totp_step(secret, " 87082", 59000, &step), -EACCES);
	totp_uri(secret, "Policía", "a b@x.example", uri);
	assert_string_equal(uri, "otpauth://totp/Polic%C3%ADa:a%20b%40x.example"
				 "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Polic%C3%ADa");
}

static void a_code_is_good_once(void **state)
{
	struct fixture *f = *state;
	unsigned char secret[TOTP_SECRET];
	char codes[RECOVERY_CODES][RECOVERY_CODE], code[TOTP_CODE];
	int64_t step;

	totp_secret(secret);
	totp_code(secret, NOW_MS, code);
	assert_int_equal(totp_has(f->store, f->person), 0);
	assert_int_equal(totp_check(f->store, f->vault, f->person, code, NOW_MS), -EACCES);
	assert_int_equal(totp_step(secret, code, NOW_MS, &step), 0);
	assert_int_equal(totp_set(f->store, f->vault, f->person, secret, step, NOW_MS, codes), 0);
	assert_int_equal(totp_has(f->store, f->person), 1);
	/* The code that set it up is used. */
	assert_int_equal(totp_check(f->store, f->vault, f->person, code, NOW_MS), -EACCES);
	totp_code(secret, NOW_MS + 30000, code);
	assert_int_equal(totp_check(f->store, f->vault, f->person, code, NOW_MS + 30000), 0);
	assert_int_equal(totp_check(f->store, f->vault, f->person, code, NOW_MS + 30000), -EACCES);
	/* An earlier one neither, though its time is not over. */
	totp_code(secret, NOW_MS, code);
	assert_int_equal(totp_check(f->store, f->vault, f->person, code, NOW_MS + 30000), -EACCES);
	assert_int_equal(totp_remove(f->store, f->person), 0);
	assert_int_equal(totp_has(f->store, f->person), 0);
	assert_int_equal(recovery_left(f->store, f->vault, f->person), 0);
}

static void recovery_codes_are_good_once_each(void **state)
{
	struct fixture *f = *state;
	char codes[RECOVERY_CODES][RECOVERY_CODE], typed[16];

	assert_int_equal(recovery_renew(f->store, f->vault, f->person, NOW_MS, codes), 0);
	assert_int_equal(recovery_left(f->store, f->vault, f->person), RECOVERY_CODES);
	assert_int_equal(totp_check(f->store, f->vault, f->person, codes[3], NOW_MS), 0);
	assert_int_equal(totp_check(f->store, f->vault, f->person, codes[3], NOW_MS), -EACCES);
	/* As people type. */
	snprintf(typed, sizeof(typed), "%.5s %s", codes[9], codes[9] + 6);
	typed[0] = (char)(typed[0] >= 'a' ? typed[0] - 32 : typed[0]);
	assert_int_equal(totp_check(f->store, f->vault, f->person, typed, NOW_MS), 0);
	assert_int_equal(recovery_left(f->store, f->vault, f->person), RECOVERY_CODES - 2);
	assert_int_equal(totp_check(f->store, f->vault, f->person, "", NOW_MS), -EACCES);
	assert_int_equal(
		totp_check(f->store, f->vault, f->person, "aaaaa-aaaaa-a", NOW_MS), -EACCES);
	for (int i = 0; i < RECOVERY_CODES; i++)
		if (i != 3 && i != 9)
			assert_int_equal(
				totp_check(f->store, f->vault, f->person, codes[i], NOW_MS), 0);
	assert_int_equal(recovery_left(f->store, f->vault, f->person), 0);
	assert_int_equal(totp_check(f->store, f->vault, f->person, codes[0], NOW_MS), -EACCES);
}

static void secrets_do_not_lie_open_in_the_database(void **state)
{
	struct fixture *f = *state;
	struct credential credential;
	struct vault *stranger;
	char why[VAULT_WHY];
	struct rows rows;

	assert_int_equal(credential_set(f->store, f->vault, f->person, CREDENTIAL_TOTP,
				 "12345678901234567890", 20, NOW_MS),
		0);
	rows = store_select(f->store, "SELECT secret FROM credential");
	assert_true(rows_next(&rows));
	assert_null(strstr(row_text(&rows, 0), "1234567890"));
	assert_int_equal(rows_close(&rows), 0);
	assert_int_equal(
		credential_get(f->store, f->vault, f->person, CREDENTIAL_TOTP, &credential), 0);
	assert_string_equal((char *)credential.secret, "12345678901234567890");
	assert_int_equal(vault_open(folder_file(&f->folder, "other.key"), &stranger, why), 0);
	assert_int_equal(
		credential_get(f->store, stranger, f->person, CREDENTIAL_TOTP, &credential),
		-EBADMSG);
	vault_close(stranger);
	/* Moved to another kind it opens nothing. */
	assert_int_equal(store_run(f->store, "UPDATE credential SET kind = 'recovery'"), 1);
	assert_int_equal(
		credential_get(f->store, f->vault, f->person, CREDENTIAL_RECOVERY, &credential),
		-EBADMSG);
	assert_int_equal(
		credential_get(f->store, f->vault, f->person, CREDENTIAL_TOTP, &credential),
		-ENOENT);
}

static void a_ticket_lasts_minutes(void **state)
{
	struct fixture *f = *state;
	struct ticket ticket = {.person = f->person, .site = f->site, .issued_at = NOW_MS};
	struct ticket opened;
	char text[TICKET_TEXT];

	totp_secret(ticket.secret);
	ticket.setup = true;
	ticket_seal(f->vault, &ticket, text);
	assert_int_equal(ticket_open(f->vault, text, NOW_MS + TICKET_MS - 1, &opened), 0);
	assert_true(opened.person == f->person && opened.site == f->site && opened.setup);
	assert_memory_equal(opened.secret, ticket.secret, TOTP_SECRET);
	assert_int_equal(ticket_open(f->vault, text, NOW_MS + TICKET_MS, &opened), -EACCES);
	assert_int_equal(ticket_open(f->vault, text, NOW_MS - 1, &opened), -EACCES);
	text[40] ^= 1;
	assert_int_equal(ticket_open(f->vault, text, NOW_MS, &opened), -EACCES);
	assert_int_equal(ticket_open(f->vault, "", NOW_MS, &opened), -EACCES);
}

static void a_sign_in_goes_where_its_person_was_last(void **state)
{
	struct fixture *f = *state;
	struct signin_params params = {.person = f->person,
		.method = "password",
		.device = "Firefox on Linux",
		.address = "192.0.2.1",
		.now_ms = NOW_MS,
		.expires_at = NOW_MS + 1000};
	char cookie[SIGNIN_TOKEN];
	struct signin signin;

	assert_int_equal(signin_start(f->store, &params, cookie, &signin), 0);
	assert_true(signin.person.site == f->site);
	params.site = f->other_site;
	assert_int_equal(signin_start(f->store, &params, cookie, &signin), -ENOENT);
	assert_int_equal(store_run(f->store,
				 "INSERT INTO site_person (site, person, since) VALUES ($1, $2, 5)",
				 V_INT(f->other_site), V_INT(f->person)),
		1);
	assert_int_equal(signin_set_site(f->store, f->person, signin.hash, f->other_site), 0);
	params.site = 0;
	assert_int_equal(signin_start(f->store, &params, cookie, &signin), 0);
	assert_true(signin.person.site == f->other_site);
	assert_int_equal(signin_set_site(f->store, f->person + 1, signin.hash, f->site), -ENOENT);
	assert_int_equal(signin_set_site(f->store, f->person, signin.hash, 99), -ENOENT);
	assert_int_equal(store_run(f->store, "UPDATE person SET locked_at = 1"), 1);
	assert_int_equal(signin_start(f->store, &params, cookie, &signin), -EACCES);
}

static void devices_have_names(void **state)
{
	static const struct {
		const char *header, *name;
	} rows[] = {
		{"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
			"Firefox on Linux"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
		 "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
			"Edge on Windows"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
		 "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
			"Safari on iPhone"},
		{"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
		 "Chrome/126.0.0.0 Mobile Safari/537.36",
			"Chrome on Android"},
		{"", "a browser"},
		{"<script>", "a browser"},
	};
	char name[SIGNIN_DEVICE], little[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		device_name(rows[i].header, name, sizeof(name));
		assert_string_equal(name, rows[i].name);
	}
	device_name(rows[0].header, little, sizeof(little));
	assert_string_equal(little, "Firefox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_are_argon2id_with_their_cost),
		cmocka_unit_test(poor_passwords_are_told_why),
		cmocka_unit_test(codes_are_those_of_the_rfc),
		cmocka_unit_test_setup_teardown(a_code_is_good_once, setup, teardown),
		cmocka_unit_test_setup_teardown(recovery_codes_are_good_once_each, setup, teardown),
		cmocka_unit_test_setup_teardown(
			secrets_do_not_lie_open_in_the_database, setup, teardown),
		cmocka_unit_test_setup_teardown(a_ticket_lasts_minutes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_sign_in_goes_where_its_person_was_last, setup, teardown),
		cmocka_unit_test(devices_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
