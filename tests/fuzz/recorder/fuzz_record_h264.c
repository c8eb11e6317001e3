/* SPDX-License-Identifier: MIT */
#define FUZZ_CODEC LECTERN_CODEC_H264

#include "tests/fuzz/recorder/record.h"
