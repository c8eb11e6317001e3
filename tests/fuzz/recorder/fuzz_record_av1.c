/* SPDX-License-Identifier: MIT */
#define FUZZ_CODEC LECTERN_CODEC_AV1

#include "tests/fuzz/recorder/record.h"
