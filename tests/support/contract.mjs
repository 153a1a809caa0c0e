// What the site says of itself in openapi.json and asyncapi.json, held against what is sent, said and answered. Clients must
// expect fields that they don't know; here one that isn't described is a hole in the description.
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { call } from './rest.mjs';

const SITE = 'http://site';
export const OPENAPI = `${SITE}/api/v1/openapi.json`;

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
		const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, ...options });
		addFormats(ajv);
		for (const [url, document] of Object.entries(this.documents)) {
			ajv.addVocabulary(Object.keys(document).filter((key) => !ajv.getKeyword(key)));
			ajv.addSchema(map(document, change), url);
		}
		return ajv;
	}

	// What an absolute reference leads to; anything else is itself.
	resolve(part) {
		if (!part.$ref) return part;
		const [url, pointer] = part.$ref.split('#');
		return this.resolve(pointer.split('/').slice(1).reduce((at, key) => at[key.replaceAll('~1', '/')], this.documents[url]));
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
}

let contract;

// Read once, from the first stack that is asked.
export function contractOf(stack) {
	contract ??= call(stack, 'GET', '/openapi.json').then(({ body }) => new Contract({ [OPENAPI]: body }));
	return contract;
}
