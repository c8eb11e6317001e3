/* SPDX-License-Identifier: MIT */
/*
 * A camera's pictures as browsers make them, in each codec: which frames a picture has and what each
 * refers to, and what of that the payload and the dependency descriptor tell. Temporal layers come as
 * 0 2 1 2; the frames of a spatial layer refer to the one below in every picture, or in keyframes only.
 */
#ifndef TESTS_SIM_PAYLOAD_H
#define TESTS_SIM_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/engine.h"

enum {
	SIM_REFS = 2,
	SIM_NO_REF = UINT32_MAX,
	SIM_SPATIAL = 3,
	SIM_TEMPORAL = 3,
	SIM_DD = 80, /* bytes of a descriptor, at most */
};

/* How a camera is sent. */
struct sim_camera {
	const char *name;
	enum lectern_codec codec;
	unsigned streams; /* of simulcast */
	unsigned spatial; /* layers in each */
	bool full;	  /* each picture's spatial layers refer to the one below */
	bool temporal;	  /* three temporal layers, or one */
};

/* The last bytes of each payload. */
struct sim_mark {
	uint32_t peer;
	uint32_t frame;		 /* of its stream */
	uint32_t refs[SIM_REFS]; /* frames of its stream */
	uint32_t picture;	 /* of its stream */
	uint64_t capture_us;
	uint8_t kind, layer;
	uint8_t index, count; /* of the packets of the frame */
	uint8_t key;
	uint8_t spatial, temporal;
	uint8_t last; /* frame of its picture */
};

/* What the next frames refer to. */
struct sim_past {
	uint32_t since_key;			    /* pictures */
	uint32_t newest[SIM_SPATIAL][SIM_TEMPORAL]; /* frames */
	uint16_t picture_id;			    /* of the picture */
	uint8_t tl0;
};

/* Begins a picture. */
void sim_picture(struct sim_past *past, const struct sim_camera *camera, bool key);
/* Fills temporal, spatial and refs of a frame of it; frame and key are given. */
void sim_refer(struct sim_past *past, const struct sim_camera *camera, unsigned spatial,
	struct sim_mark *mark);
/* Writes the codec's own bytes at the beginning of a packet of `size` bytes. */
void sim_write_head(const struct sim_camera *camera, const struct sim_past *past,
	const struct sim_mark *mark, uint8_t *payload, size_t size);
/* Returns its length; 0: the codec has none. */
size_t sim_write_dd(
	const struct sim_camera *camera, const struct sim_mark *mark, uint8_t out[SIM_DD]);
/* Lines of a picture of that layer. */
uint16_t sim_height(const struct sim_camera *camera, unsigned layer, unsigned spatial);

#endif
