/* SPDX-License-Identifier: MIT */
#include "delivery/post.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/webhook.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/rand.h"
#include "delivery/backoff.h"
#include "delivery/hook.h"
#include "delivery/mail.h"
#include "store/id.h"
#include "store/store.h"

#define AREA "post"

enum {
	ERRANDS = POST_MAILS + POST_HOOKS,
	LOOK_MS = 100,	  /* the table is looked at no more often */
	IDLE_MS = 5000,	  /* and no less: other programs write it too */
	LOCKED_MS = 1000, /* after a database that was locked */
	DRAIN_MS = 1000,  /* at the end */
	TIDY_MS = 60 * 1000,
	CONNECTIONS = 16, /* kept open for the next one */
};

enum slot_state { SLOT_FREE, SLOT_RUNS, SLOT_ENDED };

struct slot {
	enum slot_state state;
	struct errand errand;
	enum verdict verdict; /* of an ended one */
	char problem[DELIVERY_PROBLEM];
};

struct post {
	/* given */
	struct mail_server mail;
	const struct vault *vault;
	bool allow_private;
	/* owned */
	struct mailbox *orders; /* any message: end */
	CURLM *multi;
	pthread_t thread;
	bool started;
	struct {
		struct store *store;
		struct slot slots[ERRANDS];
		bool ending;
		bool look;			  /* something may be due */
		uint64_t looked_ms, tidied_ms;	  /* of the clock that never jumps */
		uint64_t mail_held_ms, locked_ms; /* nothing is begun before */
		unsigned mail_failures;		  /* in a row */
		char mail_problem[DELIVERY_PROBLEM];
	} rt; /* the thread's own once it runs */
};

static uint64_t now_ms(void)
{
	return clock_now_us() / 1000;
}

static struct slot *find_free(struct post *post)
{
	for (size_t i = 0; i < ERRANDS; i++)
		if (post->rt.slots[i].state == SLOT_FREE)
			return &post->rt.slots[i];
	return NULL;
}

static bool is_under_way(const struct post *post, const struct delivery_due *due)
{
	for (size_t i = 0; i < ERRANDS; i++) {
		const struct slot *slot = &post->rt.slots[i];

		if (slot->state != SLOT_FREE &&
			(slot->errand.id == due->id ||
				(due->webhook != 0 && slot->errand.webhook == due->webhook)))
			return true;
	}
	return false;
}

static unsigned count(const struct post *post, enum delivery_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < ERRANDS; i++)
		n += post->rt.slots[i].state != SLOT_FREE && post->rt.slots[i].errand.kind == kind;
	return n;
}

/* While a server does not let us in one mail at a time asks whether it does. */
static unsigned most(const struct post *post, enum delivery_kind kind)
{
	if (kind == DELIVERY_WEBHOOK)
		return POST_HOOKS;
	return post->rt.mail_failures > 0 ? 1 : POST_MAILS;
}

static int prepare(struct post *post, const struct delivery_due *due, struct slot *slot)
{
	const int64_t at_ms = clock_wall_ms();

	if (due->kind == DELIVERY_MAIL)
		return mail_prepare(&post->mail, due, at_ms, &slot->errand, slot->problem);
	return hook_prepare(
		post->vault, post->allow_private, due, at_ms, &slot->errand, slot->problem);
}

static void begin(const struct delivery_due *due, void *arg)
{
	struct post *post = arg;
	struct slot *slot = find_free(post);
	int r;

	if (!slot || count(post, due->kind) >= most(post, due->kind) || is_under_way(post, due))
		return;
	slot->problem[0] = '\0';
	r = errand_init(&slot->errand, due);
	if (r == 0)
		r = prepare(post, due, slot);
	if (r == 0 && curl_multi_add_handle(post->multi, slot->errand.easy) != CURLM_OK)
		r = -ENOMEM;
	if (r == 0) {
		slot->state = SLOT_RUNS;
	} else if (r == -EINVAL) {
		slot->state = SLOT_ENDED;
		slot->verdict = VERDICT_NEVER;
	} else {
		/* It stays due. */
		errand_finish(&slot->errand);
		log_warn(AREA, "cannot begin a delivery: %s", strerror(-r));
	}
}

static int look_for_mail(struct post *post, int64_t at_ms)
{
	if (!post->mail.config->mail.url[0])
		return delivery_note_mail(
			post->rt.store, "no mail server is configured (mail.url)");
	if (now_ms() < post->rt.mail_held_ms)
		return delivery_note_mail(post->rt.store, post->rt.mail_problem);
	return delivery_each_due(post->rt.store, DELIVERY_MAIL, at_ms, ERRANDS, begin, post);
}

