// Requests in which two readers may see different things: whoever gets one answers it once, with a refusal, and closes; what is hidden
// in one is never answered. `open`: it may go on with the connection, since there is no doubt where the request ends.
const POST = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const GET = 'GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n';
const HIDDEN = 'GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n';

export const smuggled = [
	{ what: 'a length and chunks', text: `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'chunks and a length', text: `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'two lengths', text: `${POST}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}${HIDDEN}` },
	{ what: 'a list of lengths', text: `${POST}Content-Length: 2, 40\r\n\r\n{}${HIDDEN}` },
	{ what: 'a length with a sign', text: `${POST}Content-Length: +2\r\n\r\n{}${HIDDEN}` },
	{ what: 'a hexadecimal length', text: `${POST}Content-Length: 0x2\r\n\r\n{}${HIDDEN}` },
	{ what: 'a length beyond 2^64', text: `${POST}Content-Length: 18446744073709551618\r\n\r\n{}${HIDDEN}` },
	{ what: 'a blank before the colon', text: `${POST}Content-Length : 2\r\n\r\n{}${HIDDEN}` },
	{ what: 'a coding that is almost chunked', text: `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a coding behind a tabulator', text: `${POST}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'two codings', text: `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a line that goes on', text: `${POST}X: a\r\n Content-Length: 2\r\n\r\n${HIDDEN}` },
	{ what: 'a bare line feed', text: `${POST}X: a\nContent-Length: 2\r\n\r\n{}${HIDDEN}` },
	{ what: 'a bare carriage return', text: `${POST}X: a\rContent-Length: 2\r\n\r\n{}${HIDDEN}` },
	{ what: 'a NUL in a header', text: `${POST}X: a\0b\r\nContent-Length: 2\r\n\r\n{}` },
	{ what: 'a chunk that is not one', text: `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a negative chunk', text: `${POST}Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a chunk beyond 2^64', text: `${POST}Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a chunk that is too short', text: `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${HIDDEN}` },
	{ what: 'a chunk with bare line feeds', text: `${POST}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n${HIDDEN}` },
	{ what: 'two hosts', text: `${GET}Host: elsewhere\r\n\r\n` },
	{ what: 'no host', text: 'GET /api/v1/health HTTP/1.1\r\n\r\n' },
	{ what: 'a version that nobody has', text: 'GET /api/v1/health HTTP/9.9\r\nHost: localhost\r\n\r\n' },
	{ what: 'no version', text: 'GET /api/v1/health\r\n\r\n' },
	{ what: 'a method of blanks', text: '    /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n' },
	{ what: 'a path that climbs', open: true, text: 'GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n' },
	{ what: 'a path that climbs in disguise', open: true, text: 'GET /docs/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n' },
	{ what: 'a path with a NUL', text: 'GET /api/v1/health%00.html HTTP/1.1\r\nHost: localhost\r\n\r\n' },
	{ what: 'a bomb of one header', text: `${GET}X: ${'a'.repeat(70000)}\r\n\r\n` },
	{ what: 'a bomb of many headers', text: `${GET}${'X: a\r\n'.repeat(20000)}\r\n` },
	{ what: 'a bomb of a path', text: `GET /${'a'.repeat(70000)} HTTP/1.1\r\nHost: localhost\r\n\r\n` },
];
