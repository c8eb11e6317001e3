/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sodium.h>

#include "academy/vault.h"
#include "tests/unit/academy/folder.h"

struct fixture {
	struct folder folder;
	struct vault *vault;
	char path[128];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char why[VAULT_WHY];

	assert_true(sodium_init() >= 0);
	folder_init(&f->folder);
	snprintf(f->path, sizeof(f->path), "%s", folder_file(&f->folder, "secret.key"));
	assert_int_equal(vault_open(f->path, &f->vault, why), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vault_close(f->vault);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static void what_was_sealed_opens_for_the_same_thing_only(void **state)
{
	struct fixture *f = *state;
	char sealed[VAULT_SEALED(20)], again[VAULT_SEALED(20)], out[64];
	size_t len;

	vault_seal(f->vault, "totp 1", "12345678901234567890", 20, sealed);
	assert_true(strlen(sealed) < sizeof(sealed));
	assert_null(strstr(sealed, "1234567890"));
	vault_seal(f->vault, "totp 1", "12345678901234567890", 20, again);
	assert_string_not_equal(sealed, again);
	assert_int_equal(vault_unseal(f->vault, "totp 1", sealed, out, sizeof(out), &len), 0);
	assert_int_equal(len, 20);
	assert_memory_equal(out, "12345678901234567890", 20);
	assert_int_equal(
		vault_unseal(f->vault, "totp 2", sealed, out, sizeof(out), &len), -EBADMSG);
	assert_int_equal(vault_unseal(f->vault, "totp 1", sealed, out, 19, &len), -EBADMSG);
	sealed[30] = sealed[30] == 'A' ? 'B' : 'A';
	assert_int_equal(
		vault_unseal(f->vault, "totp 1", sealed, out, sizeof(out), &len), -EBADMSG);
	assert_int_equal(vault_unseal(f->vault, "totp 1", "", out, sizeof(out), &len), -EBADMSG);
	assert_int_equal(vault_unseal(f->vault, "totp 1", "?", out, sizeof(out), &len), -EBADMSG);
}

static void the_largest_secret_fits(void **state)
{
	struct fixture *f = *state;
	unsigned char secret[VAULT_MAX], out[VAULT_MAX];
	char sealed[VAULT_SEALED(VAULT_MAX)];
	size_t len;

	randombytes_buf(secret, sizeof(secret));
	vault_seal(f->vault, "a", secret, sizeof(secret), sealed);
	assert_int_equal(vault_unseal(f->vault, "a", sealed, out, sizeof(out), &len), 0);
	assert_int_equal(len, sizeof(secret));
	assert_memory_equal(out, secret, len);
	vault_seal(f->vault, "a", "", 0, sealed);
	assert_int_equal(vault_unseal(f->vault, "a", sealed, out, sizeof(out), &len), 0);
	assert_int_equal(len, 0);
}

static void the_key_is_private_and_kept(void **state)
{
	struct fixture *f = *state;
	char sealed[VAULT_SEALED(1)], out[4], mark[VAULT_MARK], other[VAULT_MARK], why[VAULT_WHY];
	struct vault *again, *stranger;
	struct stat st;
	size_t len;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	vault_seal(f->vault, "a", "x", 1, sealed);
	vault_mark(f->vault, "a", "x", mark);
	assert_int_equal(vault_open(f->path, &again, why), 0);
	assert_int_equal(vault_unseal(again, "a", sealed, out, sizeof(out), &len), 0);
	vault_mark(again, "a", "x", other);
	assert_string_equal(mark, other);
	vault_close(again);
	assert_int_equal(vault_open(folder_file(&f->folder, "other.key"), &stranger, why), 0);
	assert_int_equal(vault_unseal(stranger, "a", sealed, out, sizeof(out), &len), -EBADMSG);
	vault_mark(stranger, "a", "x", other);
	assert_string_not_equal(mark, other);
	vault_close(stranger);
	vault_mark(f->vault, "ax", "", other);
	assert_string_not_equal(mark, other);
}

static void a_file_that_is_no_key_is_left_alone(void **state)
{
	struct fixture *f = *state;
	char why[VAULT_WHY];
	struct vault *vault;
	struct stat st;

	assert_int_equal(truncate(f->path, 31), 0);
	assert_int_equal(vault_open(f->path, &vault, why), -EBADMSG);
	assert_non_null(strstr(why, "restore it"));
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, 31);
	assert_int_equal(vault_open("/nonexistent/secret.key", &vault, why), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_sealed_opens_for_the_same_thing_only, setup, teardown),
		cmocka_unit_test_setup_teardown(the_largest_secret_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(the_key_is_private_and_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_no_key_is_left_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
