// What the site says of itself in openapi.json and asyncapi.json, held against what is sent, said and answered. Clients must
// expect fields that they don't know; here one that isn't described is a hole in the description.
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { call } from './rest.mjs';

const SITE = 'http://site';
export const OPENAPI = `${SITE}/api/v1/openapi.json`;
export const ASYNCAPI = `${SITE}/docs/asyncapi.json`;

const SOCKETIO = ['classroom', 'exam', 'monitor']; // one connection speaks all three

const isObject = (value) => typeof value === 'object' && value !== null;

// The same document, `change` having been at each object in it, the outer ones first.
function map(value, change) {
	if (Array.isArray(value)) return value.map((item) => map(item, change));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(change(value)).map(([key, item]) => [key, map(item, change)]));
}

// Two schemas of the same object as one.
function joined(one, other) {
	const properties = { ...one.properties };
	for (const [name, schema] of Object.entries(other.properties ?? {})) properties[name] = { ...properties[name], ...schema };
	return { ...one, ...other, properties, required: [...one.required ?? [], ...other.required ?? []] };
}

const mediaType = (headers) => headers.get('content-type')?.split(';')[0];

export class Contract {
	// `documents`: { url: document }
	constructor(documents) {
		this.found = new Map();
		this.documents = {};
		for (const [url, document] of Object.entries(documents)) {
			this.documents[url] = map(document, (part) => (part.$ref ? { ...part, $ref: new URL(part.$ref, url).href } : part));
		}
		this.open = this.compiler((schema) => schema);
		this.closed = this.compiler((schema) => {
			const whole = schema.allOf ? this.flat(schema) : schema;
			return whole.properties ? { additionalProperties: false, ...whole } : whole;
		});
		this.texts = this.compiler((schema) => schema, { coerceTypes: true });
		this.operations = Object.entries(documents[OPENAPI].paths).flatMap(([path, item]) => Object.keys(item).map((method) => ({
			method: method.toUpperCase(), pointer: `#/paths/${path.replaceAll('/', '~1')}/${method}`, ...item[method],
			pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[\\w-]+')}$`) })));
	}

	compiler(change, options) {
		const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false, ...options });
		addFormats(ajv);
		// a document's own words are no mistakes in a schema
		ajv.addVocabulary([...new Set(Object.values(this.documents).flatMap(Object.keys))]);
		for (const [url, document] of Object.entries(this.documents)) ajv.addSchema(map(document, change), url);
		ajv.getSchema(`${OPENAPI}#/components/schemas/Problem`); // the first one takes the longest
		return ajv;
	}

	// What an absolute reference leads to.
	find(reference) {
		const [url, pointer] = reference.split('#');
		return pointer.split('/').slice(1).reduce((at, key) => at[key.replaceAll('~1', '/')], this.documents[url]);
	}

	// The same, until it is no reference itself.
	resolve(part) {
		return part.$ref ? this.resolve(this.find(part.$ref)) : part;
	}

	// A schema and what it is made of by `allOf`, as one.
	flat(schema) {
		const { allOf = [], ...rest } = this.resolve(schema);
		return allOf.map((part) => this.flat(part)).reduce(joined, rest);
	}

	// What is wrong with the value, a line each.
	mistakes(ajv, schema, value, at) {
		const validate = ajv.getSchema(schema);
		if (validate(value)) return [];
		return validate.errors.map(({ instancePath, message, params }) => (
			`${at}${instancePath} ${message}: ${JSON.stringify(params)}, says ${schema.slice(SITE.length)}`));
	}

	// --- REST ---

	// `request`: { method, path, body }, the path below the API's.
	rest({ method, path, body }, answer) {
		const [where, query] = path.split('?');
		// a literal path comes before one with a {…} in its place
		const operation = this.operations.find((one) => one.method === method && one.pattern.test(where));
		if (!operation) return answer.status < 400 && method !== 'OPTIONS' ? [`nothing describes ${method} ${where}`] : [];
		const accepted = answer.status < 300;
		return [...this.answered(operation, answer), ...(accepted ? this.asked(operation, query, body) : [])];
	}

	answered(operation, answer) {
		const key = [answer.status, `${String(answer.status)[0]}XX`].find((one) => one in operation.responses);
		if (!key) return [`no answer ${answer.status} is described for ${operation.operationId}`];
		const told = operation.responses[key];
		const response = told.$ref ? `${OPENAPI}${told.$ref}` : `${OPENAPI}${operation.pointer}/responses/${key}`;
		const { content } = this.resolve({ $ref: response });
		if (!content) return answer.text ? [`${operation.operationId} ${answer.status} has a body`] : [];
		const type = mediaType(answer.headers);
		if (!content[type]) return [`${operation.operationId} ${answer.status} is ${type}, not ${Object.keys(content)}`];
		return this.mistakes(this.closed, `${response}/content/${type.replace('/', '~1')}/schema`, answer.body ?? answer.text, 'body');
	}

	// What the server took must be what it says that it takes.
	asked(operation, query, body) {
		const problems = [...new URLSearchParams(query)].flatMap(([name, text]) => {
			const i = operation.parameters.findIndex((one) => one.in === 'query' && one.name === name);
			if (i < 0) return [`no parameter ${name} is described for ${operation.operationId}`];
			return this.mistakes(this.texts, `${OPENAPI}${operation.pointer}/parameters/${i}/schema`, text, `?${name}`);
		});
		if (body === undefined || !operation.requestBody) return problems;
		return [...problems, ...this.mistakes(this.open, `${OPENAPI}${operation.pointer}/requestBody/content/application~1json/schema`, body, 'request')];
	}

	// --- sockets ---

	// What a socket (of socket.mjs or socketio.mjs) heard, and what it said and the server took.
	socket(socket) {
		const channels = socket.path ? this.channelsAt(socket.path) : SOCKETIO;
		if (channels.length === 0) return [];
		const heard = [...socket.heard, ...(socket.refused?.message ? [{ type: 'connect_error', data: socket.refused }] : [])];
		return [...heard.flatMap((message) => this.heard(channels, message, socket)), ...this.said(channels, socket)];
	}

	channelsAt(path) {
		return Object.entries(this.documents[ASYNCAPI].channels).filter(([, { address, 'x-also-at': also }]) => (
			[address, also].some((pattern) => pattern && new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)))).map(([name]) => name);
	}

	// The schemas of a message of that name, said by clients or heard by them.
	payloads(channels, name, side) {
		const key = `${channels} ${name} ${side}`;
		if (!this.found.has(key)) this.found.set(key, this.look(channels, name, side));
		return this.found.get(key);
	}

	look(channels, name, side) {
		return channels.flatMap((channel) => Object.entries(this.documents[ASYNCAPI].channels[channel].messages))
			.filter(([key, { $ref }]) => key.startsWith('say.') === (side === 'said') && this.resolve({ $ref }).name === name)
			.map(([, { $ref }]) => `${$ref}/payload`);
	}

	// It must be as one of them says.
	one(ajv, schemas, value, at) {
		if (schemas.length === 0) return [`${at}: nothing describes it: ${JSON.stringify(value)}`];
		const mistakes = schemas.map((schema) => this.mistakes(ajv, schema, value, at));
		return mistakes.find(({ length }) => length === 0) ?? mistakes[0];
	}

	heard(channels, message, { said }) {
		const flat = channels !== SOCKETIO;
		const type = message.type ?? (message.error === undefined ? 'notification' : 'error'); // an inbox's have none
		const problems = this.one(this.closed, this.payloads(channels, type, 'heard'), flat ? message : message.data, `heard ${type}`);
		const asked = type === 'ack' && said.find((one) => one?.ref === message.ref);
		if (!asked) return problems;
		const [schema] = this.payloads(channels, asked.type, 'said').map((payload) => payload.replace(/payload$/, 'x-ack'));
		const nothing = !this.resolve({ $ref: schema.replace(/\/x-ack$/, '') })['x-ack'];
		if (nothing) return Object.keys(message.data).length > 0 ? [`${asked.type} is acknowledged with ${JSON.stringify(message.data)}`] : problems;
		return [...problems, ...this.mistakes(this.closed, schema, message.data, `ack of ${asked.type}`)];
	}

	// What isn't as described must have been refused, or have ended the connection.
	said(channels, { said, heard, ended }) {
		const problems = [];
		let wrong = 0;
		for (const message of said) {
			const flat = channels !== SOCKETIO;
			const [type, value] = flat ? [message?.type, message] : message.event;
			const mistakes = this.one(this.open, this.payloads(channels, type, 'said'), value ?? {}, `said ${type}`);
			const reply = flat ? undefined : message.answer; // of Socket.IO; a flat message's `answer` is what a student says
			const answered = reply && this.replies(type);
			if (answered) problems.push(...this.one(this.closed, answered, reply, `${type} is acknowledged`));
			if (mistakes.length === 0) continue;
			if (typeof message?.ref === 'string' || reply) {
				const refused = reply ? reply.code : heard.some((one) => one.type === 'error' && one.ref === message.ref);
				if (!refused && !ended) problems.push(`taken though it isn't as described: ${mistakes.join('; ')}`);
			} else wrong++;
		}
		const errors = heard.filter(({ type, error, ref }) => !ref && (['error', 'examError'].includes(type) || error)).length;
		if (wrong > errors && !ended) problems.push(`${wrong} messages weren't as described, and ${errors} were refused`);
		return problems;
	}

	// What a Socket.IO event's callback may be given.
	replies(name) {
		const operation = Object.values(this.documents[ASYNCAPI].operations).find(({ action, title, channel }) => (
			action === 'receive' && title === name && SOCKETIO.some((one) => channel.$ref.endsWith(`/${one}`))));
		return operation?.reply.messages.map(({ $ref }) => `${this.find($ref).$ref}/payload`);
	}
}

let contract;

// Read once, from the first stack that is asked.
export function contractOf(stack) {
	contract ??= Promise.all([call(stack, 'GET', '/openapi.json'), call(stack, 'GET', '/docs/asyncapi.json', { prefix: '' })])
		.then(([rest, sockets]) => new Contract({ [OPENAPI]: rest.body, [ASYNCAPI]: sockets.body }));
	return contract;
}
