/* SPDX-License-Identifier: MIT */
#define FUZZ_CODEC LECTERN_CODEC_OPUS

#include "tests/fuzz/recorder/record.h"
