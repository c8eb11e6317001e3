/* SPDX-License-Identifier: MIT */
#define FUZZ_CODEC LECTERN_CODEC_VP9

#include "tests/fuzz/recorder/record.h"
