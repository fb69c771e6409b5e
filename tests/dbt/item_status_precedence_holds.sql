-- The precedence no_data > not_met > pending > remediation > met > not_applicable, and that nothing at all, or an
-- unknown word, has no data.
with
    groups as (
        select 'no_data' as expected, 'no_data' as status, 1 as number
        union all
        select 'no_data', 'not_met', 1
        union all
        select 'not_met', 'not_met', 2
        union all
        select 'not_met', 'pending', 2
        union all
        select 'not_met', 'met', 2
        union all
        select 'pending', 'pending', 3
        union all
        select 'pending', 'remediation', 3
        union all
        select 'remediation', 'remediation', 4
        union all
        select 'remediation', 'met', 4
        union all
        select 'met', 'met', 5
        union all
        select 'met', 'not_applicable', 5
        union all
        select 'not_applicable', 'not_applicable', 6
        union all
        select 'no_data', 'no such word', 7
        union all
        select 'no_data', 'met', 7
        union all
        select 'no_data', null, 8
        union all
        select 'no_data', 'met', 8
    ),

    found as (
        select number, max(expected) as expected, {{ worst_item_status('status') }} as status
        from groups
        group by number
        union all
        select 9 as number, 'no_data' as expected, {{ worst_item_status('status') }} as status
        from groups
        where number = 0
    ),

    -- An item's word as the status of a judged row: only what is met passes.
    words as (
        select 'met' as word, 'pass' as expected
        union all
        select 'not_met', 'fail'
        union all
        select 'remediation', 'fail'
        union all
        select 'pending', 'no_data'
        union all
        select 'no_data', 'no_data'
        union all
        select 'not_applicable', 'not_applicable'
        union all
        select null, 'no_data'
    )

select cast(number as string) as asked, expected, status
from found
where status <> expected or status is null
union all
select word as asked, expected, {{ status_of_item('word') }} as status
from words
where {{ status_of_item('word') }} <> expected
