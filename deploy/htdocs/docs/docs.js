// Lists what openapi.json describes.
import { block, element, entry, page, read, resolve, row } from "./common.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

function shape(part) {
	const [type, { schema } = {}] = Object.entries(resolve(part)?.content ?? {})[0] ?? [];
	if (!type) return "nothing";
	return type === "application/json" ? block(schema) : type;
}

const parameterText = (parameter) => {
	const limits = resolve(parameter.schema) ?? {};
	return `${parameter.name} (${parameter.in}) ${limits.enum?.join(" | ") ?? limits.format ?? limits.type ?? ""}`;
};

// The codes that an answer may have.
const codes = (answer) =>
	resolve(answer).content?.["application/problem+json"]?.schema.allOf?.[1].properties.code.enum ?? [];

function details(path, method, operation) {
	const open = operation.security?.length === 0;
	const who = open ? "public" : (operation["x-roles"] ?? []).join(", ");
	const list = element("dl");
	row(list, "Who", who);
	row(list, "Name", element("code", {}, operation.operationId));
	const parameters = (operation.parameters ?? []).map(parameterText);
	if (parameters.length) row(list, "Parameters", parameters.join(" · "));
	if (operation.requestBody) row(list, "Body", shape(operation.requestBody));
	const answers = Object.entries(operation.responses);
	for (const [status, answer] of answers.filter(([, one]) => codes(one).length === 0)) row(list, `Answer ${status}`, shape(answer));
	row(list, "Refusals", ...answers.filter(([, answer]) => codes(answer).length > 0).map(([status, answer]) =>
		element("div", {}, `${status} `, element("code", {}, codes(answer).join(" ")))));
	return entry(operation.operationId, `${method} ${path} ${operation.summary} ${who} ${operation.operationId}`, [
		element("span", { className: `method ${method}` }, method.toUpperCase()),
		element("code", {}, path),
		element("span", {}, operation.summary + (open ? " (public)" : ""))], list);
}

page(async () => {
	const root = await read("../api/v1/openapi.json");
	const byTag = new Map();
	for (const [path, item] of Object.entries(root.paths))
		for (const method of METHODS.filter((key) => item[key])) {
			const tag = item[method].tags[0];
			if (!byTag.has(tag)) byTag.set(tag, []);
			byTag.get(tag).push(details(path, method, item[method]));
		}
	return { root, sections: [...byTag].map(([tag, entries]) => [tag, "", entries]) };
});
