/* SPDX-License-Identifier: MIT */
#include "lectern/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/subnet.h"

enum { CONFIG_MAX_FILE = 1 << 20 };

/* Where a message is about. */
struct place {
	const char *file;
	char *why;
};

enum key_type {
	KEY_TEXT,
	KEY_NUMBER,
	KEY_PORT,
	KEY_ADDRESS,
	KEY_ANNOUNCE,
	KEY_PROXIES,
	KEY_LEVEL,
	KEY_URL,
	KEY_MAIL_FROM,
	KEY_MAIL_TLS,
	KEY_MAIL_URL,
	KEY_YES_NO
};

struct key {
	const char *group; /* NULL: not in a group */
	const char *name;
	enum key_type type;
	size_t offset; /* in struct lectern_config */
	size_t room;   /* text: bytes; number: the largest */
};

#define OFFSET(field) offsetof(struct lectern_config, field)
#define TEXT(field) KEY_TEXT, OFFSET(field), sizeof(((struct lectern_config *)NULL)->field)

static const struct key keys[] = {
	{NULL, "data", TEXT(data)},
	{"http", "address", KEY_ADDRESS, OFFSET(http.address)},
	{"http", "certificate", TEXT(http.certificate)},
	{"http", "key", TEXT(http.key)},
	{"http", "port", KEY_PORT, OFFSET(http.port)},
	{"http", "trusted_proxies", KEY_PROXIES},
	{"http", "url", KEY_URL, OFFSET(http.url)},
	{"http", "web_client", TEXT(http.web_client)},
	{"log", "level", KEY_LEVEL, OFFSET(log_level)},
	{"mail", "from", KEY_MAIL_FROM},
	{"mail", "organisation", TEXT(mail.organisation)},
	{"mail", "password", TEXT(mail.password)},
	{"mail", "password_file", TEXT(mail.password_file)},
	{"mail", "tls", KEY_MAIL_TLS},
	{"mail", "url", KEY_MAIL_URL},
	{"mail", "user", TEXT(mail.user)},
	{"media", "address", KEY_ADDRESS, OFFSET(media.address)},
	{"media", "announce", KEY_ANNOUNCE},
	{"media", "port", KEY_PORT, OFFSET(media.port)},
	{"media", "workers", KEY_NUMBER, OFFSET(media.workers), 64},
	{"password", "memory", KEY_NUMBER, OFFSET(password.memory_kib), 1 << 20},
	{"password", "passes", KEY_NUMBER, OFFSET(password.passes), 64},
	{"recorder", "grace", KEY_NUMBER, OFFSET(recorder.grace_s), 3600},
	{"recorder", "program", TEXT(recorder.program)},
	{"webhooks", "allow_private", KEY_YES_NO, OFFSET(webhooks.allow_private)},
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* A build tree and an installation have the other parts at different places beside the program. */
static void find_beside(const char *in_build, const char *installed, char *out)
{
	char self[LECTERN_MAX_PATH / 2];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	out[0] = '\0';
	if (len <= 0)
		return;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return;
	*slash = '\0';
	snprintf(out, LECTERN_MAX_PATH, "%s/%s", self, in_build);
	if (access(out, F_OK) < 0)
		snprintf(out, LECTERN_MAX_PATH, "%s/%s", self, installed);
}

void lectern_config_defaults(struct lectern_config *config)
{
	*config = (struct lectern_config){
		.data = "/var/lib/lectern",
		.http = {.address = "0.0.0.0", .port = 8080},
		.media = {.port = 40000},
		.recorder = {.grace_s = 60},
		.password = {.memory_kib = 19456, .passes = 2},
		.log_level = LOG_INFO,
	};
	find_beside(
		"../../web-client/dist", "../share/lectern/web-client", config->http.web_client);
	find_beside("recorder/lectern-recorder", "lectern-recorder", config->recorder.program);
}

static int wrong(const struct place *place, const config_setting_t *setting, const char *format,
	...) __attribute__((format(printf, 3, 4)));
static int wrong(
	const struct place *place, const config_setting_t *setting, const char *format, ...)
{
	const char *file = config_setting_source_file(setting);
	va_list args;
	int len;

	len = snprintf(place->why, LECTERN_MAX_WHY, "%s:%u: ", file ? file : place->file,
		config_setting_source_line(setting));
	if (len < 0 || len >= LECTERN_MAX_WHY)
		return -EINVAL;
	va_start(args, format);
	vsnprintf(place->why + len, (size_t)(LECTERN_MAX_WHY - len), format, args);
	va_end(args);
	return -EINVAL;
}

static int set_text(
	const struct place *place, const config_setting_t *setting, char *out, size_t room)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		return wrong(
			place, setting, "%s must be text in quotes", config_setting_name(setting));
	if ((size_t)snprintf(out, room, "%s", text) >= room)
		return wrong(place, setting, "%s is too long: at most %zu bytes",
			config_setting_name(setting), room - 1);
	return 0;
}

