-- Structures, unions, arrays, bit fields and pointers of C.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { int8_t a; uint16_t b; int32_t c; float d; double e; uint8_t f[5]; } mixed;
typedef struct { uint32_t low : 5, middle : 11, high : 16; int32_t sign : 3; } fields;
typedef union { float number; uint32_t bits; uint8_t bytes[4]; } view;
typedef struct node { struct node *next; int32_t value; } node;
typedef struct { double x, y; } point;
int abs(int);
size_t strlen(const char *);
int memcmp(const void *, const void *, size_t);
int snprintf(char *, size_t, const char *, ...);
]]
print(ffi.sizeof("mixed"), ffi.offsetof("mixed", "e"), ffi.alignof("mixed"), ffi.sizeof("fields"))

local list, sum = ffi.new("mixed[?]", 100), 0
for round = 1, 50 do
  for i = 0, 99 do
    local m = list[i]
    m.a, m.b, m.c = (i * round + 100) % 256 - 128, i * round * 7 % 65536, i * -1000 * round
    m.d, m.e, m.f[i % 5] = i / 8, m.d + round / 4, i + round
    sum = mix(sum, m.a + m.b + m.c + m.d * 8 + m.e * 8 + m.f[0] + m.f[4])
  end
end
print(sum)

local f = ffi.new("fields")
sum = 0
for i = 1, 5000 do
  f.low, f.middle, f.high, f.sign = i % 32, i * 3 % 2048, i * 5 % 65536, i % 8 - 4
  sum = mix(sum, f.low * 3 + f.middle * 5 + f.high * 7 + f.sign)
end
print(sum)

local v = ffi.new("view")
sum = 0
for i = 1, 3000 do
  v.number = i * 0.375 - 500
  sum = mix(sum, v.bits)
  v.bits = bit.bxor(v.bits, 1)
  sum = mix(sum, v.bytes[0] + v.bytes[3] * 256)
end
print(sum)

-- A list by pointers; the nodes are kept by an array.
local nodes = ffi.new("node[?]", 1000)
for i = 0, 998 do nodes[i].next, nodes[i].value = nodes + i + 1, i * 11 % 257 end
sum = 0
for _ = 1, 10 do
  local at = ffi.cast("node *", nodes)
  while at ~= nil do
    sum = mix(sum, at.value)
    at = at.next
  end
end
print(sum)

local point
point = ffi.metatype("point", {
  __add = function(a, b) return point(a.x + b.x, a.y + b.y) end,
  __mul = function(a, k) return point(a.x * k, a.y * k) end,
  __eq = function(a, b) return a.x == b.x and a.y == b.y end,
  __index = {square = function(p) return p.x * p.x + p.y * p.y end},
})
local at = point(0, 0)
for i = 1, 5000 do at = at + point(i, -i) * 2 end
print(at.x, at.y, at:square(), at == point(at.x, at.y))

sum = 0
for i = -2000, 2000 do sum = mix(sum, ffi.C.abs(i)) end
for i = 1, 500 do sum = mix(sum, tonumber(ffi.C.strlen(("x"):rep(i % 40)))) end
local buffer = ffi.new("char[64]")
for i = 1, 300 do
  local n = ffi.C.snprintf(buffer, 64, "%d|%s|%.3f", ffi.new("int", i), "text", i / 8)
  sum = mix(sum, ffi.string(buffer, n))
end
print(sum, ffi.string(buffer), ffi.C.memcmp("abc", "abd", 3) < 0)

local from, to = ffi.new("int16_t[256]"), ffi.new("int16_t[256]")
for i = 0, 255 do from[i] = i * 300 end
ffi.copy(to, from, 512)
ffi.fill(from, 100, 0x55)
sum = 0
for i = 0, 255 do sum = mix(sum, from[i] + to[i] + 65536) end
print(sum)
