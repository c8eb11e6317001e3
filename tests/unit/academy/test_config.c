/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "lectern/config.h"
#include "tests/unit/academy/folder.h"

static int parse(struct lectern_config *config, const char *text, char *why)
{
	lectern_config_defaults(config);
	return lectern_config_parse(config, text, "x.conf", why);
}

static void every_key_is_read(void **state)
{
	struct lectern_config config;
	char why[LECTERN_MAX_WHY];

	(void)state;
	assert_int_equal(
		parse(&config,
			"data = \"/d\";\n"
			"http: { address = \"::1\"; port = 443; certificate = \"/c\"; key = \"/k\";"
			" trusted_proxies = [\"10.0.0.0/8\", \"::1\"]; web_client = \"/w\"; };\n"
			"media: { workers = 3; address = \"127.0.0.1\"; port = 5000;"
			" announce = [\"192.0.2.1\", \"2001:db8::1\"]; };\n"
			"recorder: { program = \"/r\"; grace = 9; };\n"
			"mail: { url = \"smtps://[::1]:465\"; user = \"u\"; password = \"p\";"
			" from = \"a@b.example\"; organisation = \"O\"; tls = \"required\"; };\n"
			"webhooks: { allow_private = true; };\n"
			"log: { level = \"debug\"; };\n",
			why),
		0);
	assert_string_equal(config.data, "/d");
	assert_string_equal(config.http.address, "::1");
	assert_int_equal(config.http.port, 443);
	assert_string_equal(config.http.certificate, "/c");
	assert_string_equal(config.http.key, "/k");
	assert_string_equal(config.http.web_client, "/w");
	assert_int_equal(config.http.trusted_proxy_count, 2);
	assert_string_equal(config.http.trusted_proxies[0], "10.0.0.0/8");
	assert_int_equal(config.media.workers, 3);
	assert_string_equal(config.media.address, "127.0.0.1");
	assert_int_equal(config.media.port, 5000);
	assert_int_equal(config.media.announce_count, 2);
	assert_string_equal(config.media.announce[1], "2001:db8::1");
	assert_string_equal(config.recorder.program, "/r");
	assert_int_equal(config.recorder.grace_s, 9);
	assert_string_equal(config.mail.url, "smtps://[::1]:465");
	assert_string_equal(config.mail.user, "u");
	assert_string_equal(config.mail.password, "p");
	assert_string_equal(config.mail.from, "a@b.example");
	assert_string_equal(config.mail.organisation, "O");
	assert_int_equal(config.mail.tls, LECTERN_TLS_REQUIRED);
	assert_true(config.webhooks.allow_private);
	assert_int_equal(config.log_level, LOG_DEBUG);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{"http: {\n port = 1;\n prot = 1;\n};", "x.conf:3: there is no key \"http.prot\""},
		{"port = 1;", "x.conf:1: there is no key \"port\""},
		{"htpp: { };", "x.conf:1: there is no key \"htpp\""},
		{"http: { log: { level = 1; }; };", "there is no key \"http.log\""},
		{"http = 1;", "x.conf:1: http must be a group"},
		{"\nhttp: { port = 70000; };",
			"x.conf:2: port must be a whole number from 0 to 65535"},
		{"http: { port = -1; };", "port must be"},
		{"mail: { url = \"http://x\"; };", "url must be like \"smtp://"},
		{"mail: { url = \"smtp://x\"; };", "mail.from is missing"},
		{"mail: { from = \"a@b\\r\\nBcc: c@d\"; };", "from must be one address"},
		{"mail: { from = \"A <a@b>\"; };", "from must be one address"},
		{"mail: { user = \"u\"; };", "belong together"},
		{"mail: { user = \"u\"; password = \"p\"; password_file = \"/p\"; };",
			"give one of the two"},
		{"mail: { user = \"u\"; password = \"p\"; tls = \"offered\"; };",
			"is for tls = \"required\" only"},
		{"mail: { tls = \"yes\"; };", "tls must be"},
		{"webhooks: { allow_private = 1; };", "allow_private must be true or false"},
		{"http: { port = 80.5; };", "port must be"},
		{"http: { port = \"80\"; };", "port must be"},
		{"http: { port = true; };", "port must be"},
		{"http: { port = 99999999999L; };", "port must be"},
		{"media: { workers = 65; };", "from 0 to 64"},
		{"data = 1;", "x.conf:1: data must be text"},
		{"data = [\"a\"];", "data must be text"},
		{"http: { address = \"localhost\"; };", "address must be an IP address"},
		{"media: { announce = \"192.0.2.1\"; };", "announce must be a list"},
		{"media: { announce = [\"x\"]; };", "each of announce must be an IP address"},
		{"media: { announce = [1]; };", "each of announce must be an IP address"},
		{"media: { announce = [\"::\"]; };", "that browsers can send to"},
		{"http: { trusted_proxies = true; };", "trusted_proxies must be a list"},
		{"http: { trusted_proxies = [\"proxy\"]; };", "an IP address or a range"},
		{"http: { trusted_proxies = [\"0.0.0.0/0\"]; };", "an IP address or a range"},
		{"http: { trusted_proxies = [\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\",\"1.1.1.4\","
		 "\"1.1.1.5\",\"1.1.1.6\",\"1.1.1.7\",\"1.1.1.8\",\"1.1.1.9\",\"1.1.1.10\","
		 "\"1.1.1.11\",\"1.1.1.12\",\"1.1.1.13\",\"1.1.1.14\",\"1.1.1.15\","
		 "\"1.1.1.16\",\"1.1.1.17\"]; };",
			"trusted_proxies has at most 16"},
		{"log: { level = \"loud\"; };", "level must be"},
		{"log: { level = 3; };", "level must be"},
		{"http: { certificate = \"/c\"; };", "belong together"},
		{"http: { key = \"/k\"; };", "belong together"},
		{"http: {\n port = ;\n};", "x.conf:2: syntax error"},
		{"http: {", "x.conf:1: "},
		{"data = \"a\"; data = \"b\";", "x.conf:1: duplicate"},
	};
	struct lectern_config config, before;
	char why[LECTERN_MAX_WHY];

	(void)state;
	lectern_config_defaults(&before);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(&config, rows[i].text, why), -EINVAL);
		if (!strstr(why, rows[i].told) || strchr(why, '\n'))
			fail_msg("%s: \"%s\"", rows[i].text, why);
		/* What is wrong changes nothing. */
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

