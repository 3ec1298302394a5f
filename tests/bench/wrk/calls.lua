-- For wrk: sends the calls of a file, a line each (METHOD PATH [BODY]), in their order and then again. Arguments: FILE
-- TOKEN.
local calls, place = {}, 0

function init(arguments)
  wrk.headers["X-Auth-Token"] = arguments[2]
  wrk.headers["X-Roles"] = "admin,service"  -- for a server that believes its callers
  wrk.headers["Content-Type"] = "application/json"
  for line in io.lines(arguments[1]) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    calls[#calls + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
  end
end

function request()
  place = place % #calls + 1
  return calls[place]
end

dofile((debug.getinfo(1, "S").source:match("^@(.*)calls.lua$") or "") .. "summary.lua")