int lectern_config_announce(struct lectern_config *config, const char *address)
{
	struct addr addr;

	if (addr_parse(address, 0, &addr) < 0 || addr_is_any(&addr))
		return -EINVAL;
	if (config->media.announce_count == LECTERN_MAX_CANDIDATES)
		return -ENOSPC;
	snprintf(config->media.announce[config->media.announce_count++], LECTERN_MAX_ADDRESS, "%s",
		address);
	return 0;
}

static int set_address(const struct place *place, const config_setting_t *setting, char *out)
{
	const char *text = config_setting_get_string(setting);
	struct addr address;

	if (!text || addr_parse(text, 0, &address) < 0)
		return wrong(place, setting, "%s must be an IP address in quotes, like \"0.0.0.0\"",
			config_setting_name(setting));
	snprintf(out, LECTERN_MAX_ADDRESS, "%s", text);
	return 0;
}

bool lectern_config_url_is_good(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
			   : strncmp(url, "http://", 7) == 0 ? url + 7
							     : "";

	return isalnum((unsigned char)host[0]) || host[0] == '['
		       ? url[strcspn(url, " \t\r\n\"<>?#")] == '\0'
		       : false;
}

const char *lectern_config_url(const struct lectern_config *config, char *out)
{
	size_t len = strlen(config->http.url);

	while (len > 0 && config->http.url[len - 1] == '/')
		len--;
	if (len > 0)
		snprintf(out, LECTERN_MAX_URL, "%.*s", (int)len, config->http.url);
	else
		snprintf(out, LECTERN_MAX_URL, "%s://localhost:%u",
			lectern_config_tls(config) ? "https" : "http", config->http.port);
	return out;
}

static int set_url(const struct place *place, const config_setting_t *setting, char *out)
{
	int r = set_text(place, setting, out, LECTERN_MAX_URL);

	if (r == 0 && out[0] != '\0' && !lectern_config_url_is_good(out))
		r = wrong(place, setting,
			"url must be like \"https://class.example.org\", with no query");
	return r;
}

/* What stands in a header of every mail. */
static int set_mail_from(
	const struct place *place, const config_setting_t *setting, struct lectern_config *config)
{
	int r = set_text(place, setting, config->mail.from, sizeof(config->mail.from));
	const char *at = r == 0 ? strchr(config->mail.from, '@') : NULL;

	if (r < 0)
		return r;
	for (const char *c = config->mail.from; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || strchr("<>,;:\"()[]\\\177", *c))
			at = NULL;
	if (!at || at == config->mail.from || at[1] == '\0' || strchr(at + 1, '@'))
		return wrong(place, setting,
			"from must be one address alone, like \"lectern@example.org\"");
	return 0;
}

static int set_mail_url(
	const struct place *place, const config_setting_t *setting, struct lectern_config *config)
{
	char *url = config->mail.url;
	int r = set_text(place, setting, url, sizeof(config->mail.url));
	const char *host = strncmp(url, "smtp://", 7) == 0    ? url + 7
			   : strncmp(url, "smtps://", 8) == 0 ? url + 8
							      : "";

	if (r == 0 && url[0] != '\0' &&
		(!(isalnum((unsigned char)host[0]) || host[0] == '[') ||
			host[strcspn(host, " \t\r\n\"<>?#@/")] != '\0'))
		r = wrong(place, setting,
			"url must be like \"smtp://mail.example.org:587\" or \"smtps://...\", and "
			"no more");
	return r;
}

static int set_mail_tls(
	const struct place *place, const config_setting_t *setting, struct lectern_config *config)
{
	static const char *const names[] = {"required", "offered", "none"};
	const char *text = config_setting_get_string(setting);

	for (unsigned i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		config->mail.tls = (enum lectern_mail_tls)i;
		return 0;
	}
	return wrong(place, setting, "tls must be \"required\", \"offered\" or \"none\"");
}

