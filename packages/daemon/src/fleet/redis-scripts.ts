import { createHash } from 'node:crypto';

/** A script that Redis runs as a whole. */
export interface Script {
  readonly text: string;
  /** What Redis knows it by. */
  readonly sha: string;
}

function script(text: string): Script {
  const whole = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function lives(field)
  local lease = redis.call('ZSCORE', KEYS[1], string.match(field, '^[^/]*'))
  return lease and tonumber(lease) > now
end
${text}`;
  return { text: whole, sha: createHash('sha1').update(whole).digest('hex') };
}

// In all of them KEYS[1] is the sorted set of nodes with the ends of their leases by the clock of Redis, and ARGV[1] the node that asks.

/** Begins a lease of ARGV[2] milliseconds. Clears away 100 nodes that are dead. */
export const JOIN: Script = script(`
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], node)
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return 1`);

/** Renews a lease to ARGV[2] milliseconds. */
export const RENEW: Script = script(`
if not lives(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return 1`);

/** Takes places in the hash KEYS[2]: ARGV[2] are held, ARGV[3] wanted, ARGV[4] the most, ARGV[5] how long the hash is kept. */
export const TAKE: Script = script(`
if not lives(ARGV[1]) then return -1 end
local others = 0
local fields = redis.call('HGETALL', KEYS[2])
for at = 1, #fields, 2 do
  if fields[at] ~= ARGV[1] then
    if lives(fields[at]) then others = others + fields[at + 1]
    else redis.call('HDEL', KEYS[2], fields[at]) end
  end
end
local granted = math.max(0, math.min(tonumber(ARGV[3]), ARGV[4] - ARGV[2] - others))
local count = ARGV[2] + granted
if count > 0 then
  redis.call('HSET', KEYS[2], ARGV[1], string.format('%d', count))
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
else
  redis.call('HDEL', KEYS[2], ARGV[1])
end
return granted`);

/**
 * Writes fields, one of each of the hashes from KEYS[2] on: ARGV[2] is how long they are kept, then come a name and a value for each. Of each
 * hash it looks at another field as well, any one: so those of dead nodes are few.
 */
export const WRITE: Script = script(`
if not lives(ARGV[1]) then return 0 end
for at = 2, #KEYS do
  local other = redis.call('HRANDFIELD', KEYS[at])
  if other and not lives(other) then redis.call('HDEL', KEYS[at], other) end
  local name, value = ARGV[at * 2 - 1], ARGV[at * 2]
  if value == '' then
    redis.call('HDEL', KEYS[at], name)
  else
    redis.call('HSET', KEYS[at], name, value)
    redis.call('PEXPIRE', KEYS[at], ARGV[2])
  end
end
return 1`);

/** The fields of the hash KEYS[2] whose nodes live. */
export const LIST: Script = script(`
local found = {}
local fields = redis.call('HGETALL', KEYS[2])
for at = 1, #fields, 2 do
  if lives(fields[at]) then
    found[#found + 1] = fields[at]
    found[#found + 1] = fields[at + 1]
  end
end
return found`);
