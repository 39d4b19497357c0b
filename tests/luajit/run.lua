-- `luajit run.lua SCRIPT`: runs SCRIPT, then says on standard error how many traces were compiled.
local traces = 0
jit.attach(function(what) if what == "stop" then traces = traces + 1 end end, "trace")

-- A checksum of numbers and strings, the same on every machine.
function mix(sum, value)
  if type(value) == "string" then
    for i = 1, #value do sum = (sum * 31 + value:byte(i)) % 2147483647 end
    return sum
  end
  return (sum * 31 + value % 2147483647) % 2147483647
end

-- Pseudorandom whole numbers below `limit`, which is at most 2^20.
function generator(seed)
  return function(limit)
    seed = (seed * 16807) % 2147483647
    return seed % limit
  end
end

dofile(arg[1])
io.stderr:write(traces, "\n")
