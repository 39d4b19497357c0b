-- Functions that keep variables, open and closed, shared and their own.
local function counter(step)
  local value = 0
  return function() value = value + step; return value end, function() return value end
end

local sum = 0
for step = 1, 40 do
  local add, read = counter(step)
  for _ = 1, 200 do add() end
  sum = mix(sum, read())
end
print(sum)

local function compose(f, g) return function(x) return f(g(x)) end end
local function identity(x) return x end
local chain = identity
for i = 1, 30 do chain = compose(function(x) return (x * 3 + i) % 10007 end, chain) end
sum = 0
for x = 1, 2000 do sum = mix(sum, chain(x)) end
print(sum)

-- Each round of a loop has a variable of its own.
local readers = {}
for i = 1, 300 do
  local own = i * i
  readers[i] = function(add) own = own + add; return own end
end
sum = 0
for round = 1, 20 do for i = 1, 300 do sum = mix(sum, readers[i](round)) end end
print(sum)

local memory = {}
local function fib(n)
  if n < 2 then return n end
  local known = memory[n]
  if not known then known = fib(n - 1) + fib(n - 2); memory[n] = known end
  return known
end
local function slow(n) if n < 2 then return n end return slow(n - 1) + slow(n - 2) end
print(string.format("%.0f", fib(75)), slow(21))

local function fold(list, f, start) for _, value in ipairs(list) do start = f(start, value) end return start end
local function map(list, f) local out = {}; for i, value in ipairs(list) do out[i] = f(value) end return out end
local numbers = {}
for i = 1, 2000 do numbers[i] = i end
print(fold(map(numbers, function(x) return x * x % 1009 end), mix, 0))

local function tail(n, kept) if n == 0 then return kept end return tail(n - 1, (kept + n) % 65521) end
print(tail(50000, 1))
