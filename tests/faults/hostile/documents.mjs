// JSON that isn't, or that wants too much: `rest` is the answer to it as the body of an answer to {question}, `socket` what comes of it
// as a message. A text of the answer stands where {answer} is.
const deep = (n) => `${'['.repeat(n)}${']'.repeat(n)}`;
const deepObject = (n) => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`;
const raw = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

export const documents = [
	{ what: 'nothing', content: '', rest: 400 },
	{ what: 'an array', content: '[]', rest: 400 },
	{ what: 'a text', content: '"x"', rest: 400 },
	{ what: 'NaN', content: '{"question_id":NaN}', rest: 400 },
	{ what: 'a document and more', content: '{} {}', rest: 400 },
	{ what: 'half a document', content: '{"question_id":"', rest: 400 },
	{ what: 'arrays in arrays, 2,000 deep', content: `{"a":${deep(2000)}}`, rest: 400 },
	{ what: 'arrays in arrays, 30,000 deep', content: `{"a":${deep(30000)}}`, rest: 400 },
	{ what: 'arrays that never end', content: `{"a":${'['.repeat(60000)}`, rest: 400 },
	{ what: 'objects in objects, 8,000 deep', content: deepObject(8000), rest: 400 },
	{ what: 'ten thousand keys', content: `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":0`).join()}}`, rest: 422 },
	{ what: 'a NUL', content: raw('{"question_id":"a', [0], 'b"}'), rest: 400 },
	{ what: 'a NUL behind', content: raw('{}', [0]), rest: 400 },
	{ what: 'a written NUL', content: '{"question_id":"{question}","answer":"a\\u0000b"}', rest: 400 },
	{ what: 'an overlong slash', content: raw('{"question_id":"', [0xc0, 0xaf], '"}'), rest: 400, socket: 1007 },
	{ what: 'a letter of five bytes', content: raw('{"a":"', [0xf8, 0x88, 0x80, 0x80, 0x80], '"}'), rest: 400, socket: 1007 },
	{ what: 'half of a pair', content: '{"question_id":"{question}","answer":"\\ud800"}', rest: 400 },
	{ what: 'the wrong half of a pair', content: '{"question_id":"{question}","answer":"\\udc00\\ud800"}', rest: 400 },
	{ what: 'two keys of a name', content: '{"question_id":"{question}","answer":"A","answer":"B"}', rest: 400 },
	{ what: 'two keys of a name, one in disguise', content: '{"question_id":"{question}","answer":"A","\\u0061nswer":"B"}', rest: 400 },
	{ what: '2^53 + 1', content: '{"question_id":"{question}","answer":"A","time_spent_seconds":9007199254740993}', rest: 422 },
	{ what: '2^64', content: '{"question_id":"{question}","answer":"A","time_spent_seconds":18446744073709551616}', rest: 422 },
	{ what: 'a number of a thousand digits', content: `{"question_id":"{question}","answer":"A","time_spent_seconds":${'9'.repeat(1000)}}`, rest: 400 },
	{ what: '1e999', content: '{"question_id":"{question}","answer":"A","time_spent_seconds":1e999}', rest: 400 },
	{ what: '-1', content: '{"question_id":"{question}","answer":"A","time_spent_seconds":-1}', rest: 422 },
	{ what: '1.5', content: '{"question_id":"{question}","answer":"A","time_spent_seconds":1.5}', rest: 422 },
	{ what: 'a byte order mark', content: raw([0xef, 0xbb, 0xbf], '{}'), rest: 400 },
	{ what: 'UTF-16', content: Buffer.from('\ufeff{}', 'utf16le'), rest: 400, socket: 1007 },
	{ what: 'a key of 60,000 letters', content: `{"${'k'.repeat(60000)}":0}`, rest: 422 },
	{ what: 'a text of 60,000 letters', content: `{"question_id":"{question}","answer":"${'a'.repeat(60000)}"}`, rest: 422 },
];
