-- For wrk: sends the calls of a file, a line each (METHOD PATH [BODY]).
-- Arguments: FILE TOKEN ("once" = each but once, else again and again).
local calls, place, once = {}, 0, false

function init(arguments)
  wrk.headers["X-Auth-Token"] = arguments[2]
  wrk.headers["Content-Type"] = "application/json"
  once = arguments[3] == "once"
  for line in io.lines(arguments[1]) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    calls[#calls + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
  end
end

function request()
  if place == #calls then
    if once then wrk.thread:stop() end
    place = 0
  end
  place = place + 1
  return calls[place]
end

dofile((debug.getinfo(1, "S").source:match("^@(.*)calls.lua$") or "") .. "summary.lua")
