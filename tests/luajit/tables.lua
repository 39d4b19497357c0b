-- Tables: arrays that grow and shrink, hashes, both at once.
local random, list, sum = generator(11), {}, 0
for i = 1, 3000 do
  if random(4) == 0 and #list > 0 then
    sum = mix(sum, table.remove(list, random(#list) + 1))
  else
    table.insert(list, random(#list + 1) + 1, i)
  end
end
for i, value in ipairs(list) do sum = mix(sum, i * value) end
print(#list, sum)

-- A queue in a hash, keys of whole and of broken numbers, booleans and tables.
local queue, head, tail = {}, 1, 0
sum = 0
for i = 1, 20000 do
  tail = tail + 1
  queue[tail] = i * 3
  if i % 3 ~= 0 then
    sum = mix(sum, queue[head])
    queue[head], head = nil, head + 1
  end
end
print(tail - head, sum)

local mixed, objects = {}, {}
for i = 1, 500 do
  objects[i] = {i}
  mixed[i / 4], mixed[objects[i]], mixed["s" .. i], mixed[-i] = i, -i, 2 * i, 3 * i
end
mixed[true], mixed[false] = 1, 2
local count, total = 0, 0
for _, value in pairs(mixed) do count, total = count + 1, total + value end
print(count, total)
sum = 0
for i = 500, 1, -1 do sum = mix(sum, mixed[objects[i]] + mixed["s" .. i] + mixed[-i] + (mixed[i] or 0)) end
print(sum)

-- A matrix product.
local N = 40
local function matrix(f)
  local rows = {}
  for i = 1, N do
    rows[i] = {}
    for j = 1, N do rows[i][j] = f(i, j) end
  end
  return rows
end
local a, b = matrix(function(i, j) return i + 2 * j end), matrix(function(i, j) return i * j % 17 end)
local c = matrix(function(i, j)
  local cell = 0
  for k = 1, N do cell = cell + a[i][k] * b[k][j] end
  return cell
end)
sum = 0
for i = 1, N do for j = 1, N do sum = mix(sum, c[i][j]) end end
print(sum, c[1][1], c[N][N])

local copy = {unpack(list, 1, 100)}
print(#copy, select("#", unpack(copy)), table.concat(copy, " ", 1, 12), next({}))
