-- Classes, operators, proxies and defaults by metatables.
local Shape = {}
Shape.__index = Shape
function Shape.new(class, name) return setmetatable({name = name, moved = 0}, class) end
function Shape:area() return 0 end
function Shape:move(by) self.moved = self.moved + by; return self end
local Square = setmetatable({}, {__index = Shape})
Square.__index = Square
function Square:area() return self.side * self.side end
local Circle = setmetatable({}, {__index = Square})
Circle.__index = Circle
function Circle:area() return 3 * Square.area(self) end

local shapes = {}
for i = 1, 300 do
  local class = i % 3 == 0 and Shape or i % 3 == 1 and Square or Circle
  shapes[i] = Shape.new(class, "s" .. i)
  shapes[i].side = i
end
local sum = 0
for round = 1, 20 do for _, shape in ipairs(shapes) do sum = mix(sum, shape:move(round):area() + shape.moved) end end
print(sum)

local Fraction = {}
Fraction.__index = Fraction
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
local function fraction(n, d)
  local g = gcd(math.abs(n), d)
  return setmetatable({n = n / g, d = d / g}, Fraction)
end
Fraction.__add = function(a, b) return fraction(a.n * b.d + b.n * a.d, a.d * b.d) end
Fraction.__sub = function(a, b) return fraction(a.n * b.d - b.n * a.d, a.d * b.d) end
Fraction.__mul = function(a, b)
  if type(b) == "number" then b = fraction(b, 1) end
  return fraction(a.n * b.n, a.d * b.d)
end
Fraction.__unm = function(a) return fraction(-a.n, a.d) end
Fraction.__eq = function(a, b) return a.n == b.n and a.d == b.d end
Fraction.__lt = function(a, b) return a.n * b.d < b.n * a.d end
Fraction.__le = function(a, b) return a.n * b.d <= b.n * a.d end
Fraction.__tostring = function(a) return a.n .. "/" .. a.d end
Fraction.__concat = function(a, b) return tostring(a) .. tostring(b) end
Fraction.__call = function(a, x) return a.n * x / a.d end
Fraction.__len = function(a) return a.d end
local total = fraction(0, 1)
for i = 1, 12 do total = total + fraction(1, i) * (i % 2 == 0 and -1 or 1) end
print(total, -total, total .. "!", total(2) == 2 * total.n / total.d, #total)
local least = 0
for i = 1, 3000 do
  local a, b = fraction(i % 13 - 6, i % 7 + 1), fraction(i % 11 - 5, i % 5 + 1)
  if a < b then least = mix(least, i) end
  if a <= b then least = mix(least, 2) end
  if a == b then least = mix(least, 3) end
  if (a - b) + b == a then least = mix(least, 4) end
end
print(least)

-- What is not there is made, counted or refused.
local made = setmetatable({}, {__index = function(t, key) local value = key * key; rawset(t, key, value); return value end})
sum = 0
for round = 1, 30 do for i = 1, 100 do sum = mix(sum, made[i * round]) end end
print(sum)
local writes, store = 0, {}
local proxy = setmetatable({}, {
  __index = store,
  __newindex = function(_, key, value) writes = writes + 1; store[key] = value end,
})
for i = 1, 5000 do proxy[i % 50] = (proxy[i % 50] or 0) + i end
sum = 0
for i = 0, 49 do sum = mix(sum, proxy[i]) end
print(writes, sum, rawget(proxy, 1), next(proxy))
local locked = setmetatable({}, {__newindex = function(_, key) error("no " .. key, 0) end, __metatable = "locked"})
print(pcall(function() locked.x = 1 end), getmetatable(locked), pcall(setmetatable, locked, nil))

-- A metatable that changes while the loop that uses it is compiled.
local object, log = setmetatable({}, {__index = function() return 1 end}), 0
for i = 1, 2000 do
  log = mix(log, object.value)
  if i % 500 == 0 then setmetatable(object, {__index = function() return i end}) end
end
print(log)
