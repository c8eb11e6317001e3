/* SPDX-License-Identifier: MIT */
/* The first eight bytes are the size of a file, the rest a Range: never a byte outside the file. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t file, start = -1, length = -1;
	char *header;
	int r;

	if (size < sizeof(file))
		return 0;
	memcpy(&file, data, sizeof(file));
	file &= INT64_MAX;
	header = malloc(size - sizeof(file) + 1);
	assert(header);
	memcpy(header, data + sizeof(file), size - sizeof(file));
	header[size - sizeof(file)] = '\0';
	r = range_parse(header, file, &start, &length);
	assert(r == 0 || r == 1 || r == -ERANGE);
	if (r == 1)
		assert(start >= 0 && length >= 1 && start < file && length <= file - start);
	else
		assert(start == -1 && length == -1);
	free(header);
	return 0;
}
