/* SPDX-License-Identifier: MIT */
#include "ice/agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool length_within(const char *text, size_t least, size_t most)
{
	size_t len = strnlen(text, most + 1);

	return len >= least && len <= most;
}

static int credentials_set(struct ice_credentials *out, const char *local_ufrag,
	const char *local_pwd, const char *remote_ufrag)
{
	if (!length_within(local_ufrag, 4, LECTERN_MAX_UFRAG) ||
		!length_within(local_pwd, 22, LECTERN_MAX_PWD) ||
		!length_within(remote_ufrag, 4, LECTERN_MAX_UFRAG))
		return -EINVAL;
	/* RFC 8445 7.2.2: the peer puts the ufrag of the one it asks first. */
	snprintf(out->username, sizeof(out->username), "%s:%s", local_ufrag, remote_ufrag);
	snprintf(out->password, sizeof(out->password), "%s", local_pwd);
	return 0;
}

int ice_agent_init(struct ice_agent *agent, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us)
{
	*agent = (struct ice_agent){.selected = -1, .since_us = now_us};
	return credentials_set(&agent->now, local_ufrag, local_pwd, remote_ufrag);
}

int ice_agent_restart(struct ice_agent *agent, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us)
{
	struct ice_credentials fresh;
	int err = credentials_set(&fresh, local_ufrag, local_pwd, remote_ufrag);

	if (err)
		return err;
	agent->before = agent->now;
	agent->now = fresh;
	agent->since_us = now_us;
	agent->failed = false;
	return 0;
}

static int find_path(const struct ice_agent *agent, const struct addr *from)
{
	for (unsigned i = 0; i < agent->path_count; i++) {
		if (addr_equal(&agent->paths[i].addr, from))
			return (int)i;
	}
	return -1;
}

/* The place of the path that has been silent for longest and is not in use. */
static int stalest_path(const struct ice_agent *agent)
{
	int stalest = -1;

	for (int i = 0; i < (int)agent->path_count; i++) {
		if (i != agent->selected &&
			(stalest < 0 || agent->paths[i].heard_us < agent->paths[stalest].heard_us))
			stalest = i;
	}
	return stalest;
}

static int add_path(struct ice_agent *agent, const struct addr *from, struct ice_result *result)
{
	int at;

	if (agent->path_count < ICE_MAX_PATHS) {
		at = (int)agent->path_count++;
	} else {
		at = stalest_path(agent);
		result->path_removed = true;
		result->removed = agent->paths[at].addr;
	}
	result->path_added = true;
	agent->paths[at] = (struct ice_path){.addr = *from};
	return at;
}

static bool is_to_select(const struct ice_agent *agent, int at, uint64_t now_us)
{
	const struct ice_path *selected;

	if (agent->selected < 0)
		return true;
	selected = &agent->paths[agent->selected];
	return agent->paths[at].priority >= selected->priority ||
	       now_us >= selected->nominated_us + ICE_SETTLE_US;
}

static void take_check(struct ice_agent *agent, const struct stun_request *request,
	const struct addr *from, uint64_t now_us, struct ice_result *result)
{
	int at = find_path(agent, from);

	if (at < 0)
		at = add_path(agent, from, result);
	agent->paths[at].heard_us = now_us;
	agent->paths[at].priority = request->priority;
	agent->counters.checks++;
	if (!request->use_candidate)
		return;
	agent->paths[at].nominated_us = now_us;
	if (at != agent->selected && is_to_select(agent, at, now_us)) {
		agent->selected = at;
		result->selected_changed = true;
	}
}

static struct stun_request read_request(
	struct ice_agent *agent, struct stun_codec *codec, const uint8_t *data, size_t len)
{
	struct stun_request request =
		stun_request_read(codec, data, len, agent->now.username, agent->now.password);

	if (!agent->before.username[0])
		return request;
	if (request.outcome == STUN_OK)
		agent->before.username[0] = '\0'; /* the restart is through */
	else if (request.outcome == STUN_UNAUTHENTICATED)
		request = stun_request_read(
			codec, data, len, agent->before.username, agent->before.password);
	return request;
}

struct ice_result ice_agent_recv(struct ice_agent *agent, struct stun_codec *codec,
	const uint8_t *data, size_t len, const struct addr *from, uint64_t now_us, uint8_t *reply)
{
	struct ice_result result = {0};
	struct stun_request request;

	if (agent->failed) {
		agent->counters.failed++;
		return result;
	}
	request = read_request(agent, codec, data, len);
	switch (request.outcome) {
	case STUN_MALFORMED:
		agent->counters.malformed++;
		return result;
	case STUN_UNAUTHENTICATED:
		agent->counters.unauthenticated++;
		return result;
	case STUN_UNKNOWN:
		agent->counters.unknown++;
		break;
	case STUN_CONFLICT:
		agent->counters.conflicts++;
		break;
	case STUN_OK:
		result.authenticated = true;
		take_check(agent, &request, from, now_us, &result);
		break;
	}
	result.reply_len = stun_reply_write(codec, from, reply, STUN_MAX_REPLY);
	return result;
}

void ice_agent_heard(struct ice_agent *agent, const struct addr *from, uint64_t now_us)
{
	if (agent->selected >= 0 && addr_equal(&agent->paths[agent->selected].addr, from))
		agent->paths[agent->selected].heard_us = now_us;
}

/* The address that was nominated last, of those that have consent; -1: none. */
static int fallback(const struct ice_agent *agent, uint64_t now_us)
{
	uint64_t nominated_us = 0;
	int best = -1;

	for (int i = 0; i < (int)agent->path_count; i++) {
		const struct ice_path *path = &agent->paths[i];

		if (now_us < path->heard_us + ICE_CONSENT_US && path->nominated_us > nominated_us) {
			nominated_us = path->nominated_us;
			best = i;
		}
	}
	return best;
}

void ice_agent_forget(struct ice_agent *agent, const struct addr *addr, uint64_t now_us)
{
	int at = find_path(agent, addr), last = (int)agent->path_count - 1;

	if (at < 0)
		return;
	agent->paths[at] = agent->paths[last];
	agent->path_count--;
	if (agent->selected == at) {
		agent->selected = fallback(agent, now_us);
		agent->since_us = now_us;
	} else if (agent->selected == last) {
		agent->selected = at;
	}
}

bool ice_agent_expire(struct ice_agent *agent, uint64_t now_us)
{
	if (agent->selected >= 0 &&
		now_us >= agent->paths[agent->selected].heard_us + ICE_CONSENT_US)
		agent->selected = fallback(agent, now_us);
	if (agent->failed || agent->selected >= 0 || now_us < agent->since_us + ICE_CONSENT_US)
		return false;
	agent->failed = true;
	return true;
}

const struct addr *ice_agent_selected(const struct ice_agent *agent)
{
	return agent->selected < 0 ? NULL : &agent->paths[agent->selected].addr;
}

bool ice_agent_knows(const struct ice_agent *agent, const struct addr *from)
{
	return find_path(agent, from) >= 0;
}
