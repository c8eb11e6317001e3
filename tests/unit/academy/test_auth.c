/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "academy/site.h"
#include "base/clock.h"
#include "signaling/auth.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

struct fixture {
	struct folder folder;
	struct store *store;
	struct auth *auth;
	struct person person;
	int forgotten;
};

static void forgotten(const struct identity *identity, void *arg)
{
	struct fixture *f = arg;

	assert_true(identity->person.id == f->person.id);
	f->forgotten++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {.slug = "a", .name = "A", .time_zone = "UTC", .language = "en"};
	struct person_params params = {.email = "x@a.example", .name = "X", .language = "en"};
	char why[STORE_WHY];
	int64_t site_id, id;

	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	assert_int_equal(site_add(f->store, &site, &site_id), 0);
	assert_int_equal(person_add(f->store, site_id, &params, &id), 0);
	assert_int_equal(person_get(f->store, site_id, id, &f->person), 0);
	assert_int_equal(auth_create(f->store, clock_wall_ms(), &f->auth), 0);
	auth_on_forget(f->auth, forgotten, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	auth_destroy(f->auth);
	store_close(f->store);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static struct identity make(struct fixture *f, char cookie[SIGNIN_TOKEN], int64_t lifetime_ms)
{
	struct identity identity = {.person = f->person, .created_at = clock_wall_ms()};

	identity.expires_at = identity.created_at + lifetime_ms;
	signin_secret(cookie, identity.signin);
	return identity;
}

static void a_cookie_is_good_below_its_number(void **state)
{
	struct fixture *f = *state;
	char cookie[SIGNIN_TOKEN];
	struct identity identity = make(f, cookie, AUTH_LIFETIME_MS);
	const unsigned n = f->person.n;

	assert_null(auth_find(f->auth, n, cookie));
	assert_int_equal(auth_add(f->auth, &identity), 0);
	assert_non_null(auth_find(f->auth, n, cookie));
	assert_null(auth_find(f->auth, n + 1, cookie));
	assert_null(auth_find(f->auth, n, ""));
	assert_null(auth_find(f->auth, n, identity.signin));
	cookie[0] ^= 1;
	assert_null(auth_find(f->auth, n, cookie));
	cookie[0] ^= 1;
	auth_set_language(f->auth, f->person.id, "fr");
	assert_string_equal(auth_find(f->auth, n, cookie)->person.language, "fr");
	auth_forget(f->auth, identity.signin);
	assert_null(auth_find(f->auth, n, cookie));
	assert_int_equal(f->forgotten, 1);
}

static void an_expired_cookie_is_nobodys(void **state)
{
	struct fixture *f = *state;
	char cookie[SIGNIN_TOKEN];
	struct identity identity = make(f, cookie, -1);

	assert_int_equal(auth_add(f->auth, &identity), 0);
	assert_null(auth_find(f->auth, f->person.n, cookie));
}

static void the_oldest_of_a_person_goes_first(void **state)
{
	struct fixture *f = *state;
	char cookies[SIGNIN_MAX_PER_PERSON + 1][SIGNIN_TOKEN];

	for (int i = 0; i <= SIGNIN_MAX_PER_PERSON; i++) {
		struct identity identity = make(f, cookies[i], AUTH_LIFETIME_MS);

		assert_int_equal(auth_add(f->auth, &identity), 0);
	}
	assert_null(auth_find(f->auth, f->person.n, cookies[0]));
	assert_non_null(auth_find(f->auth, f->person.n, cookies[1]));
	assert_non_null(auth_find(f->auth, f->person.n, cookies[SIGNIN_MAX_PER_PERSON]));
	assert_int_equal(f->forgotten, 1);
}

static void sign_ins_outlive_the_server(void **state)
{
	struct fixture *f = *state;
	char secret[SIGNIN_TOKEN], link[SIGNIN_HASH], cookie[SIGNIN_TOKEN];
	const int64_t now = clock_wall_ms();
	const struct signin_params how = {.method = "link",
		.device = "",
		.address = "",
		.now_ms = now,
		.expires_at = now + AUTH_LIFETIME_MS};
	struct signin signin;

	signin_secret(secret, link);
	assert_int_equal(
		signin_link_add(f->store, f->person.site, f->person.id, link, now + 1000, 1), 0);
	assert_int_equal(signin_redeem(f->store, link, &how, cookie, &signin), 0);
	auth_destroy(f->auth);
	assert_int_equal(auth_create(f->store, now, &f->auth), 0);
	assert_non_null(auth_find(f->auth, f->person.n, cookie));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_cookie_is_good_below_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(an_expired_cookie_is_nobodys, setup, teardown),
		cmocka_unit_test_setup_teardown(the_oldest_of_a_person_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(sign_ins_outlive_the_server, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
