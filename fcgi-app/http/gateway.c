#define _GNU_SOURCE /* environ */
#include "fcgi-app/http/gateway.h"

#include <fcgiapp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct gateway {
	FCGX_Request request;
};

struct gateway *gateway_new(int listen_fd)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	if (gateway &&
	    (FCGX_Init() || FCGX_InitRequest(&gateway->request, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR))) {
		free(gateway);
		return NULL;
	}
	return gateway;
}

void gateway_free(struct gateway *gateway)
{
	if (!gateway)
		return;
	FCGX_Free(&gateway->request, 1);
	free(gateway);
}

static size_t fastcgi_read(void *stream, char *into, size_t len)
{
	const FCGX_Request *request = stream;
	const int got = len > INT_MAX ? 0 : FCGX_GetStr(into, (int)len, request->in);
	return got > 0 ? (size_t)got : 0;
}

static bool fastcgi_write(void *stream, const char *bytes, size_t len)
{
	const FCGX_Request *request = stream;
	return len <= INT_MAX && FCGX_PutStr(bytes, (int)len, request->out) == (int)len;
}

bool gateway_accept(struct gateway *gateway, struct exchange *ret)
{
	if (FCGX_Accept_r(&gateway->request) < 0)
		return false;
	*ret = (struct exchange){.variables = gateway->request.envp,
				 .read = fastcgi_read,
				 .write = fastcgi_write,
				 .stream = &gateway->request};
	return true;
}

void gateway_finish(struct gateway *gateway)
{
	FCGX_Finish_r(&gateway->request);
}

void gateway_stop(void)
{
	FCGX_ShutdownPending();
}

static size_t cgi_read(void *stream, char *into, size_t len)
{
	(void)stream;
	return fread(into, 1, len, stdin);
}

static bool cgi_write(void *stream, const char *bytes, size_t len)
{
	(void)stream;
	return fwrite(bytes, 1, len, stdout) == len && fflush(stdout) == 0;
}

void gateway_cgi(struct exchange *ret)
{
	*ret = (struct exchange){.variables = environ, .read = cgi_read, .write = cgi_write};
}
