-- Eratosthenes, by tables and by an array of bytes. No square beyond 32 bits: this LuaJIT's own code for 64-bit Arm fails
-- on a compiled loop that starts there.
local ffi = require("ffi")
local LIMIT, ROOT = 60000, 245

local composite, count, sum = {}, 0, 0
for i = 2, LIMIT do
  if not composite[i] then
    count, sum = count + 1, mix(sum, i)
    if i <= ROOT then for j = i * i, LIMIT, i do composite[j] = true end end
  end
end
print("table", count, sum)

local bytes = ffi.new("uint8_t[?]", LIMIT + 1)
count, sum = 0, 0
for i = 2, LIMIT do
  if bytes[i] == 0 then
    count, sum = count + 1, mix(sum, i)
    if i <= ROOT then for j = i * i, LIMIT, i do bytes[j] = 1 end end
  end
end
print("bytes", count, sum)

-- Prime factors, by division.
local factors = 0
for n = 2, 6000 do
  local rest, divisor = n, 2
  while rest > 1 do
    if rest % divisor == 0 then
      rest, factors = rest / divisor, mix(factors, divisor)
    elseif divisor * divisor > rest then
      divisor = rest
    else
      divisor = divisor + 1
    end
  end
end
print("factors", factors)
