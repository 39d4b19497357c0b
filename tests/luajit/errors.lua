-- Errors that leave compiled loops, through protected calls of every depth.
local function risky(i)
  if i % 97 == 0 then error("at " .. i, 0) end
  if i % 89 == 0 then error({number = i}) end
  if i % 83 == 0 then local missing; return missing.field end
  if i % 79 == 0 then return i + {} end
  return i * 2
end

local good, sum, kinds = 0, 0, {string = 0, table = 0}
for i = 1, 6000 do
  local ok, value = pcall(risky, i)
  if ok then
    good, sum = good + 1, mix(sum, value)
  else
    kinds[type(value)] = kinds[type(value)] + 1
    sum = mix(sum, type(value) == "table" and value.number or (value:gsub("^.-:%d+: ", "")))
  end
end
print(good, kinds.string, kinds.table, sum)

-- From a loop inside, past functions that are compiled.
local function search(list, wanted)
  for i = 1, #list do if list[i] == wanted then error(i, 0) end end
  return -1
end
local list = {}
for i = 1, 400 do list[i] = i * 7 % 401 end
sum = 0
for wanted = 0, 500 do
  local _, at = pcall(search, list, wanted)
  sum = mix(sum, at)
end
print(sum)

local function nested(depth, fail)
  if depth == 0 then if fail then error("bottom", 0) end return 1 end
  local ok, value = pcall(nested, depth - 1, fail)
  if not ok then error(value .. depth, 0) end
  return value + depth
end
sum = 0
for depth = 1, 60 do
  local _, first = pcall(nested, depth % 12, false)
  local _, second = pcall(nested, depth % 12, true)
  sum = mix(mix(sum, first), second)
end
print(sum, select(2, pcall(nested, 5, true)))

local handled = 0
for i = 1, 800 do
  local ok, value = xpcall(function() return risky(i) end, function(problem)
    handled = handled + 1
    return type(problem) == "table" and problem.number or #tostring(problem)
  end)
  sum = mix(sum, ok and value or value * 3)
end
print(handled, sum)

-- A stack that overflows is an error, too; so is what the library refuses.
local function forever(n) return 1 + forever(n + 1) end
local ok, problem = pcall(forever, 1)
print(ok, (tostring(problem):gsub("^.-:%d+: ", ""):match("stack overflow")))
for _, f in ipairs({
  function() return ("x"):rep(-1) .. nil end, function() return #5 end, function() return {} < {} end,
  function() return math.floor("x") end, function() return setmetatable(1, {}) end, function() error() end,
  function() error(nil) end, function() assert(false, "asserted") end, function() assert(nil) end,
  function() return ({})() end, function() return -{} end, function() return 1 < "2" end,
}) do
  local fine, why = pcall(f)
  print(fine, (tostring(why):gsub("^.-:%d+: ", "")))
end
