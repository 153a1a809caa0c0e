-- What lighttpd itself answers for a service that isn't there says when to come again.
local r = lighty.r
local status = r.req_item.http_status
if status >= 502 and status <= 504 and not r.resp_header["Retry-After"] then
	r.resp_header["Retry-After"] = "1"
end
return 0
