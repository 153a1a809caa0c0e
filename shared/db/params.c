#include "db/params.h"

#include <inttypes.h>
#include <stdio.h>

const char *param_id(const struct id *id, char text[ID_TEXT])
{
	return id && !id_is_nil(id) ? id_format(id, text) : NULL;
}

const char *param_int(int64_t number, char text[PARAM_INT_TEXT])
{
	snprintf(text, PARAM_INT_TEXT, "%" PRId64, number);
	return text;
}

const char *param_bool(bool value)
{
	return value ? "t" : "f";
}
