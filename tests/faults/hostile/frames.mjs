// What RFC 6455 forbids, frame by frame, and what becomes of who does it: the close code, `lost` when the connection just ends, `open` when
// it is nothing bad.
import { UPGRADE, frame } from '../../support/raw.mjs';

const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const bytes = (...values) => Buffer.from(values);
const close = (code, reason = '') => frame(CLOSE, Buffer.concat([bytes(code >> 8, code & 255), Buffer.from(reason)]));
const hello = '{"type":"heartbeat"}';

const one = (what, fate, ...frames) => ({ what, fate, frames });
// said in a text that means nothing to Engine.IO, which would send its speaker away for that
const worded = (...row) => ({ ...one(...row), worded: true });

export const rows = [
	// Section 5.2
	...[1, 2, 4, 7].map((bits) => one(`reserved bits ${bits}`, 1002, frame(TEXT, hello, { bits }))),
	...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => one(`opcode ${opcode}`, 1002, frame(opcode, hello))),
	one('a text that is not masked', 1002, frame(TEXT, hello, { masked: false })),
	one('a long text that is not masked', 1002, frame(TEXT, 'x'.repeat(70000), { masked: false })),
	one('an empty text that is not masked', 1002, frame(TEXT, '', { masked: false })),
	one('a ping that is not masked', 1002, frame(PING, 'x', { masked: false })),
	one('a close that is not masked', 1002, frame(CLOSE, bytes(3, 232), { masked: false })),
	one('a second fragment that is not masked', 1002, frame(TEXT, hello.slice(0, 5), { fin: false }), frame(0, hello.slice(5), { masked: false })),
	one('a length of 2^63', 1002, frame(TEXT, 'x', { length: 1n << 63n })),
	one('a length of 2^62, and 70,000 bytes', 1009, frame(TEXT, 'x'.repeat(70000), { length: 1n << 62n })),
	// 5.4
	one('a continuation of nothing', 1002, frame(0, 'x')),
	one('a text inside a text', 1002, frame(TEXT, 'x', { fin: false }), frame(TEXT, hello)),
	one('a continuation behind the end', 1002, frame(TEXT, hello), frame(0, 'x')),
	worded('a ping between fragments', 'open', frame(TEXT, hello.slice(0, 5), { fin: false }), frame(PING, 'x'), frame(0, hello.slice(5))),
	worded('empty fragments', 'open', frame(TEXT, '', { fin: false }), frame(0, '', { fin: false }), frame(0, hello)),
	// 5.5
	one('a ping in fragments', 1002, frame(PING, 'x', { fin: false })),
	one('a close in fragments', 1002, frame(CLOSE, bytes(3, 232), { fin: false })),
	one('a ping of 126 bytes', 1002, frame(PING, 'x'.repeat(126))),
	one('a pong of 126 bytes', 1002, frame(PONG, 'x'.repeat(126))),
	one('a close of 126 bytes', 1002, close(1000, 'x'.repeat(124))),
	one('a ping that tells its length in two bytes', 1002, frame(PING, 'x', { wide: 2 })),
	one('a ping that tells its length in eight bytes', 1002, frame(PING, 'x', { wide: 8 })),
	one('a ping of 125 bytes', 'open', frame(PING, 'x'.repeat(125))),
	one('a pong that nobody asked for', 'open', frame(PONG, 'x')),
	// 5.5.1, 7.4
	one('a close of one byte', 1002, frame(CLOSE, bytes(3))),
	...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65535].map((code) => one(`a close with ${code}`, 1002, close(code))),
	...[1000, 1001, 1007, 1011, 3000, 4999].map((code) => one(`a close with ${code}`, code, close(code))),
	one('a close whose reason is not UTF-8', 1007, frame(CLOSE, bytes(3, 232, 0xff, 0xfe))),
	// 8.1
	one('a text that is not UTF-8', 1007, frame(TEXT, bytes(0x22, 0xff, 0x22))),
	one('an overlong NUL', 1007, frame(TEXT, bytes(0x22, 0xc0, 0x80, 0x22))),
	one('half of a surrogate pair', 1007, frame(TEXT, bytes(0x22, 0xed, 0xa0, 0x80, 0x22))),
	one('beyond U+10FFFF', 1007, frame(TEXT, bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22))),
	one('a letter that ends with the message', 1007, frame(TEXT, bytes(0x22, 0xc3))),
	one('bad UTF-8 across fragments', 1007, frame(TEXT, bytes(0x22, 0xc3), { fin: false }), frame(0, bytes(0x28, 0x22))),
	// the contract
	worded('a binary message', 1003, frame(BINARY, hello)),
	one('a message of 65,537 bytes', 1009, frame(TEXT, `"${'x'.repeat(65535)}"`)),
	one('a message of 65,537 bytes in fragments', 1009, frame(TEXT, 'x'.repeat(40000), { fin: false }), frame(0, 'x'.repeat(25537))),
];

