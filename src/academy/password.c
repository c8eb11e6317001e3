/* SPDX-License-Identifier: MIT */
#include "academy/password.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

enum { DIFFERENT_MIN = 5 };

static unsigned count_characters(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static unsigned count_different(const char *text)
{
	bool seen[256] = {false};
	unsigned count = 0;

	for (; *text; text++) {
		count += !seen[(unsigned char)*text];
		seen[(unsigned char)*text] = true;
	}
	return count;
}

/* Those of 10 characters and more that head every list of stolen ones. */
static bool is_common(const char *password)
{
	static const char *const common[] = {"1234567890", "12345678910", "123456789a",
		"0123456789", "0987654321", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc",
		"contraseña", "contrasena", "contrasena1", "iloveyou123", "letmein123",
		"motdepasse", "motdepasse1", "password01", "password12", "password123",
		"password1234", "passw0rd123", "q1w2e3r4t5", "qwerty12345", "qwerty123456",
		"qwertyuiop", "qwertyuiop1", "wachtwoord", "wachtwoord1", "wachtwoord123",
		"welcome123", "welkom1234", "azertyuiop", "administrator", "police12345"};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcasecmp(password, common[i]) == 0)
			return true;
	return false;
}

const char *password_judge(const char *password, const char *email, const char *name)
{
	const size_t local = strcspn(email, "@");

	if (count_characters(password) < PASSWORD_MIN)
		return "A password has at least 10 characters.";
	if (strlen(password) >= PASSWORD_MAX)
		return "A password has at most 255 bytes.";
	if (count_different(password) < DIFFERENT_MIN || is_common(password))
		return "That password is among the first that anybody would try.";
	if (strcasecmp(password, email) == 0 || strcasecmp(password, name) == 0 ||
		(strncasecmp(password, email, local) == 0 && password[local] == '\0'))
		return "A name or an address is no password.";
	return NULL;
}

int password_hash(const struct password_cost *cost, const char *password, char out[PASSWORD_HASH])
{
	static_assert(PASSWORD_HASH == crypto_pwhash_STRBYTES, "the string of libsodium");
	return crypto_pwhash_str(out, password, strlen(password), cost->passes,
		       cost->memory_kib * (size_t)1024) < 0
		       ? -ENOMEM
		       : 0;
}

int password_matches(const char *hash, const char *password)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void password_waste(const struct password_cost *cost, const char *password)
{
	char hash[PASSWORD_HASH];

	(void)!password_hash(cost, password, hash);
}

bool password_is_outdated(const struct password_cost *cost, const char *hash)
{
	return crypto_pwhash_str_needs_rehash(
		       hash, cost->passes, cost->memory_kib * (size_t)1024) != 0;
}
