-- The largest eigenvalue of a matrix that is given by a formula. Rounded, as nbody.lua is.
local function element(i, j)
  local sum = i + j - 2
  return 1 / (sum * (sum + 1) / 2 + i)
end

local function times(n, x, y, transposed)
  for i = 1, n do
    local sum = 0
    for j = 1, n do sum = sum + x[j] * (transposed and element(j, i) or element(i, j)) end
    y[i] = sum
  end
end

for _, n in ipairs({10, 30, 80}) do
  local u, v, t = {}, {}, {}
  for i = 1, n do u[i] = 1 end
  for _ = 1, 10 do
    times(n, u, t)
    times(n, t, v, true)
    times(n, v, t)
    times(n, t, u, true)
  end
  local uv, vv = 0, 0
  for i = 1, n do uv, vv = uv + u[i] * v[i], vv + v[i] * v[i] end
  print(n, string.format("%.9f", math.sqrt(uv / vv)))
end
