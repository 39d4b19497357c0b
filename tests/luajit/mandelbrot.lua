-- In fixed point of 12 bits, so that every product is exact.
local ONE = 4096
local floor = math.floor

local function iterations(cx, cy)
  local x, y = 0, 0
  for i = 1, 200 do
    local xx, yy = floor(x * x / ONE), floor(y * y / ONE)
    if xx + yy > 4 * ONE then return i end
    y = floor(2 * x * y / ONE) + cy
    x = xx - yy + cx
  end
  return 0
end

local sum = 0
for row = -12, 12 do
  local line = {}
  for column = -50, 25 do
    local n = iterations(column * ONE / 32, row * ONE / 10)
    sum = mix(sum, n)
    line[#line + 1] = n == 0 and "#" or n > 12 and "+" or n > 6 and "." or " "
  end
  print((table.concat(line):gsub(" +$", "")))
end
print(sum)
