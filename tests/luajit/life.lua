-- Conway's game on a torus, and rule 110 in one dimension.
local WIDTH, HEIGHT = 48, 32

local function new() local rows = {}; for y = 1, HEIGHT do rows[y] = {} end; return rows end

local function neighbours(cells, x, y)
  local count = 0
  for dy = -1, 1 do
    local row = cells[(y + dy - 1) % HEIGHT + 1]
    for dx = -1, 1 do
      if (dx ~= 0 or dy ~= 0) and row[(x + dx - 1) % WIDTH + 1] then count = count + 1 end
    end
  end
  return count
end

local cells, random = new(), generator(7)
for y = 1, HEIGHT do for x = 1, WIDTH do cells[y][x] = random(3) == 0 end end
for generation = 1, 60 do
  local after, alive, sum = new(), 0, 0
  for y = 1, HEIGHT do
    for x = 1, WIDTH do
      local count = neighbours(cells, x, y)
      local lives = count == 3 or (count == 2 and cells[y][x])
      after[y][x] = lives
      if lives then alive, sum = alive + 1, mix(sum, y * WIDTH + x) end
    end
  end
  cells = after
  if generation % 10 == 0 then print(generation, alive, sum) end
end

local row = {}
for i = 1, 200 do row[i] = i == 200 and 1 or 0 end
local sum = 0
for _ = 1, 300 do
  local after = {}
  for i = 1, 200 do
    local pattern = 4 * (row[i - 1] or 0) + 2 * row[i] + (row[i + 1] or 0)
    after[i] = math.floor(110 / 2 ^ pattern) % 2
    sum = mix(sum, after[i])
  end
  row = after
end
print("rule 110", sum)
