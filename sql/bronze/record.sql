-- Grain:    one record that is a Poll, of those that the load under way reads
-- Source:   bronze.raw_intensity, bronze.record_to_read
-- Read by:  bronze.record_answer, the loader
-- A field counts where its JSON type is the promised one, which TO_JSON shows in its first
-- letter, and is cast only then. A needed field that is absent or of another type makes
-- the record no Poll: it has no row here. An optional one becomes null.
create or replace view bronze.record
copy grants
comment = 'Records of the load under way that are polls, typed'
as

with records as (

    select
        wanted.partition_id,
        wanted.log_offset,
        raw.v
    from bronze.raw_intensity as raw
    inner join bronze.record_to_read as wanted
        on
            raw.v:partition::bigint = wanted.partition_id
            and raw.v:offset::bigint = wanted.log_offset

),

fields as (

    select
        partition_id,
        log_offset,
        iff(startswith(to_json(v:poll.poll_id), '"'), v:poll.poll_id::string, null) as poll_id,
        iff(startswith(to_json(v:poll.family), '"'), v:poll.family::string, null) as family,
        iff(startswith(to_json(v:poll.series), '"'), v:poll.series::string, null) as series,
        iff(startswith(to_json(v:poll.url), '"'), v:poll.url::string, null) as url,
        iff(startswith(to_json(v:poll.error), '"'), v:poll.error::string, null) as error,
        iff(startswith(to_json(v:poll.body), '"'), v:poll.body::string, null) as body,
        to_json(v:poll.body) as body_json,
        to_json(v:poll.body_base64) as body_base64_json,
        to_json(v:poll.status) as status_json,
        to_json(v:poll.imported) as imported_json,
        to_json(v:poll.scheduled_at) as scheduled_at_json,
        to_json(v:poll.requested_at) as requested_at_json,
        to_json(v:poll.answered_at) as answered_at_json
    from records

),

-- RFC 3339; a session's own time zone never plays a part.
moments as (

    select
        *,
        iff(
            regexp_like(
                scheduled_at_json,
                '"[1-9][0-9]{3}-..-..T([01].|2[0-3]):.*(Z|[+-][0-2].:..)"'
            ),
            try_cast(replace(scheduled_at_json, '"', '') as timestamp_tz),
            null
        ) as scheduled_at,
        iff(
            regexp_like(
                requested_at_json,
                '"[1-9][0-9]{3}-..-..T([01].|2[0-3]):.*(Z|[+-][0-2].:..)"'
            ),
            try_cast(replace(requested_at_json, '"', '') as timestamp_tz),
            null
        ) as requested_at,
        iff(
            regexp_like(
                answered_at_json,
                '"[1-9][0-9]{3}-..-..T([01].|2[0-3]):.*(Z|[+-][0-2].:..)"'
            ),
            try_cast(replace(answered_at_json, '"', '') as timestamp_tz),
            null
        ) as answered_at
    from fields

),

typed as (

    select
        partition_id,
        log_offset,
        poll_id,
        family,
        series,
        url,
        convert_timezone('UTC', scheduled_at)::timestamp_ntz as scheduled_at,
        convert_timezone('UTC', requested_at)::timestamp_ntz as requested_at,
        convert_timezone('UTC', answered_at)::timestamp_ntz as answered_at,
        iff(regexp_like(status_json, '-?[0-9]{1,9}'), try_cast(status_json as bigint), null)
            as status,
        error,
        body,
        coalesce(startswith(body_base64_json, '"'), false) as is_binary,
        coalesce(imported_json = 'true', false) as imported,
        status_json,
        answered_at_json,
        body_json
    from moments

),

final as (

    select
        partition_id,
        log_offset,
        poll_id,
        family,
        series,
        url,
        scheduled_at,
        requested_at,
        answered_at,
        status,
        error,
        body,
        is_binary,
        imported
    from typed
    where
        poll_id is not null
        and family is not null
        and series is not null
        and url is not null
        and (status is not null or status_json = 'null')
        and (answered_at is not null or answered_at_json = 'null')
        and (answered_at is not null or status is null)
        and (body is not null or coalesce(body_json, 'null') = 'null')

)

select * from final;
