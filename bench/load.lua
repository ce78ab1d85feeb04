-- A wrk script: post the file named by $BENCH_BODY, a fresh UUID in place of @@UUID@@ each time,
-- and print what was measured as one line of JSON. $BENCH_SEED keeps the UUIDs of two loads apart.
-- The file named by $BENCH_TOKENS, when there is one, holds a bearer token for each request.

local MARK = "@@UUID@@"
local BLANK = "00000000-0000-4000-8000-000000000000"
local TOKEN = "@@TOKEN@@"
local before, after
local tokens, used = {}, 0
local first

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- Split text around the first place where mark stands; nil when it stands nowhere.
local function split(text, mark)
  local first, last = text:find(mark, 1, true)
  if first then
    return text:sub(1, first - 1), text:sub(last + 1)
  end
end

local function uuid()
  local r = math.random
  return string.format("%04x%04x-%04x-4%03x-%04x-%04x%04x%04x",
    r(0, 0xffff), r(0, 0xffff), r(0, 0xffff), r(0, 0xfff), r(0x8000, 0xbfff),
    r(0, 0xffff), r(0, 0xffff), r(0, 0xffff))
end

-- Write the whole HTTP request once, so that little is left to do for each.
function init()
  math.randomseed(tonumber(os.getenv("BENCH_SEED") or os.time()))
  local body = read(os.getenv("BENCH_BODY"))
  local head, tail = split(body, MARK)
  if head then
    body = head .. BLANK .. tail
  end
  local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
  local file = os.getenv("BENCH_TOKENS")
  if file then
    headers["Authorization"] = "Bearer " .. TOKEN
    for token in read(file):gmatch("%S+") do
      tokens[#tokens + 1] = token
    end
  end
  local whole = wrk.format("POST", nil, headers, body)
  before, after = whole, nil
  if head then
    before, after = split(whole, BLANK)
  end
  if file then
    first, before = split(before, TOKEN)
  end
end

function request()
  local head = before
  if first then
    used = used + 1
    head = first .. assert(tokens[used], "too few tokens") .. before
  end
  return after and (head .. uuid() .. after) or head
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
