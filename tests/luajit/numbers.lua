-- Numbers at their edges: rounding, remainders, conversions, comparisons, what is no number. Zero has no sign here, for
-- where whole numbers are kept as such it has none; and `%` of large ones is rounded once or twice, as it is compiled.
local huge, nan = math.huge, 0 / 0
local values = {0, 7, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e15, 2 ^ 31, 2 ^ 31 - 1, -2 ^ 31, 2 ^ 32, 2 ^ 53, 2 ^ 53 + 2, 1e308, 5e-324, huge, -huge, nan}
local sum = 0
local function text(x) return x ~= x and "nan" or x == 0 and "0" or string.format("%.17g", x) end
for round = 1, 25 do
  for _, a in ipairs(values) do
    for _, b in ipairs(values) do
      sum = mix(sum, text(a + b)); sum = mix(sum, text(a - b)); sum = mix(sum, text(a * b)); sum = mix(sum, text(a / b))
      if round == 1 then
        if math.abs(a) < 2 ^ 40 then sum = mix(sum, text(a % b)) end
        sum = mix(sum, text(math.fmod(a, b)))
      end
      sum = sum + (a < b and 1 or 0) + (a <= b and 2 or 0) + (a == b and 4 or 0) + (a > b and 8 or 0) + (not (a >= b) and 16 or 0)
      sum = mix(mix(sum, text(math.max(a, 3))), text(math.min(a, 3)))
    end
  end
end
print(sum)

for _, x in ipairs(values) do
  print(text(x), text(math.floor(x)), text(math.ceil(x)), text(math.abs(x)), text(-x), text(math.sqrt(math.abs(x))))
end

-- Loops that count by parts, backwards, and over the edge of 32 bits.
local count = 0
for x = 0, 1000, 0.25 do count = mix(count, x * 4) end
for x = 1000, -1000, -3 do count = mix(count, x + 1000) end
for x = 2 ^ 31 - 300, 2 ^ 31 + 300 do count = mix(count, x % 1009) end
print(count)
local a, b = 1, 0
for i = 1, 2000 do
  a = a * 3 + i
  if a > 2 ^ 40 then a, b = a % 65521, b + 1 end
end
print(a, b)

-- A whole number that becomes a broken one in the middle of a compiled loop.
local x, log = 1, 0
for i = 1, 3000 do
  x = x + (i < 1500 and 1 or 0.5)
  log = mix(log, math.floor(x * 2))
  if i % 1000 == 0 then x = -x end
end
print(x, log)

local mantissa, exponent = 0, 0
for i = -300, 300, 7 do
  local m, e = math.frexp(1.7 * 2 ^ i)
  mantissa, exponent = mantissa + m, exponent + e
  if math.ldexp(m, e) ~= 1.7 * 2 ^ i then print("ldexp", i) end
end
print(mantissa, exponent, math.modf(-3.75), math.modf(huge))
print(string.format("%.9f %.9f %.9f %.9f", math.sin(1), math.exp(1.5), math.log(10), math.atan2(1, 2)))
