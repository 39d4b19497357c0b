-- Much garbage, and what the collector must keep, drop and finish.
local ffi = require("ffi")
local kept, sum = {}, 0
for i = 1, 40000 do
  local object = {i, name = "n" .. i % 100, inner = {i * 2}}
  if i % 50 == 0 then kept[#kept + 1] = object end
  if i % 400 == 0 then kept[i % #kept + 1] = {i, name = "replaced", inner = {0}} end
end
collectgarbage()
for _, object in ipairs(kept) do sum = mix(mix(sum, object[1] + object.inner[1]), object.name) end
print(#kept, sum)

local weak, strong = setmetatable({}, {__mode = "v"}), {}
for i = 1, 1000 do
  weak[i] = {i}
  if i % 10 == 0 then strong[#strong + 1] = weak[i] end
end
collectgarbage()
collectgarbage()
local left = 0
for i in pairs(weak) do left = left + weak[i][1] end
print(left, #strong)

local keys, holder = setmetatable({}, {__mode = "k"}), {}
for i = 1, 500 do
  local key = {}
  keys[key] = i
  if i % 25 == 0 then holder[#holder + 1] = key end
end
collectgarbage()
collectgarbage()
left = 0
for _, value in pairs(keys) do left = left + value end
print(left)

-- Finalizers of C data and of proxies.
local finished = 0
for i = 1, 2000 do
  local memory = ffi.gc(ffi.new("int32_t[4]", i), function(p) finished = finished + p[0] end)
  if memory[3] ~= i then error("not filled") end
end
for _ = 1, 100 do getmetatable(newproxy(true)).__gc = function() finished = finished + 1 end end
collectgarbage()
collectgarbage()
print(finished)

-- A collector that works in small steps while a tree is built and thrown away.
collectgarbage("setpause", 100)
collectgarbage("setstepmul", 400)
local function tree(depth) if depth == 0 then return {} end return {tree(depth - 1), tree(depth - 1)} end
local function count(node) if not node[1] then return 1 end return 1 + count(node[1]) + count(node[2]) end
local nodes = 0
for depth = 4, 11 do
  for _ = 1, 3 do nodes = nodes + count(tree(depth)) end
  collectgarbage("step", 10)
end
print(nodes)

local text = ""
for i = 1, 3000 do text = text:sub(-200) .. i end
print(#text, mix(0, text), collectgarbage("count") < 60000)
