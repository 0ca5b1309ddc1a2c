-- One method of the dedup store on one entry: a hash of the runner's token, the message's fingerprint,
-- the millisecond until which it holds, and once completed the reply. Repeated by the same token it has
-- the same answer. Time is the server's. Answers a code, or the reply for a duplicate.
--
-- KEYS[1] the entry
-- ARGV    method, token, fingerprint or reply, lease and window in ms, time shift in ms
local method, token, content = ARGV[1], ARGV[2], ARGV[3]
local lease, window = tonumber(ARGV[4]), tonumber(ARGV[5])
local FIRST, RUNNING, CONFLICT, DONE, FENCED = 0, 2, 3, 4, 5

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[6]
local entry = redis.call('HMGET', KEYS[1], 'token', 'print', 'until', 'reply')
local mine = entry[1] == token
local holds = entry[3] and tonumber(entry[3]) > now

local function keep(millis)
  redis.call('PEXPIRE', KEYS[1], math.max(millis, window))
end

if method == 'begin' then
  if holds and not (mine and not entry[4]) then
    if entry[2] ~= content then
      return CONFLICT
    end
    return entry[4] or RUNNING
  end
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'token', token, 'print', content, 'until', now + lease)
  keep(lease)
  return FIRST
end

if not mine then
  return FENCED
end
if entry[4] then
  return (method == 'complete' and entry[4] == content) and DONE or FENCED
end
if method == 'complete' then
  redis.call('HSET', KEYS[1], 'reply', content, 'until', now + window)
  keep(window)
elseif method == 'extend' then
  redis.call('HSET', KEYS[1], 'until', now + lease)
  keep(lease)
else
  redis.call('DEL', KEYS[1])
end
return DONE
