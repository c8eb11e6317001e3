/* SPDX-License-Identifier: MIT */
/* A number that is taken has one spelling, which is taken too; a name that is taken stays as it is. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "academy/certificate.h"
#include "academy/material.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char number[CERTIFICATE_NUMBER], again[CERTIFICATE_NUMBER];
	char name[MATERIAL_NAME], same[MATERIAL_NAME], *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (certificate_number_parse(text, number) == 0) {
		assert(certificate_number_parse(number, again) == 0);
		assert(strcmp(number, again) == 0);
	}
	if (material_clean_name(text, name) == 0) {
		assert(name[0] != '\0' && !strpbrk(name, "/\\\"\r\n"));
		assert(material_clean_name(name, same) == 0);
		assert(strcmp(name, same) == 0);
	}
	free(text);
	return 0;
}
