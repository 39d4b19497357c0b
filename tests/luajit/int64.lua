-- Whole numbers of 64 bits.
local ffi = require("ffi")
local bit = require("bit")

local function low(x) return tonumber(x % 2147483647ULL) end

local state, sum = 88172645463325252ULL, 0
for _ = 1, 20000 do
  state = bit.bxor(state, bit.lshift(state, 13))
  state = bit.bxor(state, bit.rshift(state, 7))
  state = bit.bxor(state, bit.lshift(state, 17))
  sum = mix(sum, low(state))
end
print(state, sum)

-- Both signs through every operation.
sum = 0
local a, b = 0x123456789abcdefLL, -987654321LL
for i = 1, 4000 do
  a = a * 6364136223846793005LL + 1442695040888963407LL
  b = b - a / (i * 3LL) + a % 1000003LL
  sum = mix(sum, tonumber(a % 1000003LL) + tonumber(b / 4294967296LL))
  if a < b then sum = mix(sum, 1) end
  if ffi.cast("uint64_t", a) < ffi.cast("uint64_t", b) then sum = mix(sum, 2) end
end
print(a, b, sum)

-- Powers, factorials, Fibonacci numbers and the greatest common divisor.
local fact, fib, last = 1ULL, 1ULL, 0ULL
for i = 1, 20 do fact = fact * i end
for _ = 1, 92 do fib, last = fib + last, fib end
print(fact, fib, 3LL ^ 39LL, (-2LL) ^ 63)

local function gcd(x, y) while y ~= 0 do x, y = y, x % y end return x end
sum = 0
for i = 1, 1000 do sum = mix(sum, tonumber(gcd(fact / i, 1000003ULL * i % 999983ULL + i))) end
print(sum)

local function power(base, exponent, modulus)
  local result = 1ULL
  while exponent > 0 do
    if bit.band(exponent, 1ULL) ~= 0 then result = result * base % modulus end
    base, exponent = base * base % modulus, bit.rshift(exponent, 1)
  end
  return result
end
sum = 0
for i = 2, 300 do sum = mix(sum, tonumber(power(i + 0ULL, 4294967290ULL, 4294967291ULL))) end
print(sum, power(7ULL, 65537ULL, 4294967291ULL))

-- From and to other numbers.
sum = 0
for i = 1, 3000 do
  local x = ffi.cast("int64_t", i * 1e12 + 0.75)
  local y = ffi.cast("int64_t", -i * 123.5)
  local z = ffi.new("uint64_t", i * 2 ^ 40)
  sum = mix(sum, tonumber(x / 1000000LL) + tonumber(y) + tonumber(z / 1048576ULL))
  sum = mix(sum, tonumber(bit.arshift(y, 3)) + tonumber(bit.rol(x, i % 64) % 8191LL) + tonumber(ffi.cast("int32_t", x)))
end
print(sum, tostring(-1LL), tostring(-1ULL), 0x7fffffffffffffffLL, bit.tohex(0xfedcba9876543210ULL))
print(9223372036854775807LL + 1LL, -9223372036854775807LL - 1LL, 10LL / -3LL, 10LL % -3LL, -10LL % 3LL)
