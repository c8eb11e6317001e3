/* SPDX-License-Identifier: MIT */
#include "room/chat.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void chat_finish(struct chat *chat)
{
	for (size_t i = 0; i < CHAT_LINES; i++)
		free(chat->lines[i].text);
	memset(chat, 0, sizeof(*chat));
}

static bool take_token(struct member *member, uint64_t now_us)
{
	uint64_t refills = (now_us - member->chat_filled_us) / CHAT_REFILL_US;

	if (refills >= CHAT_BURST - member->chat_tokens) {
		member->chat_tokens = CHAT_BURST;
		member->chat_filled_us = now_us;
	} else {
		member->chat_tokens += (unsigned)refills;
		member->chat_filled_us += refills * CHAT_REFILL_US;
	}
	if (member->chat_tokens == 0)
		return false;
	member->chat_tokens--;
	return true;
}

/* Controls are of no use in a line and can trick the eye of one who reads the log. */
static char *clean_copy(const char *text)
{
	const char *space = " \t\r\n";
	size_t skip = strspn(text, space), len, out = 0;
	char *copy;

	text += skip;
	len = strlen(text);
	while (len && strchr(space, text[len - 1]))
		len--;
	copy = malloc(len + 1);
	if (!copy)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
			copy[out++] = text[i];
	}
	copy[out] = '\0';
	return copy;
}

int chat_write(struct chat *chat, struct member *member, const char *text, uint64_t now_us,
	int64_t wall_ms)
{
	struct chat_line *line;
	char *copy = clean_copy(text);

	if (!copy)
		return -ENOMEM;
	if (!*copy || strlen(copy) > CHAT_MAX_TEXT) {
		free(copy);
		return -EINVAL;
	}
	if (!take_token(member, now_us)) {
		free(copy);
		return -EAGAIN;
	}
	line = &chat->lines[++chat->last % CHAT_LINES];
	free(line->text);
	line->line = chat->last;
	snprintf(line->member, sizeof(line->member), "%s", member->id);
	snprintf(line->name, sizeof(line->name), "%s", member->name);
	line->at_ms = wall_ms;
	line->text = copy;
	return 0;
}

size_t chat_count(const struct chat *chat)
{
	return chat->last < CHAT_LINES ? (size_t)chat->last : CHAT_LINES;
}

const struct chat_line *chat_at(const struct chat *chat, size_t index)
{
	size_t count = chat_count(chat);

	assert(index < count);
	return &chat->lines[(chat->last - count + 1 + index) % CHAT_LINES];
}
