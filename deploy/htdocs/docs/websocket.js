// Lists what asyncapi.json describes: a section for each channel, an entry for each message, heard or said.
import { block, element, entry, nameOf, page, read, resolve, row } from "./common.js";

const key = (reference) => nameOf(reference);

// Whom a message is told, and what it answers: from the operations that have it.
function usesOf(root, channel, message) {
	const uses = [];
	for (const operation of Object.values(root.operations)) {
		if (nameOf(operation.channel) !== channel) continue;
		if (operation.messages.some((one) => key(one) === message)) uses.push({ operation, reply: false });
		if (operation.reply?.messages.some((one) => key(one) === message)) uses.push({ operation, reply: true });
	}
	return uses;
}

function details(root, channel, name, reference) {
	const message = resolve(reference);
	const uses = usesOf(root, channel, name);
	const said = uses.find(({ operation, reply }) => operation.action === "receive" && !reply)?.operation;
	const told = uses.filter(({ operation, reply }) => operation.action === "send" && !reply).map(({ operation }) => operation.title);
	const answers = uses.filter(({ reply }) => reply).map(({ operation }) => operation.title);
	const list = element("dl");
	if (said) row(list, "Who", (said["x-roles"] ?? ["everybody"]).join(", "));
	if (told.length) row(list, "Told", told.join(", "));
	if (answers.length) row(list, "Answers", element("code", {}, answers.join(" ")));
	row(list, said ? "Said" : "Heard", block(message.payload));
	if (message["x-ack"]) row(list, "Ack's data", block(message["x-ack"]));
	if (said?.reply) row(list, "Answered by", element("code", {}, said.reply.messages.map(key).join(" ")));
	return entry(`${channel}.${name}`, `${channel} ${message.name} ${message.summary} ${said ? "say said" : "hear heard"} ${(said?.["x-roles"] ?? []).join(" ")}`, [
		element("span", { className: `method ${said ? "post" : "get"}` }, said ? "SAY" : "HEAR"),
		element("code", {}, message.name),
		element("span", {}, message.summary)], list);
}

// Close codes as entries like the others, so that they are found in the same way.
const closes = (root) => root["x-close-codes"].map(({ code, when, last }) =>
	entry(`close.${code}`, `close ${code} ${when}`, [
		element("span", { className: "method delete" }, "CLOSE"),
		element("code", {}, String(code)),
		element("span", {}, when)], element("p", {}, last ? `The last message is ${last}.` : "Nothing is said before.")));

page(async () => {
	const [root] = await Promise.all([read("asyncapi.json"), read("../api/v1/openapi.json")]);
	const channels = Object.entries(root.channels).map(([name, channel]) => [channel.title,
		[channel.address, channel["x-also-at"]].filter(Boolean).join(" and ") + ". " + channel.description,
		Object.entries(channel.messages).map(([message, reference]) => details(root, name, message, reference))]);
	return { root, sections: [...channels, ["Close codes", "With which a socket ends, and when. Socket.IO says why in words.", closes(root)]] };
});
