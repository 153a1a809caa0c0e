// REST as a client sees it: { status, headers, text, body } for every answer, no exception for a refusal.

// `content` sends a body as it is, with the media type `type`; `body` sends JSON.
export async function call(stack, method, path, { token, body, content, type, headers = {}, prefix = '/api/v1', signal } = {}) {
	// a connection each: on a busy machine node takes a kept one for open that the web server has closed for idleness
	const init = { method, headers: { connection: 'close', ...headers }, redirect: 'manual', signal };
	if (token) init.headers.authorization = `Bearer ${token}`;
	if (content !== undefined) {
		init.body = content;
		if (type) init.headers['content-type'] = type;
	} else if (body !== undefined) {
		init.body = JSON.stringify(body);
		init.headers['content-type'] = 'application/json';
	}
	const response = await fetch(`${stack.base}${prefix}${path}`, init);
	const text = await response.text();
	const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
	return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
}
