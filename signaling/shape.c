/* SPDX-License-Identifier: MIT */
#include "signaling/shape.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int refuse(char *error, const char *shape, const char *field, const char *what)
{
	snprintf(error, SHAPE_ERROR_TEXT, "%s: '%.40s' %s", shape, field, what);
	return -EBADMSG;
}

static const char *read_integer(const struct shape_field *field, const json_t *value, int64_t *out)
{
	if (!json_is_integer(value))
		return "is not an integer";
	*out = json_integer_value(value);
	return *out < field->min || *out > field->max ? "is out of range" : NULL;
}

static const char *read_string(int64_t max, const json_t *value, const char **out)
{
	if (!json_is_string(value))
		return "is not a string";
	*out = json_string_value(value);
	return (int64_t)json_string_length(value) > max ? "is too long" : NULL;
}

static const char *read_enum(const struct shape_field *field, const json_t *value, unsigned *out)
{
	if (!json_is_string(value))
		return "is not a string";
	for (unsigned i = 0; i < field->max; i++) {
		if (strcmp(json_string_value(value), field->values[i]) == 0) {
			*out = i;
			return NULL;
		}
	}
	return "has an unknown value";
}

static int read_items(const struct shape *shape, const struct shape_field *field,
	const json_t *value, char *out, char *error)
{
	size_t count = json_array_size(value);

	if (!json_is_array(value))
		return refuse(error, shape->name, field->name, "is not an array");
	if (count > (size_t)field->max)
		return refuse(error, shape->name, field->name, "has too many items");
	*(size_t *)(void *)(out + field->count_offset) = count;
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(value, i);
		char *at = out + field->offset + i * field->of->size;
		int result;

		if (!json_is_object(item))
			return refuse(error, shape->name, field->name, "holds no object");
		result = shape_read(field->of, item, at, error);
		if (result < 0)
			return result;
	}
	return 0;
}

static int read_field(const struct shape *shape, const struct shape_field *field,
	const json_t *value, char *out, char *error)
{
	void *at = out + field->offset;
	const char *wrong = NULL;

	switch (field->type) {
	case SHAPE_BOOLEAN:
		wrong = json_is_boolean(value) ? NULL : "is not a boolean";
		*(bool *)at = json_is_true(value);
		break;
	case SHAPE_INTEGER:
		wrong = read_integer(field, value, at);
		break;
	case SHAPE_STRING:
		wrong = read_string(field->max, value, at);
		break;
	case SHAPE_ENUM:
		wrong = read_enum(field, value, at);
		break;
	case SHAPE_OBJECT:
		if (json_is_object(value))
			return shape_read(field->of, value, at, error);
		wrong = "is not an object";
		break;
	case SHAPE_ITEMS:
		return read_items(shape, field, value, out, error);
	case SHAPE_ARRAY:
		assert(!"an array of this kind is only written");
	}
	return wrong ? refuse(error, shape->name, field->name, wrong) : 0;
}

static const struct shape_field *find_field(const struct shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

int shape_read(const struct shape *shape, const json_t *object, void *out, char *error)
{
	const char *key;
	json_t *value;

	memset(out, 0, shape->size);
	json_object_foreach((json_t *)object, key, value)
	{
		const struct shape_field *field = find_field(shape, key);
		int result = field ? read_field(shape, field, value, out, error)
				   : refuse(error, shape->name, key, "is unknown");

		if (result < 0)
			return result;
	}
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct shape_field *field = &shape->fields[i];

		if (!field->optional && !json_object_get(object, field->name))
			return refuse(error, shape->name, field->name, "is missing");
	}
	return 0;
}

static json_t *write_shape(const struct shape *shape, const void *in)
{
	json_t *object = json_object();

	if (object && shape_write(shape, in, object) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *write_array(const struct shape_field *field, const char *in)
{
	size_t count = *(const size_t *)(const void *)(in + field->count_offset);
	const void *items = *(const void *const *)(const void *)(in + field->offset);
	json_t *array = json_array();
	int result = array ? 0 : -1;

	for (size_t i = 0; i < count && result == 0; i++) {
		json_t *item = field->of ? write_shape(field->of,
						   (const char *)items + i * field->of->size)
					 : json_string(((const char *const *)items)[i]);

		result = json_array_append_new(array, item);
	}
	if (result < 0) {
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *write_field(const struct shape_field *field, const char *in)
{
	const void *at = in + field->offset;

	switch (field->type) {
	case SHAPE_BOOLEAN:
		return json_boolean(*(const bool *)at);
	case SHAPE_INTEGER:
		return json_integer(*(const int64_t *)at);
	case SHAPE_STRING:
		return json_string(*(const char *const *)at);
	case SHAPE_ENUM:
		assert(*(const unsigned *)at < field->max);
		return json_string(field->values[*(const unsigned *)at]);
	case SHAPE_OBJECT:
		return write_shape(field->of, at);
	case SHAPE_ARRAY:
		return write_array(field, in);
	case SHAPE_ITEMS:
		break;
	}
	assert(!"an array of this kind is only read");
	return NULL;
}

int shape_write(const struct shape *shape, const void *in, json_t *object)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct shape_field *field = &shape->fields[i];
		const void *at = (const char *)in + field->offset;

		if (field->optional && !*(const char *const *)at)
			continue;
		/* json_object_set_new() refuses the NULL of a failed write_field(). */
		if (json_object_set_new(object, field->name, write_field(field, in)) < 0)
			return -EINVAL;
	}
	return 0;
}
