-- lighttpd refuses a POST that doesn't say how long its body is, before it asks what is wanted; but one that has none (as
-- `curl -X POST` sends it) is good HTTP. What it refuses comes here once more, as a GET of its error handler: REST's POST goes on to
-- the app, which knows it by REDIRECT_STATUS 411 for what it was. Every other refusal keeps its status and its own document.
local r = lighty.r
local status = r.req_env["REDIRECT_STATUS"]
if not status then
	return 0
end
local path = (r.req_attr["request.orig-uri"] or ""):match("^[^?]*")
if status == "411" and path:find("^/api/") and not path:find("/ws$") then
	return 0
end
local here = debug.getinfo(1, "S").source:match("^@?(.*)/lighttpd/[^/]*$")
local document = here .. "/errors/" .. status .. ".html"
if lighty.c.stat(document) then
	r.resp_header["Content-Type"] = "application/problem+json"
	r.resp_body:set({ { filename = document } })
end
return tonumber(status)
