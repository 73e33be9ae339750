-- Grain:    one successful answer (2xx, no error), of those that the load under way reads
-- Source:   bronze.record
-- Read by:  bronze.record_item, the loader (silver.poll)
create or replace view bronze.record_answer
copy grants
comment = 'Successful answers of the load under way, parsed'
as

-- What is longer than the poller takes (4 MiB) is kept raw, and not parsed: an imported
-- body could cost gigabytes of memory.
with answers as (

    select
        partition_id,
        log_offset,
        family,
        iff(length(body) > 4194304, 'too long', body) as body,
        is_binary
    from bronze.record
    where
        error is null
        and status between 200 and 299

),

-- A body without escapes (chr(92) is the backslash), strings and blanks.
skeletons as (

    select
        *,
        translate(
            regexp_replace(
                replace(replace(body, chr(92) || chr(92), ''), chr(92) || '"', ''),
                '"[^"]*"',
                's'
            ),
            ' ' || chr(9) || chr(10) || chr(13),
            ''
        ) as skeleton
    from answers

),

-- Parsers take more than RFC 8259 allows: a comma at the end of a list, NaN, Infinity.
documents as (

    select
        partition_id,
        log_offset,
        family,
        is_binary,
        skeleton,
        iff(
            contains(skeleton, ',]')
            or contains(skeleton, ',}')
            or contains(lower(skeleton), 'nan')
            or contains(lower(skeleton), 'inf'),
            null,
            try_parse_json(body)
        ) as document
    from skeletons

),

final as (

    select
        partition_id,
        log_offset,
        family,
        not is_binary
        and (
            skeleton is null
            or skeleton in ('', '{}', '[]', 'null')
            or coalesce(to_json(document:data) in ('[]', 'null'), false)
        ) as is_empty,
        iff(is_binary, null, to_json(document:data)) as data_json
    from documents

)

select * from final;
