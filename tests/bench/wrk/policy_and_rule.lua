-- For wrk: makes policies, and in each that was made a rule. Arguments: TOKEN.
local made, number = {}, 0

function init(arguments)
  wrk.headers["X-Auth-Token"] = arguments[1]
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local policy = table.remove(made)
  if policy then
    return wrk.format("POST", "/v2.0/qos/policies/" .. policy .. "/bandwidth_limit_rules", nil,
                      '{"bandwidth_limit_rule": {"max_kbps": 1000, "max_burst_kbps": 100}}')
  end
  number = number + 1
  return wrk.format("POST", "/v2.0/qos/policies", nil, '{"policy": {"name": "made ' .. number .. '"}}')
end

function response(status, headers, body)
  if status == 201 and body:find('^{"policy"') then made[#made + 1] = body:match('"id": ?"([%x-]+)"') end
end

dofile((debug.getinfo(1, "S").source:match("^@(.*)policy_and_rule.lua$") or "") .. "summary.lua")