static int set_yes_no(const struct place *place, const config_setting_t *setting, bool *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return wrong(
			place, setting, "%s must be true or false", config_setting_name(setting));
	*out = config_setting_get_bool(setting) != 0;
	return 0;
}

/* Calls `add` for each text of a list; what it refuses is not `wanted`. */
static int set_list(const struct place *place, const config_setting_t *setting,
	struct lectern_config *config, int most,
	int (*add)(struct lectern_config *config, const char *text), const char *wanted)
{
	const char *name = config_setting_name(setting);
	int count = config_setting_length(setting);

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return wrong(place, setting, "%s must be a list like [\"192.0.2.1\"]", name);
	if (count > most)
		return wrong(place, setting, "%s has at most %d addresses", name, most);
	for (int i = 0; i < count; i++) {
		const config_setting_t *each = config_setting_get_elem(setting, (unsigned)i);
		const char *text = config_setting_get_string(each);

		if (!text || add(config, text) < 0)
			return wrong(place, each, "each of %s must be %s", name, wanted);
	}
	return 0;
}

static int set_announce(
	const struct place *place, const config_setting_t *setting, struct lectern_config *config)
{
	config->media.announce_count = 0;
	return set_list(place, setting, config, LECTERN_MAX_CANDIDATES, lectern_config_announce,
		"an IP address in quotes that browsers can send to, like \"192.0.2.1\"");
}

static int add_proxy(struct lectern_config *config, const char *text)
{
	struct subnet subnet;
	int r = subnet_parse(text, &subnet);

	if (r == 0)
		snprintf(config->http.trusted_proxies[config->http.trusted_proxy_count++],
			LECTERN_MAX_ADDRESS, "%s", text);
	return r;
}

static int set_proxies(
	const struct place *place, const config_setting_t *setting, struct lectern_config *config)
{
	config->http.trusted_proxy_count = 0;
	return set_list(place, setting, config, LECTERN_MAX_PROXIES, add_proxy,
		"an IP address or a range of them in quotes, like \"10.0.0.0/8\"");
}

static int get_number(const struct place *place, const config_setting_t *setting, size_t most,
	unsigned *ret_number)
{
	long long number = -1;

	if (config_setting_type(setting) == CONFIG_TYPE_INT ||
		config_setting_type(setting) == CONFIG_TYPE_INT64)
		number = config_setting_get_int64(setting);
	if (number < 0 || number > (long long)most)
		return wrong(place, setting, "%s must be a whole number from 0 to %zu",
			config_setting_name(setting), most);
	*ret_number = (unsigned)number;
	return 0;
}

static int set_level(const struct place *place, const config_setting_t *setting, int *out)
{
	const char *text = config_setting_get_string(setting);
	enum log_level level;

	if (!text || log_level_parse(text, &level) < 0)
		return wrong(
			place, setting, "level must be \"error\", \"warn\", \"info\" or \"debug\"");
	*out = level;
	return 0;
}

static int set_key(const struct place *place, const config_setting_t *setting,
	const struct key *key, struct lectern_config *config)
{
	void *field = (char *)config + key->offset;
	unsigned number;
	int r;

	switch (key->type) {
	case KEY_TEXT:
		return set_text(place, setting, field, key->room);
	case KEY_ADDRESS:
		return set_address(place, setting, field);
	case KEY_ANNOUNCE:
		return set_announce(place, setting, config);
	case KEY_PROXIES:
		return set_proxies(place, setting, config);
	case KEY_URL:
		return set_url(place, setting, field);
	case KEY_LEVEL:
		return set_level(place, setting, field);
	case KEY_MAIL_FROM:
		return set_mail_from(place, setting, config);
	case KEY_MAIL_TLS:
		return set_mail_tls(place, setting, config);
	case KEY_MAIL_URL:
		return set_mail_url(place, setting, config);
	case KEY_YES_NO:
		return set_yes_no(place, setting, field);
	case KEY_PORT:
		r = get_number(place, setting, UINT16_MAX, &number);
		if (r == 0)
			*(uint16_t *)field = (uint16_t)number;
		return r;
	case KEY_NUMBER:
		return get_number(place, setting, key->room, field);
	}
	assert(!"every type has a case");
	return -EINVAL;
}

static const struct key *find_key(const char *group, const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(keys[i].name, name) != 0 || !keys[i].group != !group)
			continue;
		if (!group || strcmp(keys[i].group, group) == 0)
			return &keys[i];
	}
	return NULL;
}

