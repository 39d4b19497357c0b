-- Coroutines: generators, pipelines, permutations, errors and wrapped ones.
local function range(from, to)
  return coroutine.wrap(function() for i = from, to do coroutine.yield(i) end end)
end

local function filter(test, source)
  return coroutine.wrap(function() for value in source do if test(value) then coroutine.yield(value) end end end)
end

local sum = 0
for value in filter(function(x) return x % 7 == 3 end, range(1, 6000)) do sum = mix(sum, value) end
print(sum)

local function permute(list, n)
  if n == 0 then coroutine.yield(list) return end
  for i = 1, n do
    list[i], list[n] = list[n], list[i]
    permute(list, n - 1)
    list[i], list[n] = list[n], list[i]
  end
end
local count
count, sum = 0, 0
for list in coroutine.wrap(function() permute({1, 2, 3, 4, 5, 6}, 6) end) do
  count = count + 1
  for i = 1, 6 do sum = mix(sum, list[i]) end
end
print(count, sum)

-- Values go in and come out; each has loops of its own.
local accumulate = coroutine.create(function(total)
  while true do
    for i = 1, 60 do total = (total * 5 + i) % 99991 end
    total = total + coroutine.yield(total)
  end
end)
sum = 0
local good, value = coroutine.resume(accumulate, 1)
for i = 1, 500 do
  sum = mix(sum, value)
  good, value = coroutine.resume(accumulate, i)
end
print(good, sum, coroutine.status(accumulate))

local failing = coroutine.create(function() for i = 1, 300 do if i == 250 then error({code = i}) end end end)
local ok, problem = coroutine.resume(failing)
print(ok, problem.code, coroutine.status(failing), coroutine.resume(failing))

-- Many at once, in turn.
local tasks, log = {}, 0
for id = 1, 50 do
  tasks[id] = coroutine.create(function() for step = 1, id do coroutine.yield(id * step) end return -id end)
end
local alive = #tasks
while alive > 0 do
  for id = 1, 50 do
    if coroutine.status(tasks[id]) ~= "dead" then
      local _, result = coroutine.resume(tasks[id])
      log = mix(log, result)
      if coroutine.status(tasks[id]) == "dead" then alive = alive - 1 end
    end
  end
end
print(log)
