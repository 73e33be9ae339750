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

-- Parsers take more than RFC 8259 allows: a comma at the end of a list, NaN, Infinity. Most
-- bodies have nothing that looks like it, not even within a string.
looked_at as (

    select
        *,
        replace(replace(replace(replace(body, ' ', ''), chr(9), ''), chr(10), ''), chr(13), '')
            as body_without_blanks
    from answers

),

-- A body without escapes (chr(92) is the backslash) and strings.
skeletons as (

    select
        *,
        iff(
            contains(body_without_blanks, ',]')
            or contains(body_without_blanks, ',}')
            or contains(lower(body_without_blanks), 'nan')
            or contains(lower(body_without_blanks), 'inf'),
            regexp_replace(
                replace(
                    replace(body_without_blanks, chr(92) || chr(92), ''), chr(92) || '"', ''
                ),
                '"[^"]*"',
                's'
            ),
            ''
        ) as skeleton
    from looked_at

),

documents as (

    select
        partition_id,
        log_offset,
        family,
        is_binary,
        body_without_blanks,
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

contents as (

    select
        *,
        iff(is_binary, null, document:data) as data
    from documents

),

final as (

    select
        partition_id,
        log_offset,
        family,
        not is_binary
        and (
            body_without_blanks is null
            or body_without_blanks in ('', '{}', '[]', 'null')
            or coalesce(to_json(data) in ('[]', 'null'), false)
        ) as is_empty,
        data
    from contents

)

select * from final;
