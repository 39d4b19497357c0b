-- Numbers and strings, written in every way there is, and read again.
local sum = 0
local function note(text) sum = mix(sum, text); return text end

local values = {0, 7, 1, -1, 0.1, 1 / 3, 2 / 3, 1e15, 1e16, 123456789012, 1e100, 1e-100, 2 ^ 53, 5e-324, 1.7976931348623157e308}
local ways = {"%g", "%.3f", "%e", "%.14g", "%.17g", "%10.2f", "%-12.4g|", "%+.1e", "%#.3g", "%a", "%08.3f", "% g", "%.0f", "%.10e"}
for _, way in ipairs(ways) do
  local line = {}
  for i, value in ipairs(values) do line[i] = note(string.format(way, value)) end
  print(way, line[1], line[2], line[5], line[6], line[13])
end
print(sum)

for round = 1, 800 do
  note(string.format("%d %5d %-5d| %05d %+d", round, round, -round, round, round))
  note(string.format("%x %X %#x %o %8x", round * 37, round * 41, round, round * 11, round))
  note(string.format("%c%c %s %10s %-10s| %.3s", 65 + round % 26, 97 + round % 26, round, "right", "left", "truncated"))
  note(string.format("%5.1f %g %q", round / 7, round / 8, "a\n" .. round .. "\0\"\\"))
  note(tostring(round / 3) .. " " .. round / 16 .. " " .. -round)
end
print(sum)
print(string.format("%q", "tab\t, bell\a, zero\0 and \"quotes\"\r\n"))
print(tostring(0 / 0):gsub("-", ""), 1 / 0, -1 / 0, tostring(nil), tostring(true), 1e300 * 1e10)

-- What was written is read back as the same number.
local wrong = 0
for i = 1, 3000 do
  local x = (i * 7919 % 10007) / (i % 97 + 1) * 10 ^ (i % 40 - 20)
  if tonumber(string.format("%.17g", x)) ~= x then wrong = wrong + 1 end
  if tonumber(string.format("0x%x", i * 5)) ~= i * 5 then wrong = wrong + 1 end
end
print(wrong)
local texts = {"10", " 10 ", "0x1F", "1e3", ".5", "5.", "1e", "0x", "abc", "", "1 2", "-0x10", "1e-2", "0x.8p1", "inf", "nan", "1e400"}
for _, text in ipairs(texts) do print(text, tonumber(text)) end
for base = 2, 36, 7 do print(base, tonumber("1011", base), tonumber("zz", base), tonumber("7f", base)) end
