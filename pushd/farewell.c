/* The table of refusals: which error closes with which code. */
#include "pushd/farewell.h"

#include "pushd/dialect/dialect.h"

static const struct {
	enum err err;
	int code;
} codes[] = {
    {ERR_AUTH_FAILED, CLOSE_POLICY},
    {ERR_ACCESS_DENIED, CLOSE_POLICY},
    {ERR_SESSION_NOT_FOUND, CLOSE_POLICY},
    {ERR_RATE_LIMITED, CLOSE_RATE_LIMITED},
};

static int code_of(enum err err)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].err == err)
			return codes[i].code;
	return CLOSE_SERVER_ERROR;
}

void farewell(struct conn *conn, enum err err)
{
	const struct complaint complaint = {.err = err, .close_code = code_of(err)};

	if (conn->state < CONN_CLOSING)
		conn->fault = err;
	conn_tell(conn, conn->dialect->error(&complaint));
	conn_close(conn, complaint.close_code, err_code(err), END_CLEAN);
}
