-- Sorting, by the library and by hand, in several orders.
local random = generator(99)
local function numbers(n) local list = {}; for i = 1, n do list[i] = random(100000) end return list end
local function sum_of(list) local sum = 0; for i = 1, #list do sum = mix(sum, list[i]) end return sum end
local function is_sorted(list) for i = 2, #list do if list[i - 1] > list[i] then return false end end return true end

local list = numbers(3000)
table.sort(list)
print("library", is_sorted(list), sum_of(list))

list = numbers(3000)
table.sort(list, function(a, b) if a % 100 ~= b % 100 then return a % 100 < b % 100 end return a > b end)
print("by the last digits", sum_of(list))

local function quick(l, from, to)
  while from < to do
    local pivot, i, j = l[math.floor((from + to) / 2)], from, to
    repeat
      while l[i] < pivot do i = i + 1 end
      while l[j] > pivot do j = j - 1 end
      if i <= j then l[i], l[j], i, j = l[j], l[i], i + 1, j - 1 end
    until i > j
    if j - from < to - i then quick(l, from, j); from = i else quick(l, i, to); to = j end
  end
end
list = numbers(6000)
quick(list, 1, #list)
print("quick", is_sorted(list), sum_of(list))

local function heap(l)
  local function down(at, size)
    local value = l[at]
    while 2 * at <= size do
      local child = 2 * at
      if child < size and l[child] < l[child + 1] then child = child + 1 end
      if value >= l[child] then break end
      l[at], at = l[child], child
    end
    l[at] = value
  end
  for at = math.floor(#l / 2), 1, -1 do down(at, #l) end
  for size = #l, 2, -1 do l[1], l[size] = l[size], l[1]; down(1, size - 1) end
end
list = numbers(5000)
heap(list)
print("heap", is_sorted(list), sum_of(list))

local function merge(l)
  local width, from, to = 1, l, {}
  while width < #l do
    for start = 1, #l, 2 * width do
      local i, j, middle, last = start, start + width, math.min(start + width, #l + 1), math.min(start + 2 * width, #l + 1)
      for k = start, last - 1 do
        if i < middle and (j >= last or from[i] <= from[j]) then to[k], i = from[i], i + 1 else to[k], j = from[j], j + 1 end
      end
    end
    from, to, width = to, from, 2 * width
  end
  return from
end
list = merge(numbers(5000))
print("merge", is_sorted(list), sum_of(list))

local insertion = numbers(300)
for i = 2, #insertion do
  local value, j = insertion[i], i - 1
  while j > 0 and insertion[j] > value do insertion[j + 1], j = insertion[j], j - 1 end
  insertion[j + 1] = value
end
print("insertion", is_sorted(insertion), sum_of(insertion))

local words = {}
for i = 1, 1000 do words[i] = string.char(97 + random(26), 97 + random(26), 97 + random(26)) .. i end
table.sort(words)
local sum = 0
for _, word in ipairs(words) do sum = mix(sum, word) end
print("words", words[1], words[1000], sum)
print(pcall(table.sort, {3, "x", 1}))
