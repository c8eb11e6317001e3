/* SPDX-License-Identifier: MIT */
/* Built instead of aead_ipsec_mb.c where that library does not exist. */
#include "srtp/aead.h"

void aead_start(void)
{
}

const struct aead *aead_ipsec_mb(void)
{
	return NULL;
}
