-- The world that is measured in, made in a DuckDB store: :customers people over two years of growing traffic, with
-- heavy-tailed conversations (one message to :longest), always the same. Rows lie in the order in which they arrived.

-- Hashed twice: once leaves what differs only in its salt correlated.
create temp macro draw(i, salt) as hash(hash(i, salt));
create temp macro chance(i, salt) as (draw(i, salt) >> 11) / 9007199254740992.0;

create temp table casting as
with drawn as (
    select
        i,
        'c-' || i as customer_id,
        case
            when chance(i, 'channel') < 0.45 then 'webchat'
            when chance(i, 'channel') < 0.75 then 'messenger'
            when chance(i, 'channel') < 0.88 then 'alexa'
            else 'google_assistant'
        end as channel,
        ['en', 'en', 'en', 'en', 'en', 'en', 'en', 'en', 'fr', 'fr', 'fr', 'fr', 'de', 'de', 'de', 'es', 'es', 'es', 'it', 'pl']
            [1 + cast(floor(20 * chance(i, 'language')) as integer)] as language,
        case when chance(i, 'second language') < 0.02 then 'pl' end as first_language,
        least(:longest, 1 + cast(floor(9.8 * (power(greatest(chance(i, 'length'), 1e-9), -0.7) - 1)) as integer)) as length,
        case when chance(i, 'hard') < 0.3 then 0.29 else 0.06 end as failing,
        chance(i, 'need help') < 0.05 as needs_help,
        chance(i, 'mute') < 0.02 as muted,
        chance(i, 'named') < 0.6 as named
    from range(:customers) as people(i)
), paced as (
    select
        *,
        -- Sessions of twenty messages, some days apart; long conversations began early enough to end in time.
        least(0.5 + 9 * chance(i, 'gap'), 690.0 / ((length - 1) // 20 + 1)) as days_between
    from drawn
)
select
    *,
    cast(
        sha256(unhex(':outer') || unhex(sha256(unhex(':inner') || encode(channel) || '\x00'::blob || encode(customer_id))))[:32]
        as uuid
    ) as customer_key,
    cast(:first_day as timestamp) + to_milliseconds(cast(
        86400000 * (729 - days_between * ((length - 1) // 20)) * sqrt(chance(i, 'start')) as bigint)) as started
from paced;

create temp table sentences as
select list(first.part || ' ' || second.part || ' ' || third.part order by hash(first.part, second.part, third.part)) as pool
from (select unnest(['Can I', 'Where do I', 'I would like to', 'Please', 'How long until you', 'Why did nobody', 'Kann ich', 'Je voudrais', 'Quiero', 'Vorrei', 'Chcę', 'Hi, could you']) as part) as first,
     (select unnest(['change', 'cancel', 'find', 'pay for', 'move', 'upgrade', 'report', 'see', 'print', 'confirm', 'refund', 'forget']) as part) as second,
     (select unnest(['my ticket', 'the berth to Wien', 'une couchette', 'das Gepäck', 'my dog’s seat', 'the breakfast', 'a lost umbrella', 'billet numéro', 'the wifi code', 'tomorrow’s train', 'the refund from Łódź', 'my account']) as part) as third;

insert into messages
with lines as (
    select
        i,
        customer_key,
        channel,
        case when j < length // 2 then coalesce(first_language, language) else language end as language,
        j,
        -- Some of those who asked for a person have got an answer: the last line is theirs.
        needs_help and length > 2 and j = length - 1 and chance(i, 'answered') < 0.75 as by_agent,
        failing,
        started + to_milliseconds(
            cast(86400000 * days_between * (j // 20) as bigint) + 25000 * (j % 20) + cast(floor(20000 * chance(i, j)) as bigint)
        ) as sent_at
    from (select *, unnest(range(length)) as j from casting) as spoken
    order by sent_at
), said as (
    select
        *,
        case when by_agent then 'agent' when j % 2 = 1 then 'bot' else 'user' end as sender,
        case when j % 2 = 0 and not by_agent and chance(i, j + 1000000) < 0.05 then 'button' else 'typed' end as kind,
        pool[1 + cast(draw(hash(i, j), 'sentence') % 1728 as integer)]
            || case when chance(i, j + 2000000) < 0.4 then ' ' || (draw(hash(i, j), 'number') % 1000000) else '' end as text,
        chance(i, j + 3000000) as luck
    from lines
    cross join sentences
), judged as (
    select *, case when sender = 'user' and kind = 'typed' then luck >= failing end as understood
    from said
)
select
    customer_key,
    cast(draw(hash(i, j), 'event') as hugeint) - 9223372036854775808 as event_key,
    'events' as source,
    'm-' || i || '-' || j as event_id,
    channel,
    language,
    sender,
    kind,
    text,
    sent_at,
    null as seq,
    epoch_us(sent_at) as arrived,
    null as session,
    understood,
    case when understood then 'intent_' || (draw(hash(i, j), 'intent') % 60) when not understood then 'fallback' end as intent,
    case when understood then round(0.6 + 0.4 * luck, 2) when not understood then 0.3 end as confidence,
    case when not understood then '[{"intent":"intent_' || (draw(hash(i, j), 'other') % 60) || '","confidence":0.29}]' end as alternatives,
    case when by_agent then 'marta' end as agent,
    null as in_reply_to,
    null as attachments,
    sender = 'user' and kind = 'typed' as countable
from judged;

create temp table standing as
select
    customer_key,
    count(*) as message_count,
    min(sent_at) as first_at,
    max(sent_at) as last_at,
    arg_max(language, sent_at) as language,
    arg_max(sender, sent_at) as last_sender,
    left(arg_max(text, sent_at), 200) as last_text,
    max(sent_at) filter (where sender = 'user') as last_user_at,
    arg_max(event_key, sent_at) filter (where sender = 'user') as last_user_event,
    arg_max_null(understood, sent_at) filter (where sender = 'user') as last_user_understood
from messages
group by customer_key;

create temp table persons as
select
    casting.*,
    standing.* exclude (customer_key, language),
    standing.language as last_language,
    case when named then given.name end as first_name,
    case when named then family.name end as last_name,
    case when named then given.folded end as first_folded,
    case when named then family.folded end as last_folded,
    case when named and chance(i, 'mail') < 0.5 then given.folded || '.' || family.folded || (draw(i, 'mail') % 90) || '@example.org' end as email,
    case when named and chance(i, 'phone') < 0.2 then '+33 6 ' || (10000000 + draw(i, 'phone') % 89999999) end as phone_number,
    last_at - interval 20 seconds as asked_at,
    case when muted then last_at + interval 1 minute end as muted_at
from casting
join standing on standing.customer_key = casting.customer_key
join names as given on given.kind = 'given' and given.place = draw(i, 'given') % :given
join names as family on family.kind = 'family' and family.place = draw(i, 'family') % :family;

insert into people
select
    customer_key, customer_id, first_name, last_name, null, email, phone_number, null, null, null, '{}', last_text, last_sender,
    case when needs_help then 'asked for a human' end,
    case when muted_at + interval 72 hours > cast(:now as timestamp) then 'I answer myself' end
from persons
order by first_at;

insert into customers
select
    customer_key,
    channel,
    case when needs_help then 'need_help' when last_user_understood = false then 'not_understood' else 'ok' end,
    last_language,
    last_at,
    case when muted_at + interval 72 hours > cast(:now as timestamp) then muted_at + interval 72 hours end,
    concat_ws(chr(10), first_folded, last_folded, email, phone_number, regexp_replace(phone_number, '\D', '', 'g'), customer_id),
    first_at,
    message_count,
    last_at,
    0,
    last_user_at,
    0,
    last_user_event,
    last_user_understood,
    0,
    case when needs_help then asked_at end,
    case when needs_help then asked_at else timestamp '1970-01-01' end,
    0,
    case when muted_at + interval 72 hours > cast(:now as timestamp) then muted_at end,
    case when muted_at + interval 72 hours > cast(:now as timestamp) then 'marta' end,
    coalesce(muted_at, timestamp '1970-01-01'),
    0
from persons
order by first_at;

insert into mutes
select
    customer_key,
    cast(md5('mute' || i) as uuid),
    muted_at,
    muted_at + interval 72 hours,
    'marta',
    case when muted_at + interval 72 hours <= cast(:now as timestamp) then muted_at + interval 72 hours end,
    case when muted_at + interval 72 hours <= cast(:now as timestamp) then 'timer' end
from persons
where muted
order by muted_at;

insert into other_events
select customer_key, cast(draw(i, 'customer event') as hugeint) - 9223372036854775808, 'events', 'c-' || i, 'customer', first_at
from persons
where named
union all
select customer_key, cast(draw(i, 'status event') as hugeint) - 9223372036854775808, 'events', 's-' || i, 'status', asked_at
from persons
where needs_help;

insert into activity (act_id, done_at, recorded_at, actor, act, customer_key, channel, reason, details)
select cast(md5('muting' || i) as uuid), muted_at, muted_at, 'marta', 'mute', customer_key, channel, 'I answer myself', null
from persons
where muted
union all
select cast(md5('unmuting' || i) as uuid), muted_at + interval 72 hours, muted_at + interval 72 hours, 'sweep', 'unmute_automatic', customer_key, channel, null, null
from persons
where muted and muted_at + interval 72 hours <= cast(:now as timestamp)
union all
select cast(md5('asking' || i) as uuid), asked_at, asked_at, 'events', 'status_need_help', customer_key, channel, 'asked for a human', null
from persons
where needs_help;

insert into customer_days
select
    customer_key,
    cast(sent_at as date),
    channel,
    language,
    count(*),
    count(*) filter (where countable and understood is not null),
    count(*) filter (where countable and not understood),
    count(*) filter (where sender = 'user' and kind = 'button')
from messages
group by customer_key, cast(sent_at as date), channel, language
order by cast(sent_at as date);

insert into daily_counts
select day, channel, language, sum(eligible), sum(not_understood), sum(buttons)
from customer_days
where eligible > 0 or buttons > 0
group by day, channel, language
order by day;

insert into quarter_counts
select
    floor(epoch(sent_at) / 900),
    channel,
    language,
    count(*),
    count(*) filter (where not understood)
from messages
where countable and understood is not null
group by 1, 2, 3
order by 1;
