/* SPDX-License-Identifier: MIT */
#include "engine/loan.h"

#include <errno.h>
#include <stdlib.h>

static struct loan *of_sink(struct sink *sink)
{
	return list_of(sink, struct loan, sink);
}

static void send_report(struct loan *loan, const struct source_report *report)
{
	struct parcel parcel = loan->parcel;

	parcel.type = PARCEL_REPORT;
	parcel.layer = (uint8_t)report->layer;
	parcel.restarts = loan->sink.source->layers[report->layer].restarts;
	parcel.u.report = *report;
	link_send(loan->link, &parcel);
}

/* Without its reports a stream's packets have no time of capture. */
static void on_attached(struct sink *sink, uint64_t now_us)
{
	const struct source *source = sink->source;

	(void)now_us;
	for (unsigned i = 0; i < source->layer_count; i++) {
		if (source->layers[i].has_report)
			send_report(of_sink(sink), &source->layers[i].report);
	}
}

static void on_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	const struct source_layer *layer = &sink->source->layers[pkt->rtp.layer];
	struct loan *loan = of_sink(sink);

	(void)now_us;
	loan->parcel.layer = pkt->rtp.layer;
	loan->parcel.restarts = layer->restarts;
	loan->parcel.newest = layer->newest;
	loan->parcel.u.packet.pkt = pkt;
	parcel_layer_init(&loan->parcel.u.packet.layer, layer);
	link_lend(loan->link, &loan->parcel, loan->pool);
}

static void on_report(struct sink *sink, const struct source_report *report, uint64_t now_us)
{
	(void)now_us;
	send_report(of_sink(sink), report);
}

static void on_detached(struct sink *sink, uint64_t now_us)
{
	(void)sink;
	(void)now_us;
}

static const struct sink_ops sink_ops = {
	.attached = on_attached,
	.packet = on_packet,
	.report = on_report,
	.detached = on_detached,
};

int loan_create(struct router *router, struct bridge *bridge, unsigned to,
	const struct parcel *parcel, uint64_t now_us, struct loan **ret_loan)
{
	struct loan *loan = calloc(1, sizeof(*loan));

	if (!loan)
		return -ENOMEM;
	sink_init(&loan->sink, &sink_ops);
	list_init(&loan->of_share);
	loan->link = bridge->out[to];
	loan->pool = bridge->pool;
	loan->parcel = *parcel;
	loan->parcel.type = PARCEL_PACKET;
	router_want(router, &loan->sink, parcel->peer, parcel->kind, now_us);
	*ret_loan = loan;
	return 0;
}

void loan_destroy(struct loan *loan)
{
	if (!loan)
		return;
	router_forget(&loan->sink);
	list_remove(&loan->of_share);
	free(loan);
}
