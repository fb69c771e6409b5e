-- The precedence error > no_data > not_applicable > fail > warn > pass, and that nothing at all is an error.
with
    groups as (
        select 'error' as expected, 'pass' as status, 1 as number
        union all
        select 'error', 'error', 1
        union all
        select 'error', 'no_data', 1
        union all
        select 'no_data', 'no_data', 2
        union all
        select 'no_data', 'not_applicable', 2
        union all
        select 'no_data', 'pass', 2
        union all
        select 'not_applicable', 'not_applicable', 3
        union all
        select 'not_applicable', 'fail', 3
        union all
        select 'fail', 'fail', 4
        union all
        select 'fail', 'warn', 4
        union all
        select 'fail', 'pass', 4
        union all
        select 'warn', 'warn', 5
        union all
        select 'warn', 'pass', 5
        union all
        select 'pass', 'pass', 6
        union all
        select 'error', 'no such word', 7
        union all
        select 'error', 'pass', 7
        union all
        select 'error', null, 8
    ),

    found as (
        select number, max(expected) as expected, {{ worst_status('status') }} as status
        from groups
        group by number
        union all
        select 9 as number, 'error' as expected, {{ worst_status('status') }} as status
        from groups
        where number = 0
    )

select number, expected, status
from found
where status <> expected or status is null
