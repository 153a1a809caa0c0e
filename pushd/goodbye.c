/* Codes by range; which of the lower ones may be sent, the WebSocket library knows, and has looked before us.
 */
#include "pushd/goodbye.h"

#include "base/utf8.h"

#define CODE_NORMAL   1000
#define CODE_AWAY     1001
#define CODE_PROTOCOL 1002
#define CODE_NOT_UTF8 1007
#define CODE_LEAST    1000
#define CODE_MOST     4999

static int fault_of(const unsigned char *payload, size_t len, int code)
{
	if (len == 1 || code < CODE_LEAST || code > CODE_MOST)
		return CODE_PROTOCOL;
	return len > 2 && !utf8_valid((const char *)payload + 2, len - 2) ? CODE_NOT_UTF8 : 0;
}

struct goodbye goodbye_read(const unsigned char *payload, size_t len)
{
	struct goodbye goodbye = {.code = len >= 2 ? payload[0] << 8 | payload[1] : CODE_NORMAL};

	goodbye.fault = fault_of(payload, len, goodbye.code);
	goodbye.clean = !goodbye.fault && (goodbye.code == CODE_NORMAL || goodbye.code == CODE_AWAY);
	return goodbye;
}