static void long_text_is_refused(void **state)
{
	struct lectern_config config;
	char why[LECTERN_MAX_WHY], text[2 * LECTERN_MAX_PATH];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "data = \"", 8);
	snprintf(text + sizeof(text) - 3, 3, "\";");
	assert_int_equal(parse(&config, text, why), -EINVAL);
	assert_non_null(strstr(why, "too long"));
}

static void files_that_cannot_be_read_are_named(void **state)
{
	struct folder folder;
	struct lectern_config config;
	char why[LECTERN_MAX_WHY];
	const char *path;
	FILE *file;

	(void)state;
	folder_init(&folder);
	path = folder_file(&folder, "none.conf");
	assert_int_equal(lectern_config_read(&config, path, why), -ENOENT);
	assert_non_null(strstr(why, path));
	assert_int_equal(lectern_config_read(&config, folder.path, why), -EISDIR);
	file = fopen(path, "w");
	fwrite("data = \"a\0b\";", 1, 13, file);
	fclose(file);
	assert_int_equal(lectern_config_read(&config, path, why), -EINVAL);
	assert_non_null(strstr(why, "not a text file"));
	folder_finish(&folder);
}

static void the_commented_file_is_right(void **state)
{
	struct lectern_config config;
	char why[LECTERN_MAX_WHY];

	(void)state;
	lectern_config_defaults(&config);
	if (lectern_config_read(&config, LECTERN_CONF, why) < 0)
		fail_msg("%s", why);
	assert_int_equal(config.http.port, 8080);
}

/* The same file with every key that it shows in comments taken into use. */
static void the_commented_keys_are_right(void **state)
{
	struct lectern_config config;
	char why[LECTERN_MAX_WHY], text[8192] = "", line[256];
	FILE *file = fopen(LECTERN_CONF, "r");
	size_t used = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const char *hash = strchr(line, '#');
		bool comment = hash && (hash[1] == ' ' || hash[1] == '\n');

		if (!comment)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "%s", hash ? hash + 1 : line);
	}
	fclose(file);
	lectern_config_defaults(&config);
	if (lectern_config_parse(&config, text, "lectern.conf", why) < 0)
		fail_msg("%s", why);
	assert_string_equal(config.media.announce[0], "203.0.113.7");
	assert_string_equal(config.http.web_client, "/usr/share/lectern/web-client");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(long_text_is_refused),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
		cmocka_unit_test(the_commented_file_is_right),
		cmocka_unit_test(the_commented_keys_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