static bool is_group(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].group && strcmp(keys[i].group, name) == 0)
			return true;
	return false;
}

/* A setting of the group `group`, or of none. */
static int take(const struct place *place, const config_setting_t *setting, const char *group,
	struct lectern_config *config)
{
	const char *name = config_setting_name(setting);
	const struct key *key = find_key(group, name);
	int r = 0;

	if (key)
		return set_key(place, setting, key, config);
	if (group || !is_group(name))
		return wrong(place, setting, "there is no key \"%s%s%s\"; correct or remove it",
			group ? group : "", group ? "." : "", name);
	if (!config_setting_is_group(setting))
		return wrong(place, setting, "%s must be a group: %s: { ... };", name, name);
	for (int i = 0; r == 0 && i < config_setting_length(setting); i++)
		r = take(place, config_setting_get_elem(setting, (unsigned)i), name, config);
	return r;
}

static int check_pair(const struct place *place, const struct lectern_config *config)
{
	if (!config->http.certificate[0] == !config->http.key[0])
		return 0;
	snprintf(place->why, LECTERN_MAX_WHY,
		"%s: http.certificate and http.key belong together; give both or none",
		place->file);
	return -EINVAL;
}

static int check_mail(const struct place *place, const struct lectern_config *config)
{
	const bool password = config->mail.password[0] || config->mail.password_file[0];
	const char *wrong = NULL;

	if (config->mail.url[0] && !config->mail.from[0])
		wrong = "mail.from is missing: from which address mail is sent";
	else if (config->mail.password[0] && config->mail.password_file[0])
		wrong = "mail.password and mail.password_file: give one of the two";
	else if (!config->mail.user[0] != !password)
		wrong = "mail.user and its password belong together; give both or none";
	else if (password && config->mail.tls != LECTERN_TLS_REQUIRED)
		wrong = "mail.password is for tls = \"required\" only: anybody on the way could "
			"read it";
	if (!wrong)
		return 0;
	snprintf(place->why, LECTERN_MAX_WHY, "%s: %s", place->file, wrong);
	return -EINVAL;
}

int lectern_config_parse(
	struct lectern_config *config, const char *text, const char *name, char *why)
{
	const struct place place = {.file = name, .why = why};
	struct lectern_config read = *config;
	const config_setting_t *root;
	config_t parsed;
	int r = 0;

	config_init(&parsed);
	if (!config_read_string(&parsed, text)) {
		const char *file = config_error_file(&parsed);

		snprintf(why, LECTERN_MAX_WHY, "%s:%d: %s; see config/lectern.conf for the form",
			file ? file : name, config_error_line(&parsed), config_error_text(&parsed));
		config_destroy(&parsed);
		return -EINVAL;
	}
	root = config_root_setting(&parsed);
	for (int i = 0; r == 0 && i < config_setting_length(root); i++)
		r = take(&place, config_setting_get_elem(root, (unsigned)i), NULL, &read);
	config_destroy(&parsed);
	if (r == 0)
		r = check_pair(&place, &read);
	if (r == 0)
		r = check_mail(&place, &read);
	if (r == 0)
		*config = read;
	return r;
}

static int fail(int error, const char *path, char *why)
{
	snprintf(why, LECTERN_MAX_WHY,
		"%s: cannot read the configuration: %s; correct the path or its rights", path,
		strerror(-error));
	return error;
}

static int read_text(int fd, char *text, size_t room, size_t *ret_len)
{
	size_t len = 0;

	while (len < room) {
		ssize_t n = read(fd, text + len, room - len);

		if (n < 0)
			return -errno;
		if (n == 0) {
			*ret_len = len;
			return 0;
		}
		len += (size_t)n;
	}
	return -EFBIG;
}

int lectern_config_read(struct lectern_config *config, const char *path, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;
	char *text;
	size_t len;

	if (fd < 0)
		return fail(-errno, path, why);
	text = malloc(CONFIG_MAX_FILE);
	r = text ? read_text(fd, text, CONFIG_MAX_FILE, &len) : -ENOMEM;
	close(fd);
	if (r < 0) {
		free(text);
		return fail(r, path, why);
	}
	if (memchr(text, '\0', len)) {
		snprintf(why, LECTERN_MAX_WHY,
			"%s: this is not a text file; name the configuration", path);
		r = -EINVAL;
	} else {
		text[len] = '\0';
		r = lectern_config_parse(config, text, path, why);
	}
	free(text);
	return r;
}
