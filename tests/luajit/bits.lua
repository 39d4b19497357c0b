-- Bit operations: shifts, rotations, a checksum, generators of numbers.
local bit = require("bit")
local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local lshift, rshift, arshift, rol, ror = bit.lshift, bit.rshift, bit.arshift, bit.rol, bit.ror

local x, sum = 123456789, 0
for _ = 1, 20000 do
  x = bxor(x, lshift(x, 13))
  x = bxor(x, rshift(x, 17))
  x = bxor(x, lshift(x, 5))
  sum = mix(sum, x)
end
print(bit.tohex(x), sum)

sum = 0
for i = -3000, 3000 do
  local v = i * 715827
  sum = mix(sum, band(v, 0xff00ff) + bor(v, 0x0f0f) % 1000 + bxor(v, bnot(i)))
  sum = mix(sum, arshift(v, i % 32) + rshift(v, i % 32) % 65536 + lshift(v, i % 32) % 65536)
  sum = mix(sum, rol(v, i % 32) + ror(v, (i * 3) % 32) + bit.bswap(v))
end
print(sum)

local crc_table = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = band(c, 1) == 1 and bxor(rshift(c, 1), 0xedb88320) or rshift(c, 1) end
  crc_table[i] = c
end
local function crc32(text)
  local c = -1
  for i = 1, #text do c = bxor(rshift(c, 8), crc_table[band(bxor(c, text:byte(i)), 255)]) end
  return bit.tohex(bnot(c))
end
print(crc32("123456789"), crc32(("The quick brown fox "):rep(400)))

local function fnv(text)
  local h = 0x811c9dc5
  for i = 1, #text do
    h = bxor(h, text:byte(i))
    h = bit.tobit(h + lshift(h, 1) + lshift(h, 4) + lshift(h, 7) + lshift(h, 8) + lshift(h, 24))
  end
  return bit.tohex(h)
end
print(fnv("hello"), fnv(("abcdefgh"):rep(1000)))

-- Set bits, three ways.
local counts = 0
for i = 1, 5000 do
  local v, n = bit.tobit(i * 40503), 0
  while v ~= 0 do v, n = band(v, v - 1), n + 1 end
  local w = bit.tobit(i * 40503)
  w = w - band(rshift(w, 1), 0x55555555)
  w = band(w, 0x33333333) + band(rshift(w, 2), 0x33333333)
  w = band(w + rshift(w, 4), 0x0f0f0f0f)
  local m = rshift(w + lshift(w, 8) + lshift(w, 16) + lshift(w, 24), 24)
  if n ~= m then error(i) end
  counts = mix(counts, n)
end
print(counts)
for _, v in ipairs({0, 1, -1, 2 ^ 31, 2 ^ 32 + 5, -2 ^ 31, 1e10, 2 ^ 31 - 1}) do print(v, bit.tobit(v), bit.tohex(v, -4)) end