const head = (line, ...fields) => (path) => `${line.replace('PATH', path)}\r\n${fields.join('')}\r\n`;
const without = (name) => UPGRADE.replace(new RegExp(`${name}: .*?\r\n`), '');
const HOST = 'Host: localhost\r\n';
const KEY = /Key: .*?\r\n/;

// Upgrades that aren't any, and pushd's answer; `web`: the web server's, where it is another: it forwards what it has understood itself.
export const handshakes = [
	{ what: 'as it should be', status: 101, head: head('GET PATH HTTP/1.1', HOST, UPGRADE) },
	{ what: 'subprotocols that nobody speaks', status: 101, head: head('GET PATH HTTP/1.1', HOST, UPGRADE, 'Sec-WebSocket-Protocol: chat, superchat\r\n') },
	{ what: 'an empty list of subprotocols', status: 101, head: head('GET PATH HTTP/1.1', HOST, UPGRADE, 'Sec-WebSocket-Protocol:\r\n') },
	{ what: 'no key', status: 400, head: head('GET PATH HTTP/1.1', HOST, without('Sec-WebSocket-Key')) },
	{ what: 'an empty key', status: 400, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace(KEY, 'Key: \r\n')) },
	{ what: 'a short key', status: 400, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace(KEY, 'Key: AAAA\r\n')) },
	{ what: 'a long key', status: 400, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace(KEY, `Key: ${'A'.repeat(126)}==\r\n`)) },
	{ what: 'a key that is not base64', status: 400, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace(KEY, 'Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n')) },
	{ what: 'two keys', status: 400, head: head('GET PATH HTTP/1.1', HOST, UPGRADE, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n') },
	{ what: 'no version', status: 426, head: head('GET PATH HTTP/1.1', HOST, without('Sec-WebSocket-Version')) },
	{ what: 'version 8', status: 426, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace('13', '8')) },
	{ what: 'version 1300', status: 426, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace('13', '1300')) },
	{ what: 'no Upgrade', status: 404, web: 404, head: head('GET PATH HTTP/1.1', HOST, without('Upgrade')) },
	{ what: 'Connection: keep-alive', status: 400, web: 101, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace('n: Upgrade', 'n: keep-alive')) },
	{ what: 'Upgrade: h2c', status: 400, web: 404, head: head('GET PATH HTTP/1.1', HOST, UPGRADE.replace('e: websocket', 'e: h2c')) },
	{ what: 'POST', status: 400, web: 411, head: head('POST PATH HTTP/1.1', HOST, UPGRADE) },
	{ what: 'HTTP/1.0', status: 400, web: 400, head: head('GET PATH HTTP/1.0', HOST, UPGRADE) },
	{ what: 'HTTP/2.0', status: 505, web: 505, head: head('GET PATH HTTP/2.0', HOST, UPGRADE) },
	{ what: 'no Host', status: 400, web: 400, head: head('GET PATH HTTP/1.1', UPGRADE) },
	{ what: 'two Hosts', status: 400, web: 101, head: head('GET PATH HTTP/1.1', HOST, HOST, UPGRADE) },
];