static int tidy(struct post *post, int64_t at_ms)
{
	if (post->rt.tidied_ms != 0 && now_ms() < post->rt.tidied_ms + TIDY_MS)
		return 0;
	post->rt.tidied_ms = now_ms();
	return delivery_tidy(post->rt.store, at_ms);
}

static void locked(struct post *post, int error)
{
	post->rt.locked_ms = now_ms() + LOCKED_MS;
	log_warn(AREA, "the database cannot be used: %s", strerror(-error));
}

static void look(struct post *post)
{
	const int64_t at_ms = clock_wall_ms();
	int r = look_for_mail(post, at_ms);

	post->rt.look = false;
	post->rt.looked_ms = now_ms();
	if (r == 0)
		r = delivery_each_due(
			post->rt.store, DELIVERY_WEBHOOK, at_ms, ERRANDS, begin, post);
	if (r == 0)
		r = tidy(post, at_ms);
	if (r < 0)
		locked(post, r);
}

static struct slot *find_easy(struct post *post, const CURL *easy)
{
	for (size_t i = 0; i < ERRANDS; i++)
		if (post->rt.slots[i].errand.easy == easy)
			return &post->rt.slots[i];
	assert(!"what ended was begun");
	return NULL;
}

static void hear(struct post *post)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(post->multi, &left))) {
		const CURLcode code = message->data.result;
		struct slot *slot = find_easy(post, message->easy_handle);

		curl_multi_remove_handle(post->multi, slot->errand.easy);
		slot->verdict = slot->errand.kind == DELIVERY_MAIL
					? mail_judge(&slot->errand, code, slot->problem)
					: hook_judge(&slot->errand, code, slot->problem);
		slot->state = SLOT_ENDED;
	}
}

/* The mail server's own trouble is no fault of the mail that met it. */
static void judge_mail_server(struct post *post, const struct slot *slot)
{
	if (slot->errand.kind != DELIVERY_MAIL)
		return;
	if (slot->verdict != VERDICT_SERVER) {
		if (slot->errand.command[0] == '\0')
			return; /* it was not asked */
		if (post->rt.mail_failures > 0)
			log_info(AREA, "mail goes out again");
		post->rt.mail_failures = 0;
		return;
	}
	if (now_ms() < post->rt.mail_held_ms)
		return; /* of those that were under way with the first */
	post->rt.mail_failures++;
	post->rt.mail_held_ms =
		now_ms() + (uint64_t)backoff_server_ms(post->rt.mail_failures, rand_u32());
	memcpy(post->rt.mail_problem, slot->problem, sizeof(slot->problem));
	log_warn(AREA, "mail waits failures=%u: %s", post->rt.mail_failures, slot->problem);
}

static int keep_webhook(struct post *post, const struct slot *slot, int64_t at_ms)
{
	struct store *store = post->rt.store;
	int64_t until = 0;
	unsigned failures;
	int r;

	if (slot->errand.kind != DELIVERY_WEBHOOK)
		return 0;
	if (slot->verdict == VERDICT_SENT)
		return webhook_took(store, slot->errand.webhook);
	r = webhook_failures(store, slot->errand.webhook, &failures);
	if (r < 0)
		return r == -ENOENT ? 0 : r; /* it was removed meanwhile */
	if (slot->verdict == VERDICT_SERVER)
		until = at_ms + backoff_server_ms(failures + 1, rand_u32());
	return webhook_failed(store, slot->errand.webhook, until, slot->problem, at_ms);
}

/* A message waits by its own count of attempts, but for what was the server's trouble. */
static int keep_delivery(struct post *post, const struct slot *slot, int64_t at_ms)
{
	const struct errand *errand = &slot->errand;
	int64_t due_at = at_ms;

	if (slot->verdict == VERDICT_SENT)
		return delivery_set_sent(post->rt.store, errand->id, at_ms);
	if (slot->verdict == VERDICT_LATER)
		due_at += backoff_message_ms(errand->tries + 1, rand_u32());
	if (slot->verdict == VERDICT_NEVER || due_at >= errand->until_at)
		return delivery_set_failed(post->rt.store, errand->id, at_ms, slot->problem);
	return delivery_put_off(post->rt.store, errand->id, due_at, slot->problem);
}

static int keep_all(struct post *post, int64_t at_ms)
{
	int r = store_begin(post->rt.store);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < ERRANDS; i++) {
		const struct slot *slot = &post->rt.slots[i];

		if (slot->state != SLOT_ENDED)
			continue;
		r = keep_delivery(post, slot, at_ms);
		if (r == 0)
			r = keep_webhook(post, slot, at_ms);
	}
	return store_finish(post->rt.store, r);
}

static void tell(const struct slot *slot)
{
	char id[ID_TEXT];

	id_text(slot->errand.id, id);
	if (slot->verdict == VERDICT_SENT)
		log_debug(AREA, "sent delivery=%s", id);
	else if (slot->verdict != VERDICT_SERVER)
		log_info(AREA, "%s delivery=%s: %s",
			slot->verdict == VERDICT_NEVER ? "gives up" : "puts off", id,
			slot->problem);
}

