// What both pages of the descriptions are made of. Asks nobody but this site, and builds text nodes only.
const documents = new Map();

export const element = (name, properties = {}, ...children) => {
	const node = Object.assign(document.createElement(name), properties);
	node.append(...children);
	return node;
};

// Every reference in a description becomes a whole address: one description refers to the other.
function absolute(value, base) {
	if (Array.isArray(value)) return value.map((item) => absolute(item, base));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) =>
		[key, key === "$ref" && typeof item === "string" ? new URL(item, base).href : absolute(item, base)]));
}

export async function read(path) {
	const url = new URL(path, location.href).href;
	const answer = await fetch(url);
	if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
	const root = absolute(await answer.json(), url);
	documents.set(url, root);
	return root;
}

// ".../openapi.json#/components/schemas/User" and the like, however often it leads on.
export function resolve(part) {
	if (!part?.$ref) return part;
	const [url, pointer] = part.$ref.split("#");
	return resolve(pointer.slice(1).split("/").reduce((at, key) => at?.[key.replaceAll("~1", "/")], documents.get(url)));
}

export const nameOf = (part) => part?.$ref?.split("/").pop();

// A value as a reader would sketch it: {"id": "uuid", "items": [ … ]}.
export function sketch(schema, depth = 0) {
	const name = nameOf(schema);
	const whole = resolve(schema);
	if (!whole) return "any";
	if (depth > 3 && name) return name;
	if (whole.allOf) return Object.assign({}, ...whole.allOf.map((part) => sketch(part, depth)), whole.properties && sketch({ properties: whole.properties }, depth));
	const one = whole.oneOf ?? whole.anyOf;
	if (one) return one.map((part) => sketch(part, depth + 1)).find((part) => typeof part === "object") ?? sketch(one[0], depth + 1);
	if (whole.enum) return whole.enum.join(" | ");
	if (whole.const !== undefined) return whole.const;
	if (whole.properties)
		return Object.fromEntries(Object.entries(whole.properties).map(([key, part]) =>
			[key + (whole.required && !whole.required.includes(key) ? "?" : ""), sketch(part, depth + 1)]));
	if (whole.items) return [sketch(whole.items, depth + 1)];
	return whole.format ?? [whole.type ?? "any"].flat().join(" | ");
}

export const block = (schema) => element("pre", { tabIndex: 0 }, JSON.stringify(sketch(schema), null, 2));

export function row(list, name, ...what) {
	list.append(element("dt", {}, name), element("dd", {}, ...what));
}

// A line that opens: what it is found by, its head, and what is behind it.
export function entry(id, words, head, ...body) {
	const node = element("details", { id }, element("summary", {}, ...head), element("div", { className: "body" }, ...body));
	node.dataset.words = words.toLowerCase();
	return node;
}

function filter(words) {
	for (const node of document.querySelectorAll("main details"))
		node.hidden = !words.every((word) => node.dataset.words.includes(word));
	for (const section of document.querySelectorAll("main section"))
		section.hidden = !section.querySelector("details:not([hidden])");
}

// `sections`: [title, the text below it, entries] each.
function show(version, sections) {
	const main = document.getElementById("operations");
	const tags = document.getElementById("tags");
	document.getElementById("version").textContent = version;
	main.replaceChildren();
	for (const [title, text, entries] of sections) {
		const id = `tag-${title.toLowerCase().replace(/\W+/g, "-")}`;
		tags.append(element("a", { href: `#${id}` }, title));
		main.append(element("section", { id }, element("h2", {}, title), ...(text ? [element("p", {}, text)] : []), ...entries));
	}
	document.getElementById("filter").addEventListener("input", (event) =>
		filter(event.target.value.toLowerCase().split(/\s+/).filter(Boolean)));
	const wanted = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (!wanted) return;
	if (wanted.matches("details")) wanted.open = true;
	wanted.scrollIntoView();
}

// `make` reads what it needs and returns the description and its sections.
export async function page(make) {
	try {
		const { root, sections } = await make();
		show(root.info.version, sections);
	} catch (error) {
		document.getElementById("message").textContent = `The description can't be read: ${error.message}`;
	} finally {
		document.getElementById("operations").removeAttribute("aria-busy");
	}
}
