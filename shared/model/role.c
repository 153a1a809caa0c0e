#include "model/role.h"

#include <stddef.h>
#include <string.h>

static const struct {
	enum role role;
	const char *name;
} rows[] = {
    {ROLE_ADMIN, "ADMIN"},
    {ROLE_TEACHER, "TEACHER"},
    {ROLE_STUDENT, "STUDENT"},
    {ROLE_SERVICE, "SERVICE"},
};

const char *role_name(enum role role)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].role == role)
			return rows[i].name;
	}
	return "";
}

bool role_parse(const char *name, enum role *ret)
{
	for (size_t i = 0; name && i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*ret = rows[i].role;
			return true;
		}
	}
	return false;
}
