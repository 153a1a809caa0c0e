#include "bus/curve.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum err curve_there(char problem[BUS_PROBLEM])
{
	if (zmq_has("curve"))
		return OK;
	snprintf(problem, BUS_PROBLEM,
		 "bus_endpoints: tcp:// needs a libzmq with CURVE, and this one was built without");
	return ERR_CONFIG;
}

enum err bus_key_make(char ret_public[BUS_KEY_TEXT], char ret_secret[BUS_KEY_TEXT])
{
	return zmq_curve_keypair(ret_public, ret_secret) == 0 ? OK : ERR_CONFIG;
}

enum err bus_key_public(const char *secret_key, char ret_public[BUS_KEY_TEXT])
{
	/* of a text that is too short it reads what lies behind it */
	if (strlen(secret_key) != BUS_KEY_TEXT - 1)
		return ERR_CONFIG;
	return zmq_curve_public(ret_public, secret_key) == 0 ? OK : ERR_CONFIG;
}

static bool set_key(void *socket, int option, const char *key)
{
	return strlen(key) == BUS_KEY_TEXT - 1 && zmq_setsockopt(socket, option, key, BUS_KEY_TEXT) == 0;
}

enum err curve_connects(void *socket, const char *secret_key, const char *server_key)
{
	char public_key[BUS_KEY_TEXT];
	enum err err = bus_key_public(secret_key, public_key);

	if (err != OK)
		return err;
	return set_key(socket, ZMQ_CURVE_SERVERKEY, server_key) &&
		       set_key(socket, ZMQ_CURVE_PUBLICKEY, public_key) &&
		       set_key(socket, ZMQ_CURVE_SECRETKEY, secret_key)
		   ? OK
		   : ERR_CONFIG;
}

enum err curve_binds(void *socket, const char *secret_key)
{
	int yes = 1;

	return zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes)) == 0 &&
		       set_key(socket, ZMQ_CURVE_SECRETKEY, secret_key)
		   ? OK
		   : ERR_CONFIG;
}