/* What ended is written down, all of it or, while the database is locked, nothing yet. */
static void settle(struct post *post)
{
	bool any = false;
	int r;

	for (size_t i = 0; i < ERRANDS; i++)
		any |= post->rt.slots[i].state == SLOT_ENDED;
	if (!any)
		return;
	r = keep_all(post, clock_wall_ms());
	if (r < 0) {
		locked(post, r);
		return;
	}
	for (size_t i = 0; i < ERRANDS; i++) {
		struct slot *slot = &post->rt.slots[i];

		if (slot->state != SLOT_ENDED)
			continue;
		judge_mail_server(post, slot);
		tell(slot);
		errand_finish(&slot->errand);
		slot->state = SLOT_FREE;
	}
	post->rt.look = true;
}

static bool runs(const struct post *post)
{
	for (size_t i = 0; i < ERRANDS; i++)
		if (post->rt.slots[i].state == SLOT_RUNS)
			return true;
	return false;
}

/* How long nothing needs to be done that no socket and no wake tells of. */
static int idle_ms(const struct post *post)
{
	const uint64_t now = now_ms();

	if (now < post->rt.locked_ms)
		return (int)(post->rt.locked_ms - now);
	if (post->rt.ending)
		return LOOK_MS;
	if (!post->rt.look)
		return IDLE_MS;
	return now < post->rt.looked_ms + LOOK_MS ? (int)(post->rt.looked_ms + LOOK_MS - now) : 0;
}

static void turn(struct post *post)
{
	const uint64_t now = now_ms();
	int left;

	if (now >= post->rt.locked_ms) {
		settle(post);
		if (!post->rt.ending && post->rt.look && now >= post->rt.looked_ms + LOOK_MS)
			look(post);
	}
	curl_multi_perform(post->multi, &left);
	hear(post);
	for (size_t i = 0; i < ERRANDS; i++)
		if (post->rt.slots[i].state == SLOT_ENDED && now >= post->rt.locked_ms)
			return; /* to be settled at once */
	curl_multi_poll(post->multi, NULL, 0, idle_ms(post), NULL);
	post->rt.look = true;
}

static void *post_main(void *arg)
{
	struct post *post = arg;
	uint64_t end_ms = 0;

	post->rt.look = true;
	while (end_ms == 0 || (runs(post) && now_ms() < end_ms)) {
		if (end_ms == 0 && mailbox_pop(post->orders)) {
			end_ms = now_ms() + DRAIN_MS;
			post->rt.ending = true;
		}
		turn(post);
	}
	settle(post);
	return NULL;
}

static void discard(void *message)
{
	(void)message; /* it is the post itself */
}

int post_check(const struct lectern_config *config, char *why)
{
	struct mail_server server;

	return mail_server_init(&server, config, why);
}

int post_create(const struct post_params *params, struct post **ret_post, char *why)
{
	struct post *post = calloc(1, sizeof(*post));
	int r;

	if (!post)
		return -ENOMEM;
	post->vault = params->vault;
	post->allow_private = params->config->webhooks.allow_private;
	r = mail_server_init(&post->mail, params->config, why);
	if (r == 0)
		r = mailbox_create(2, &post->orders);
	if (r == 0)
		r = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -ENOMEM;
	if (r == 0) {
		post->multi = curl_multi_init();
		r = post->multi ? store_open(params->database, STORE_WRITE, &post->rt.store, why)
				: -ENOMEM;
	}
	if (r == 0) {
		curl_multi_setopt(post->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
		r = -pthread_create(&post->thread, NULL, post_main, post);
		post->started = r == 0;
	}
	if (r < 0) {
		post_destroy(post);
		return r;
	}
	*ret_post = post;
	return 0;
}

void post_wake(void *arg)
{
	struct post *post = arg;

	curl_multi_wakeup(post->multi);
}

void post_destroy(struct post *post)
{
	if (!post)
		return;
	if (post->started) {
		if (mailbox_push(post->orders, post) < 0)
			assert(!"the post is ended once");
		curl_multi_wakeup(post->multi);
		pthread_join(post->thread, NULL);
	}
	for (size_t i = 0; i < ERRANDS; i++) {
		struct slot *slot = &post->rt.slots[i];

		if (slot->state == SLOT_RUNS)
			curl_multi_remove_handle(post->multi, slot->errand.easy);
		if (slot->state != SLOT_FREE)
			errand_finish(&slot->errand);
	}
	curl_multi_cleanup(post->multi);
	store_close(post->rt.store);
	mailbox_destroy(post->orders, discard);
	free(post);
}
