-- Any number of arguments and results, recursion, and calls of the library with them.
local function sum_of(...)
  local sum = 0
  for i = 1, select("#", ...) do sum = mix(sum, (select(i, ...))) end
  return sum
end
local function packed(...) return {n = select("#", ...), ...} end
local function pass(...) return ... end
local function twice(...) return select("#", ...), pass(...) end

local sum = 0
for i = 1, 2000 do sum = mix(sum, sum_of(i, i + 1, i * 2, i % 7)) end
print(sum)

sum = 0
for i = 1, 500 do
  local list = {}
  for j = 1, i % 30 do list[j] = i * j end
  local t = packed(unpack(list))
  sum = mix(sum, t.n + sum_of(unpack(list)))
end
print(sum)

print(twice(), twice(nil), twice(nil, nil), (twice(1, 2, 3)))
print(select("#", nil, nil), select(2, "a", "b", "c"), select(-1, "a", "b", "c"))
print(pcall(select, 0))

local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end
print(ackermann(2, 30), ackermann(3, 4))

local function hanoi(n, from, to, by, ...)
  if n == 0 then return select("#", ...) end
  return hanoi(n - 1, from, by, to, ...) + hanoi(n - 1, by, to, from, n, ...) + from
end
print(hanoi(11, 1, 2, 3))

local function curry(f, ...)
  local kept, n = {...}, select("#", ...)
  return function(...)
    local all = {unpack(kept, 1, n)}
    for i = 1, select("#", ...) do all[n + i] = (select(i, ...)) end
    return f(unpack(all, 1, n + select("#", ...)))
  end
end
local add = curry(curry(function(a, b, c, d) return a * 1000 + b * 100 + c * 10 + d end, 1, 2), 3)
sum = 0
for i = 1, 2000 do sum = mix(sum, add(i)) end
print(sum)

sum = 0
for i = 1, 3000 do
  sum = mix(sum, math.max(i % 7, i % 11, i % 13) * 100 + math.min(i % 17, i % 19, 5))
  sum = mix(sum, string.char(65 + i % 26, 97 + i % 26, 48 + i % 10))
end
print(sum)
local many = {}
for i = 1, 200 do many[i] = i end
print(select("#", unpack(many)), select(200, unpack(many)), math.max(unpack(many)), #string.char(unpack(many)))
