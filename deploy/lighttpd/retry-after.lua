-- What lighttpd itself refuses bears an X-Request-Id as the app's answers do (the client's own where that is sane), and for a
-- service that isn't there it says when to come again.
local r = lighty.r
local status = r.req_item.http_status
if status >= 400 and not r.resp_header["X-Request-Id"] then
	local id = r.req_header["X-Request-Id"]
	if not id or #id > 64 or not id:find("^[%w._-]+$") then
		local rand = lighty.c.rand
		id = string.format("%08x%08x%08x%08x", rand() & 0xffffffff, rand() & 0xffffffff, rand() & 0xffffffff, rand() & 0xffffffff)
	end
	r.resp_header["X-Request-Id"] = id
end
if status >= 502 and status <= 504 and not r.resp_header["Retry-After"] then
	r.resp_header["Retry-After"] = "1"
end
return 0
