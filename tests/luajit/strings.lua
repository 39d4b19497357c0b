-- Strings: built piece by piece, cut, searched, replaced.
local parts, sum = {}, 0
for i = 1, 4000 do
  parts[#parts + 1] = "item" .. i .. (i % 3 == 0 and "\n" or ", ")
  sum = mix(sum, parts[#parts])
end
local text = table.concat(parts)
print(#text, sum, mix(0, text))

local growing = ""
for i = 1, 500 do growing = growing .. string.char(97 + i % 26) end
print(mix(0, growing), growing:reverse():upper():sub(10, 40), growing:rep(3, "-"):sub(-20))

local vowels, words, longest = 0, 0, ""
for word in text:gmatch("%w+") do
  words = words + 1
  if #word > #longest then longest = word end
end
for i = 1, #text do
  local byte = text:byte(i)
  if byte == 101 or byte == 105 then vowels = vowels + 1 end
end
print(words, longest, vowels)

print((text:sub(1, 60):gsub("(%a+)(%d+)", "%2%1")))
print(mix(0, (text:gsub("%d", function(digit) return tostring(9 - digit) end))))
print(text:find("item3999", 1, true), text:find("item(%d)%1%1"))

local found, at = 0, 1
while true do
  local from, to = text:find("7", at, true)
  if not from then break end
  found, at = mix(found, from), to + 1
end
print(found)

-- Equal and ordered strings, and keys made of pieces.
local counts, order = {}, 0
for i = 1, 6000 do
  local key = "k" .. i % 37 .. ":" .. i % 11
  counts[key] = (counts[key] or 0) + 1
  if key < "k2" then order = order + 1 end
end
local keys = {}
for key in pairs(counts) do keys[#keys + 1] = key end
table.sort(keys)
local all = 0
for _, key in ipairs(keys) do all = mix(mix(all, key), counts[key]) end
print(#keys, order, all)
