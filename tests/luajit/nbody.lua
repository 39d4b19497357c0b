-- Bodies that attract each other. Rounded, for compiled code may fuse a multiplication and an addition.
local bodies = {
  {0, 0, 0, 0, 0, 0, 39.47},
  {4.84, -1.16, -0.10, 0.60, 2.81, -0.02, 0.037},
  {8.34, 4.12, -0.40, -1.01, 1.82, 0.008, 0.011},
  {12.89, -15.11, -0.22, 1.08, 0.868, -0.010, 0.0017},
  {15.37, -25.91, 0.179, 0.979, 0.594, -0.034, 0.002},
}

local function advance(dt)
  local n = #bodies
  for i = 1, n do
    local a = bodies[i]
    for j = i + 1, n do
      local b = bodies[j]
      local dx, dy, dz = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      local square = dx * dx + dy * dy + dz * dz
      local pull = dt / (square * math.sqrt(square))
      a[4], a[5], a[6] = a[4] - dx * b[7] * pull, a[5] - dy * b[7] * pull, a[6] - dz * b[7] * pull
      b[4], b[5], b[6] = b[4] + dx * a[7] * pull, b[5] + dy * a[7] * pull, b[6] + dz * a[7] * pull
    end
  end
  for i = 1, n do
    local a = bodies[i]
    a[1], a[2], a[3] = a[1] + dt * a[4], a[2] + dt * a[5], a[3] + dt * a[6]
  end
end

local function energy()
  local sum = 0
  for i, a in ipairs(bodies) do
    sum = sum + 0.5 * a[7] * (a[4] * a[4] + a[5] * a[5] + a[6] * a[6])
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a[1] - b[1], a[2] - b[2], a[3] - b[3]
      sum = sum - a[7] * b[7] / math.sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return sum
end

print(string.format("%.6f", energy()))
for step = 1, 5000 do
  advance(0.001)
  if step % 1000 == 0 then print(string.format("%d %.6f", step, energy())) end
end
for _, body in ipairs(bodies) do print(string.format("%.5f %.5f %.5f", body[1], body[2], body[3])) end
