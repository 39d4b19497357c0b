-- C that calls back into Lua: sorting and searching by the C library.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { int32_t key; double weight; } entry;
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void *bsearch(const void *, const void *, size_t, size_t, int (*)(const void *, const void *));
]]
local calls = 0
local by_number = ffi.cast("int (*)(const void *, const void *)", function(a, b)
  calls = calls + 1
  local x, y = ffi.cast("const int32_t *", a)[0], ffi.cast("const int32_t *", b)[0]
  return x < y and -1 or x > y and 1 or 0
end)
local random = generator(5)
for round = 1, 12 do
  local n = 60 * round
  local list = ffi.new("int32_t[?]", n)
  for i = 0, n - 1 do list[i] = random(10000) - 5000 end
  ffi.C.qsort(list, n, 4, by_number)
  local sum, sorted = 0, true
  for i = 0, n - 1 do
    sum = mix(sum, list[i] + 5000)
    sorted = sorted and (i == 0 or list[i - 1] <= list[i])
  end
  local key = ffi.new("int32_t[1]", list[n / 2])
  local found = ffi.cast("int32_t *", ffi.C.bsearch(key, list, n, 4, by_number))
  print(n, sorted, sum, found[0] == key[0])
end
print(calls > 1000)

local by_weight = ffi.cast("int (*)(const void *, const void *)", function(a, b)
  local x, y = ffi.cast("const entry *", a).weight, ffi.cast("const entry *", b).weight
  return x < y and 1 or x > y and -1 or 0
end)
local entries = ffi.new("entry[500]")
for i = 0, 499 do entries[i].key, entries[i].weight = i, (i * 7919 % 500) / 8 end
ffi.C.qsort(entries, 500, ffi.sizeof("entry"), by_weight)
local sum = 0
for i = 0, 499 do sum = mix(mix(sum, entries[i].key), entries[i].weight * 8) end
print(sum)
by_number:free()
by_weight:free()

-- Callbacks of other types, called through pointers, with compiled loops inside and outside.
local add = ffi.cast("double (*)(double, float, int64_t, uint8_t)", function(a, b, c, d)
  local total = 0
  for i = 1, 20 do total = total + i * d end
  return a + b + tonumber(c) + total
end)
local all = 0
for i = 1, 400 do all = all + add(i / 2, i / 4, -i, i % 200) end
print(all)
add:free()

local depth = 0
local deeper
deeper = ffi.cast("int (*)(int)", function(n)
  depth = depth + 1
  return n == 0 and 0 or n + deeper(n - 1)
end)
print(deeper(30), depth)
deeper:free()
