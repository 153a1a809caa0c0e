// FastCGI as no web server speaks it. Whoever gets it closes the connection or answers; it never waits for ever.
const [BEGIN, ABORT, PARAMS, STDIN] = [1, 2, 4, 5];

export function record(type, content = '', { id = 1, version = 1, length, padding = 0 } = {}) {
	const body = Buffer.from(content, 'latin1');
	const head = Buffer.from([version, type, id >> 8, id & 255, 0, 0, padding, 0]);
	head.writeUInt16BE(length ?? body.length, 4);
	return Buffer.concat([head, body, Buffer.alloc(padding)]);
}

const begin = (options) => record(BEGIN, `\0\x01${options?.keep ? '\x01' : '\0'}\0\0\0\0\0`, options);
const length = (n) => (n < 128 ? String.fromCharCode(n) : String.fromCharCode(n >>> 24 & 127 | 128, n >>> 16 & 255, n >>> 8 & 255, n & 255));
const param = (name, value) => `${length(name.length)}${length(value.length)}${name}${value}`;
const split = (type, text) => text.match(/[^]{1,65535}/g).map((part) => record(type, part));
const usual = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '', REQUEST_URI: '/api/v1/openapi.json', PATH_INFO: '/api/v1/openapi.json',
	QUERY_STRING: '', CONTENT_LENGTH: '0', SERVER_PROTOCOL: 'HTTP/1.1', REMOTE_ADDR: '127.0.0.1' };
const params = (more = {}) => Object.entries({ ...usual, ...more }).map(([name, value]) => param(name, value)).join('');
const whole = (more = {}, body = '') => [begin(), ...split(PARAMS, params(more)), record(PARAMS), ...(body ? split(STDIN, body) : []), record(STDIN)];
const POST = { REQUEST_METHOD: 'POST', REQUEST_URI: '/api/v1/auth/login', PATH_INFO: '/api/v1/auth/login', CONTENT_TYPE: 'application/json' };

// `answered`: with which status; else the connection just ends. `slow`: it waits for more, until its patience is over.
export const records = [
	{ what: 'as it should be', bytes: whole(), answered: 200 },
	{ what: 'nothing', bytes: [], slow: true },
	{ what: 'version 2', bytes: [begin({ version: 2 })] },
	{ what: 'not FastCGI at all', bytes: [Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')] },
	{ what: 'parameters of no request', bytes: [record(PARAMS, params()), record(PARAMS)] },
	{ what: 'a type that nobody has', bytes: [record(77, 'x'), ...whole()] },
	{ what: 'half a head', bytes: [begin().subarray(0, 4)], slow: true },
	{ what: 'a beginning and nothing else', bytes: [begin()], slow: true },
	{ what: 'half of the parameters', bytes: [begin(), record(PARAMS, params(), { length: 60000 })], slow: true },
	{ what: 'a name of 2 GiB', bytes: [begin(), record(PARAMS, '\xff\xff\xff\xff\x01x'), record(PARAMS)] },
	{ what: 'a value of 2 GiB', bytes: [begin(), record(PARAMS, '\x01\xff\xff\xff\xffx'), record(PARAMS)] },
	{ what: 'lengths that overflow together', bytes: [begin(), record(PARAMS, '\xff\xff\xff\xff\xff\xff\xff\xffx'), record(PARAMS)] },
	{ what: 'a name that is cut off', bytes: [begin(), record(PARAMS, '\x20\x01abc'), record(PARAMS)] },
	{ what: 'ten thousand parameters', bytes: whole(Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`HTTP_X${i}`, 'y']))), answered: 200 },
	{ what: 'a parameter of 4 MiB', bytes: whole({ HTTP_X: 'y'.repeat(4 << 20) }), answered: 200 },
	{ what: 'parameters of another request', bytes: [begin(), record(PARAMS, params({ REQUEST_URI: '/x' }), { id: 7 }), record(PARAMS, params()), record(PARAMS), record(STDIN)], answered: 200 },
	{ what: 'a second request inside', bytes: [begin(), begin({ id: 2 }), record(PARAMS, params()), record(PARAMS), record(STDIN)], answered: 200 },
	{ what: 'an abort', bytes: [begin(), record(ABORT)], slow: true },
	{ what: 'no method', bytes: whole({ REQUEST_METHOD: '' }), answered: 405 },
	{ what: 'a length that is none', bytes: whole({ ...POST, CONTENT_LENGTH: '-5' }, '{}'), answered: 400 },
	{ what: 'a length beyond 2^64', bytes: whole({ ...POST, CONTENT_LENGTH: '99999999999999999999' }, '{}'), answered: 413 },
	{ what: 'a body that is shorter than told', bytes: whole({ ...POST, CONTENT_LENGTH: '10' }, '{}'), answered: 400 },
	{ what: 'a body that is longer than told', bytes: whole({ ...POST, CONTENT_LENGTH: '2' }, '{}{}{}'), answered: 422 },
	{ what: 'half of a body', bytes: [begin(), record(PARAMS, params({ ...POST, CONTENT_LENGTH: '100' })), record(PARAMS), record(STDIN, '{')], slow: true },
	{ what: 'padding of 255 bytes', bytes: [begin(), record(PARAMS, params(), { padding: 255 }), record(PARAMS), record(STDIN)], answered: 200 },
	{ what: 'a NUL in a parameter', bytes: whole({ REQUEST_URI: '/api/v1/open\0api.json', PATH_INFO: '/api/v1/open\0api.json' }), answered: 401 },
];
