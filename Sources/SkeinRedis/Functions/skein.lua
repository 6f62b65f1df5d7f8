#!lua name=@SKEIN@
--
-- What nodes do in Redis in one step: publish and read streams, keep presence, keep the registry of nodes.
--
-- A function runs alone, so nobody sees half of its work: a publication is numbered, appended and sent to the
-- subscribers at one instant. Every key comes in KEYS and nothing is computed from other keys, as a Redis Cluster
-- demands; there the keys of one call have a hash tag in common. The node puts a name with a hash of this text in place
-- of every @SKEIN@, so that nodes of two versions can work side by side. Redis 7.0 or later.
--
-- All times are the clock of Redis in milliseconds: the clocks of nodes do not matter. Numbers are doubles, exact below
-- 2^53. Redis prints a number argument with 17 digits and Lua concatenates it with 14, so offsets are passed and never
-- concatenated. Lua's and Redis' functions are not there yet while a library is loaded: no local names for them.

local EXACT_LIMIT = 2 ^ 53

local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A whole number, or nil. What a double cannot tell apart counts as 2^53, which no offset reaches.
local function whole(text)
    local number = tonumber(text)
    if not number or number % 1 ~= 0 then return nil end
    if number > EXACT_LIMIT then return EXACT_LIMIT end
    if number < -EXACT_LIMIT then return -EXACT_LIMIT end
    return number
end

