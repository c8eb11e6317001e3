/* SPDX-License-Identifier: MIT */
#define FUZZ_CODEC LECTERN_CODEC_VP8

#include "tests/fuzz/recorder/record.h"
