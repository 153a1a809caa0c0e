// Lists what openapi.json describes. Asks nobody but this site, and builds text nodes only.
const METHODS = ["get", "post", "put", "patch", "delete"];

const element = (name, properties = {}, ...children) => {
	const node = Object.assign(document.createElement(name), properties);
	node.append(...children);
	return node;
};

// "#/components/schemas/User" and the like.
const resolve = (root, schema) =>
	schema?.$ref ? schema.$ref.slice(2).split("/").reduce((at, key) => at?.[key], root) : schema;

const schemaName = (schema) => schema?.$ref?.split("/").pop();

// A value as a reader would sketch it: {"id": "uuid", "items": [ … ]}.
function sketch(root, schema, depth = 0) {
	const name = schemaName(schema);
	const whole = resolve(root, schema);
	if (!whole) return "any";
	if (depth > 2 && name) return name;
	if (whole.allOf) return Object.assign({}, ...whole.allOf.map((part) => sketch(root, part, depth)));
	const one = whole.oneOf ?? whole.anyOf;
	if (one) return one.map((part) => sketch(root, part, depth + 1)).find((part) => typeof part === "object") ?? sketch(root, one[0], depth + 1);
	if (whole.enum) return whole.enum.join(" | ");
	if (whole.const) return whole.const;
	if (whole.properties)
		return Object.fromEntries(Object.entries(whole.properties).map(([key, part]) => [key, sketch(root, part, depth + 1)]));
	if (whole.items) return [sketch(root, whole.items, depth + 1)];
	return whole.format ?? [whole.type ?? "any"].flat().join(" | ");
}

const content = (part) => Object.entries(part?.content ?? {})[0] ?? [];

function shape(root, part) {
	const [type, { schema } = {}] = content(part);
	if (!type) return "nothing";
	if (type !== "application/json") return type;
	return element("pre", {}, JSON.stringify(sketch(root, schema), null, 2));
}

const parameterText = (root, parameter) => {
	const limits = resolve(root, parameter.schema) ?? {};
	const what = limits.enum?.join(" | ") ?? limits.format ?? limits.type ?? "";
	return `${parameter.name} (${parameter.in}) ${what}`;
};

function row(list, name, ...what) {
	list.append(element("dt", {}, name), element("dd", {}, ...what));
}

function details(root, path, method, operation) {
	const open = operation.security?.length === 0;
	const who = open ? "public" : (operation["x-roles"] ?? []).join(", ");
	const list = element("dl");
	row(list, "Who", who);
	row(list, "Name", element("code", {}, operation.operationId));
	const parameters = (operation.parameters ?? []).map((parameter) => parameterText(root, parameter));
	if (parameters.length) row(list, "Parameters", parameters.join(" · "));
	if (operation.requestBody) row(list, "Body", shape(root, operation.requestBody));
	const [status, answer] = Object.entries(operation.responses).find(([key]) => key.startsWith("2"));
	row(list, `Answer ${status}`, shape(root, answer));
	const node = element("details", { id: operation.operationId },
		element("summary", {},
			element("span", { className: `method ${method}` }, method.toUpperCase()),
			element("code", {}, path),
			element("span", {}, operation.summary + (open ? " (public)" : ""))),
		element("div", { className: "body" }, list));
	node.dataset.words = `${method} ${path} ${operation.summary} ${who} ${operation.operationId}`.toLowerCase();
	return node;
}

function sections(root) {
	const byTag = new Map();
	for (const [path, item] of Object.entries(root.paths))
		for (const method of METHODS.filter((key) => item[key])) {
			const tag = item[method].tags[0];
			if (!byTag.has(tag)) byTag.set(tag, []);
			byTag.get(tag).push(details(root, path, method, item[method]));
		}
	return byTag;
}

function filter(words) {
	for (const node of document.querySelectorAll("main details"))
		node.hidden = !words.every((word) => node.dataset.words.includes(word));
	for (const section of document.querySelectorAll("main section"))
		section.hidden = !section.querySelector("details:not([hidden])");
}

function show(root) {
	const main = document.getElementById("operations");
	const tags = document.getElementById("tags");
	document.getElementById("version").textContent = root.info.version;
	main.replaceChildren();
	for (const [tag, nodes] of sections(root)) {
		const id = `tag-${tag.toLowerCase()}`;
		tags.append(element("a", { href: `#${id}` }, tag));
		main.append(element("section", { id }, element("h2", {}, tag), ...nodes));
	}
	document.getElementById("filter").addEventListener("input", (event) =>
		filter(event.target.value.toLowerCase().split(/\s+/).filter(Boolean)));
	const wanted = location.hash && document.getElementById(location.hash.slice(1));
	if (!wanted) return;
	if (wanted.matches("details")) wanted.open = true;
	wanted.scrollIntoView();
}

try {
	const answer = await fetch("../api/v1/openapi.json");
	if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
	show(await answer.json());
} catch (error) {
	document.getElementById("message").textContent = `The description can't be read: ${error.message}`;
} finally {
	document.getElementById("operations").removeAttribute("aria-busy");
}