-- Registers @SKEIN@_<name>. `keys` and `arguments` say what it takes, one word each: `#word` is a whole number, `?word`
-- a whole number or nothing (then false), and a last `...` any number of further arguments. A call that does not fit is
-- refused before anything is done. Every publication comes by here, so this is a plain loop.
local function define(name, keys, arguments, body, flags)
    local words, numbers, optional, key_count, is_open = {}, {}, {}, 0, false
    for _ in keys:gmatch('%S+') do key_count = key_count + 1 end
    for mark, word in arguments:gmatch('([#?]?)(%S+)') do
        if word == '...' then is_open = true else words[#words + 1] = word end
        if mark ~= '' then numbers[#numbers + 1] = #words end
        optional[#words] = mark == '?'
    end
    local usage = 'ERR ' .. name .. ' takes the keys ' .. keys .. ' and the arguments ' .. arguments
    local word_count, number_count = #words, #numbers

    local function callback(given_keys, given)
        local count = #given
        if #given_keys ~= key_count or count < word_count or (count > word_count and not is_open) then
            return redis.error_reply(usage)
        end
        for index = 1, number_count do
            local place = numbers[index]
            local number = whole(given[place])
            if not number and not (optional[place] and given[place] == '') then
                return redis.error_reply('ERR ' .. name .. ' got an unusable ' .. words[place])
            end
            given[place] = number or false
        end
        return body(given_keys, given)
    end
    redis.register_function { function_name = '@SKEIN@_' .. name, callback = callback, flags = flags or {} }
end

-- Streams ------------------------------------------------------------------------------------------------------------
--
-- A stream is two keys. The hash `meta`: e epoch, s offset of the newest publication, n how many publications count,
-- r and f see below. The stream `stream`: the publications under the ids <offset>-0, each with one field d, which is
-- time (u64) and body. The publications expire together, `ttl` after the newest; the meta lives longer, so that a
-- position can still be compared when they are gone.
--
-- Trimming. Redis trims a stream to an exact length entry by entry, but to an approximate one in whole nodes of its
-- tree. That saves an eighth of the cost of a publication and needs no more memory, as an entry that is trimmed alone
-- leaves its bytes behind until its node goes (t_stream.c, streamTrim). Offsets have no gaps, so the n newest are known
-- without a count: older ones that are still there are never read, and are removed before n grows.
--
-- Forks. Redis can lose its newest writes: by a restart from disk, a restored backup, a failover to a replica that
-- lagged. Other publications get the lost offsets then, so an offset alone no longer names one. Therefore a position
-- has the epoch `<e>.<tag>`: the tag names the history of Redis that the node is connected to, and each such event
-- makes another (from master_replid). r is the tag of the last write. The first call with another notes in f how far
-- the stream of the old tag reaches in this history, as `<tag>=<offset>;`: up to there its positions are positions of
-- this stream; what came after that, if anything, is lost.

-- More notes than these are dropped, oldest first; clients from before then get no recovery.
local MOST_FORKS = 16

-- A name that can stand in a full epoch and in the notes of forks.
local function require_name(text)
    if #text > 64 or not text:find('^%w+$') then error(redis.error_reply('ERR unusable tag or epoch')) end
end

-- The stream of the two keys, and what of its meta is to be written: nil, 'fork' or 'new'. Without a usable meta nobody
-- knows what the publications are that may still be there: they are removed, and a new stream begins.
local function look_up(meta, stream, tag, new_epoch)
    local fields = redis.call('HMGET', meta, 'e', 'r', 's', 'n', 'f')
    local epoch, last_tag, top, forks = fields[1], fields[2], tonumber(fields[3]), fields[5]
    local kept = tonumber(fields[4] or EXACT_LIMIT)
    local is_usable = epoch and last_tag and top and kept and top < EXACT_LIMIT - 1
    if is_usable and last_tag == tag then return epoch, top, kept, forks or '' end
    require_name(tag)
    require_name(new_epoch)
    if not is_usable then
        redis.call('DEL', meta, stream)
        return new_epoch, 0, 0, '', 'new'
    end
    -- The caller has not noticed yet that the history goes on under another tag. What it wrote under the old one would
    -- put two publications at one position.
    if ((';' .. (forks or '')):find(';' .. tag .. '=', 1, true)) then
        error(redis.error_reply('FORKED the history of tag ' .. tag .. ' has ended'))
    end
    forks = (forks or '') .. last_tag .. '=' .. fields[3] .. ';'
    local _, count = forks:gsub(';', ';')
    if count > MOST_FORKS then forks = forks:gsub('[^;]*;', '', count - MOST_FORKS) end
    return epoch, top, kept, forks, 'fork'
end

local function write_meta(meta, epoch, tag, top, kept, forks)
    redis.call('HSET', meta, 'e', epoch, 'r', tag, 's', top, 'n', kept, 'f', forks)
end

-- The stream for a reader, who makes one where none is but lengthens no life: its epoch, full epoch, newest offset, the
-- offset before its oldest publication (if none expired) and its forks.
local function open(keys, tag, new_epoch, meta_ttl)
    local meta, stream = unpack(keys)
    local epoch, top, kept, forks, change = look_up(meta, stream, tag, new_epoch)
    if change then write_meta(meta, epoch, tag, top, kept, forks) end
    if change == 'new' then redis.call('PEXPIRE', meta, meta_ttl) end
    return epoch, epoch .. '.' .. tag, top, math.max(0, top - kept), forks
end

-- Up to which offset the positions of another epoch of the stream are positions of this one: up to the fork that ended
-- that epoch, or a later fork before it. -1 when it is no epoch of this stream.
local function shared_offset(position_epoch, epoch, top, forks)
    local bound
    for tag, fork in forks:gmatch('(%w+)=(%d+);') do
        if position_epoch == epoch .. '.' .. tag then
            bound = tonumber(fork)
        elseif bound then
            bound = math.min(bound, tonumber(fork))
        end
    end
    return bound and math.min(bound, top) or -1
end

-- Most bytes of entries in one reply, and how many entries are read at a time to find out. A node has to hold a reply,
-- and everybody waits while Redis puts it together.
local MOST_BYTES = 16 * 1024 * 1024
local ENTRIES_AT_ONCE = 64

-- Appends the entries from `first` to `last` to the reply, at most `limit`: id, data, id, data and so on. In reverse
-- when `first` is the newer. Stops in front of an entry that would make it too many bytes. -> the reply, how many
local function append_entries(reply, stream, first, last, limit)
    local command, step = 'XRANGE', 1
    if first > last then command, step = 'XREVRANGE', -1 end
    local count, bytes = 0, 0
    while count < limit do
        local entries = redis.call(command, stream, first, last, 'COUNT', math.min(ENTRIES_AT_ONCE, limit - count))
        for _, entry in ipairs(entries) do
            bytes = bytes + #entry[2][2]
            if bytes > MOST_BYTES and count > 0 then return reply, count end
            reply[#reply + 1] = entry[1]
            reply[#reply + 1] = entry[2][2]
            count = count + 1
        end
        if #entries < ENTRIES_AT_ONCE then break end
        first = tonumber(entries[#entries][1]:match('^%d+')) + step
        if (last - first) * step < 0 then break end
    end
    return reply, count
end

-- Appends the publication after `top`; false when the stream has publications from beyond it.
local function append(stream, top, kept, size, data)
    if size > kept and top > 0 then redis.call('XTRIM', stream, 'MAXLEN', '=', kept) end
    local result = redis.pcall('XADD', stream, 'MAXLEN', '~', size, top + 1, 'd', data)
    if type(result) == 'string' then return true end
    if result.err:find('smaller', 1, true) then return false end
    error(result)
end

-- Publishes, with size > 0 also into the stream. -> {offset, full epoch}, of the first publication when the key was
-- used within the window already.
--   live publication        \1 \1 body
--   positioned publication  \1 \2 offset (u64) time (u64) length of the epoch (u8) epoch body
define('publish', 'meta stream idempotency', 'channel body #size #ttl #meta_ttl tag new_epoch #window',
    function(keys, arguments)
        local meta, stream, idempotency = unpack(keys)
        local channel, body, size, ttl, meta_ttl, tag, new_epoch, window = unpack(arguments)
        if window > 0 then
            local known = redis.call('GET', idempotency)
            if known then
                local offset, full_epoch = known:match('^(%d+) (.*)$')
                return { tonumber(offset), full_epoch }
            end
        end
        local offset, full_epoch = 0, ''
        if size > 0 then
            local epoch, top, kept, forks, change = look_up(meta, stream, tag, new_epoch)
            local time = struct.pack('>I8', now())
            if not append(stream, top, kept, size, time .. body) then
                -- The two keys are not of one stream. What there is cannot be trusted: as if the meta were lost.
                redis.call('DEL', meta, stream)
                epoch, top, forks, change = new_epoch, 0, '', 'new'
                append(stream, top, 0, size, time .. body)
            end
            offset, full_epoch = top + 1, epoch .. '.' .. tag
            if change or size ~= kept then
                write_meta(meta, epoch, tag, offset, size, forks)
            else
                redis.call('HSET', meta, 's', offset)
            end
            redis.call('PEXPIRE', stream, ttl)
            redis.call('PEXPIRE', meta, math.max(ttl, meta_ttl))
            local head = struct.pack('>BBI8c8Bc0', 1, 2, offset, time, #full_epoch, full_epoch)
            redis.call('PUBLISH', channel, head .. body)
        else
            redis.call('PUBLISH', channel, '\1\1' .. body)
        end
        if window > 0 then
            redis.call('SET', idempotency, string.format('%.0f ', offset) .. full_epoch, 'PX', window)
        end
        return { offset, full_epoch }
    end)

-- Reads a part of the stream, from the oldest after `since` or, in reverse, the newest before it. With an epoch of
-- another stream, or from a part of this one that was lost, `since` reads nothing. -> {top, full epoch, id, data, ...}
define('history', 'meta stream', 'tag new_epoch #meta_ttl ?since since_epoch #limit #reverse', function(keys, arguments)
    local tag, new_epoch, meta_ttl, since, since_epoch, limit, reverse = unpack(arguments)
    local epoch, full_epoch, top, removed, forks = open(keys, tag, new_epoch, meta_ttl)
    local reply = { top, full_epoch }
    local is_foreign = since and since_epoch ~= '' and since_epoch ~= full_epoch
        and since > shared_offset(since_epoch, epoch, top, forks)
    if limit <= 0 or is_foreign then return reply end
    local oldest, newest = math.max(since or 0, removed) + 1, top
    if reverse ~= 0 then oldest, newest = removed + 1, math.min(since and since - 1 or top, top) end
    if oldest > newest then return reply end
    if reverse ~= 0 then oldest, newest = newest, oldest end
    return (append_entries(reply, keys[2], oldest, newest, limit))
end)

-- All that happened after `since`, or nothing. In the mode `cache` the newest publication makes up for all before it,
-- wherever the client was, and is needed unless the client has it. -> {top, full epoch, recovered, id, data, ...}
define('recover', 'meta stream', 'tag new_epoch #meta_ttl #since since_epoch mode #limit', function(keys, arguments)
    local tag, new_epoch, meta_ttl, since, since_epoch, mode, limit = unpack(arguments)
    if mode ~= 'stream' and mode ~= 'cache' then return redis.error_reply('ERR recover got an unusable mode') end
    local epoch, full_epoch, top, removed, forks = open(keys, tag, new_epoch, meta_ttl)
    local known = since_epoch == '' or since_epoch == full_epoch
    local shared = known and top or shared_offset(since_epoch, epoch, top, forks)
    local missed
    if mode == 'cache' then
        missed = since == top and since <= shared and since_epoch ~= '' and 0 or 1
    elseif since <= shared then
        missed = top - since
    end
    local reply, count = { top, full_epoch, 1 }, 0
    if missed and missed > 0 and missed <= math.min(limit, top - removed) then
        reply, count = append_entries(reply, keys[2], top - missed + 1, top, missed)
    end
    return count == missed and reply or { top, full_epoch, 0 }
end)

-- Removes the publications; positions stay comparable.
define('forget', 'meta stream', '', function(keys)
    redis.call('UNLINK', keys[2])
    return 1
end, { 'allow-oom' })

-- Presence -----------------------------------------------------------------------------------------------------------
--
-- The hash `presence` has a field per client, whose value says which node's lease it lives by, who it is, and whether
-- its leave is announced when that lease ends. The hash `users` counts the sessions of each user, so that its length is
-- the number of users. The hash `index` of an owner has a field per member that the lease answers for, and the field ''
-- as long as the lease may add members. Whoever sweeps an ended lease removes that field first: a member that a slow
-- owner added afterwards would stay for ever.
--
-- owner = <id>.<generation> of a node. Value: length (u8) owner, flag (1 character), length (u32) user, info.
local MEMBER = '>Bc0c1I4c0'

-- Who holds the entry of a client, its flag, its user and its info; nothing when it is not present.
local function member(presence, client)
    local value = redis.call('HGET', presence, client)
    if not value then return end
    local owner, flag, user, next_place = struct.unpack(MEMBER, value)
    return owner, flag, user, value:sub(next_place)
end

local function remove_session(users, user)
    if redis.call('HINCRBY', users, user, -1) <= 0 then redis.call('HDEL', users, user) end
end

-- Adds a member or replaces it. -> 1, or 0 when `maximum` others are present (0 for no limit). STALE when the lease is
-- over. The join is announced as  \1 \3 info.
define('enter', 'presence users index', 'owner client user info #flag #maximum entry channel #announce',
    function(keys, arguments)
        local presence, users, index = unpack(keys)
        local owner, client, user, info, flag, maximum, entry, channel, announce = unpack(arguments)
        if #owner > 255 then return redis.error_reply('ERR enter got an unusable owner') end
        if redis.call('HEXISTS', index, '') == 0 then
            return redis.error_reply('STALE the lease of ' .. owner .. ' is over')
        end
        local previous_owner, _, previous_user = member(presence, client)
        if maximum > 0 then
            local others = redis.call('HLEN', presence) - (previous_owner and 1 or 0)
            if others >= maximum then return 0 end
        end
        if previous_user ~= user then
            if previous_user then remove_session(users, previous_user) end
            redis.call('HINCRBY', users, user, 1)
        end
        local value = struct.pack(MEMBER, #owner, owner, flag ~= 0 and '1' or '0', #user, user) .. info
        redis.call('HSET', presence, client, value)
        redis.call('HSET', index, entry, 1)
        -- Who was there until now under another lease has not left for anybody.
        if announce ~= 0 and not previous_owner then redis.call('PUBLISH', channel, '\1\3' .. info) end
        return 1
    end)

-- Removes the clients that are still members of this owner: one that has moved to another stays. -> how many were
-- removed. Their leaves are announced as  \1 \4 info  with `announce` 1; with `s` (a sweep), as the entry's flag says.
define('leave', 'presence users index', 'owner channel announce client entry ...', function(keys, arguments)
    local presence, users, index = unpack(keys)
    local owner, channel, announce = unpack(arguments, 1, 3)
    if #arguments % 2 == 0 or not announce:find('^[01s]$') then
        return redis.error_reply('ERR leave got an unusable announce, or a client without an entry')
    end
    local removed = 0
    for place = 4, #arguments, 2 do
        local client, entry = arguments[place], arguments[place + 1]
        redis.call('HDEL', index, entry)
        local its_owner, flag, user, info = member(presence, client)
        if its_owner == owner then
            redis.call('HDEL', presence, client)
            remove_session(users, user)
            if announce == '1' or (announce == 's' and flag == '1') then
                redis.call('PUBLISH', channel, '\1\4' .. info)
            end
            removed = removed + 1
        end
    end
    return removed
end, { 'allow-oom' })

-- Registry -----------------------------------------------------------------------------------------------------------
--
-- Nodes hold leases that they renew with beats; whoever beats ends the leases that ran out. An ended lease leaves an
-- owner, <id>.<generation>, in `sweep`: somebody has to remove its members from presence, and claims it for a while.
--
-- The id of a name is small, stays the same, and is never given to another; the load balancer knows nodes by it. The
-- generation tells the processes of one name apart. The epoch of the ring counts its changes and is published, but
-- every answer has it too, so that a lost message does no harm. Another uuid is another registry: nodes join again.
--
-- ring: uuid, epoch, nextid, lastbeat, gen:<name>. nodes, stats: texts by name. leases: end by name. ids: id by name.
-- sweep: end of the claim by owner, 0 when nobody has claimed it.
local REGISTRY = 'ring nodes stats leases ids sweep'

-- Ended leases that one call takes care of; the next beats do the rest.
local MOST_REAPED = 64

-- A score that is itself not in the range.
local function exclusive(time)
    return string.format('(%.0f', time)
end

local function change_epoch(ring, channel)
    local epoch = redis.call('HINCRBY', ring, 'epoch', 1)
    redis.call('PUBLISH', channel, epoch)
    return epoch
end

-- Ends the lease of the name's present generation; false when there is none.
local function end_lease(keys, name, is_swept, claimed_until)
    local ring, nodes, stats, leases, ids, sweep = unpack(keys)
    if redis.call('ZREM', leases, name) == 0 then return false end
    redis.call('HDEL', nodes, name)
    redis.call('HDEL', stats, name)
    local id, generation = redis.call('HGET', ids, name), redis.call('HGET', ring, 'gen:' .. name)
    if is_swept and id and generation then redis.call('ZADD', sweep, claimed_until or 0, id .. '.' .. generation) end
    return true
end

-- Whether nobody was heard for longer than half a lease lasts. Then it was the registry that was away, not the nodes:
-- each of them gives several signs of life in that time. Half, because a lease that had almost run out in front of the
-- outage must not end in it.
local function was_away(last_beat, time, ttl)
    return not last_beat or time - last_beat > ttl / 2
end

-- Ends the leases that have run out, or, if the registry was away, gives every node a full lease to be heard in.
-- -> whether the nodes with a lease are others than before.
local function settle(keys, time, ttl, is_amnesty)
    local leases = keys[4]
    redis.call('HSET', keys[1], 'lastbeat', time)
    local ended = redis.call('ZRANGEBYSCORE', leases, '-inf', time, 'LIMIT', 0, MOST_REAPED)
    if is_amnesty then
        for _, name in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', time + ttl)) do
            redis.call('ZADD', leases, time + ttl, name)
        end
    else
        for _, name in ipairs(ended) do end_lease(keys, name, true) end
    end
    return #ended > 0
end

-- Who has the id already; nil when it is free.
local function holder(ids, id)
    local cursor = '0'
    repeat
        local page = redis.call('HSCAN', ids, cursor, 'COUNT', 1000)
        cursor = page[1]
        for place = 1, #page[2], 2 do
            if tonumber(page[2][place + 1]) == id then return page[2][place] end
        end
    until cursor == '0'
end

-- Starts a generation of the name. An older one that still has a lease loses it: its members are not this one's. `id`
-- is the one that the name is to have; without one it keeps its own or gets the next. TAKEN when it is another's.
-- -> {uuid, epoch, generation, id, whether an older one was replaced}
define('join', REGISTRY, 'channel name #ttl description stats uuid ?id', function(keys, arguments)
    local ring, nodes, stats, leases, ids = unpack(keys)
    local channel, name, ttl, description, figures, uuid, wanted = unpack(arguments)
    local time = now()
    local id = tonumber(redis.call('HGET', ids, name))
    if wanted and wanted ~= id then
        local other = holder(ids, wanted)
        if other then return redis.error_reply('TAKEN the id ' .. wanted .. ' belongs to ' .. other) end
        id = wanted
        redis.call('HSET', ids, name, id)
    end
    redis.call('HSETNX', ring, 'uuid', uuid)
    if not id then
        -- The ids may outlive the ring, whose counter begins again then; and some may have been asked for.
        id = math.max(tonumber(redis.call('HGET', ring, 'nextid')) or 0, redis.call('HLEN', ids)) + 1
        while holder(ids, id) do id = id + 1 end
        redis.call('HSET', ring, 'nextid', id)
        redis.call('HSET', ids, name, id)
    end
    -- Its members may be the same, and are put back now: nobody sweeps them for the length of a lease.
    local is_taken_over = end_lease(keys, name, true, time + ttl)
    settle(keys, time, ttl, was_away(redis.call('HGET', ring, 'lastbeat'), time, ttl))
    local generation = redis.call('HINCRBY', ring, 'gen:' .. name, 1)
    redis.call('ZADD', leases, time + ttl, name)
    redis.call('HSET', nodes, name, description)
    redis.call('HSET', stats, name, figures)
    return { redis.call('HGET', ring, 'uuid'), change_epoch(ring, channel), generation, id, is_taken_over and 1 or 0 }
end)

-- Renews a lease and says what the node has to know. GONE when the lease has run out while others were heard, whether
-- or not it was reaped: the members are gone or will be, and the node has to join again. FENCED when a newer process
-- has the name. -> {uuid, epoch, owners that nobody sweeps, time}
define('beat', REGISTRY, 'channel name #generation #ttl description stats', function(keys, arguments)
    local ring, nodes, stats, leases, _, sweep = unpack(keys)
    local channel, name, generation, ttl, description, figures = unpack(arguments)
    local fields = redis.call('HMGET', ring, 'uuid', 'epoch', 'lastbeat', 'gen:' .. name)
    local uuid, epoch, last_beat, present = fields[1], tonumber(fields[2]), fields[3], tonumber(fields[4])
    if present and present > generation then
        return redis.error_reply('FENCED ' .. name .. ' has the generation ' .. present)
    end
    if not present then return redis.error_reply('GONE the registry does not know ' .. name) end
    local time = now()
    local lease = present == generation and tonumber(redis.call('ZSCORE', leases, name))
    local is_amnesty = was_away(last_beat, time, ttl)
    if not lease or (lease <= time and not is_amnesty) then
        return redis.error_reply('GONE ' .. name .. ' has no lease')
    end
    local is_changed = settle(keys, time, ttl, is_amnesty)
    redis.call('ZADD', leases, time + ttl, name)
    redis.call('HSET', stats, name, figures)
    if redis.call('HGET', nodes, name) ~= description then
        redis.call('HSET', nodes, name, description)
        is_changed = true
    end
    if is_changed then epoch = change_epoch(ring, channel) end
    return { uuid, epoch, redis.call('ZCOUNT', sweep, '-inf', exclusive(time)), time }
end, { 'allow-oom' })

-- Gives up a lease; with `is_swept` 1 its members are left to be swept. -> whether the generation had one
define('resign', REGISTRY, 'channel name #generation #is_swept', function(keys, arguments)
    local channel, name, generation, is_swept = unpack(arguments)
    local present = tonumber(redis.call('HGET', keys[1], 'gen:' .. name))
    if present ~= generation or not end_lease(keys, name, is_swept ~= 0) then return 0 end
    change_epoch(keys[1], channel)
    return 1
end, { 'allow-oom' })

-- Takes an owner to sweep, for so long that another may take it then. -> owner, or nil
define('claim', REGISTRY, 'channel #claim', function(keys, arguments)
    local sweep, time = keys[6], now()
    local owner = redis.call('ZRANGEBYSCORE', sweep, '-inf', exclusive(time), 'LIMIT', 0, 1)[1]
    if owner then redis.call('ZADD', sweep, time + arguments[2], owner) end
    return owner or false
end, { 'allow-oom' })

-- An owner has no members left.
define('swept', REGISTRY, 'channel owner', function(keys, arguments)
    return redis.call('ZREM', keys[6], arguments[2])
end, { 'allow-oom' })

-- The nodes with a lease, by id. -> {uuid, epoch, time, name, id, generation, end of lease, description, stats, ...}
define('nodes', REGISTRY, 'channel', function(keys)
    local ring, nodes, stats, leases, ids = unpack(keys)
    local time = now()
    local found = {}
    local live = redis.call('ZRANGEBYSCORE', leases, exclusive(time), '+inf', 'WITHSCORES')
    for place = 1, #live, 2 do
        local name = live[place]
        found[#found + 1] = { name, tonumber(redis.call('HGET', ids, name)) or 0,
            tonumber(redis.call('HGET', ring, 'gen:' .. name)) or 0, tonumber(live[place + 1]),
            redis.call('HGET', nodes, name) or '', redis.call('HGET', stats, name) or '' }
    end
    table.sort(found, function(one, other) return one[2] < other[2] end)
    local reply = { redis.call('HGET', ring, 'uuid') or '', tonumber(redis.call('HGET', ring, 'epoch')) or 0, time }
    for _, node in ipairs(found) do
        for _, value in ipairs(node) do reply[#reply + 1] = value end
    end
    return reply
end, { 'no-writes' })
