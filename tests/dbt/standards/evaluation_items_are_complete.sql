-- 15 + 9 + 1 + 6 + 2 items, numbered without a gap, each with an indicator of its own group.
with
    items as (select * from {{ ref('evaluation_items') }}),
    indicators as (select * from {{ ref('indicators') }}),

    expected as (
        {% for grp, items in [('government', 15), ('quality', 9), ('social', 1), ('veto', 6), ('application', 2)] %}
            {{ 'union all' if not loop.first }} select '{{ grp }}' as grp, {{ items }} as items
        {% endfor %}
    ),

    listed as (
        select
            grp,
            count(*) as items,
            min(item_no) as first_no,
            max(item_no) as last_no,
            count(distinct item_no) as numbers
        from items
        group by grp
    )

select coalesce(expected.grp, listed.grp) as broken_id
from expected
full outer join listed on expected.grp = listed.grp
where
    expected.items is null
    or listed.items is null
    or expected.items <> listed.items
    or listed.first_no <> 1
    or listed.last_no <> listed.items
    or listed.numbers <> listed.items
union all
select items.item_id as broken_id
from items
left join
    indicators
    on items.item_id = indicators.item_id
    and items.grp = indicators.grp
    and items.item_no = indicators.item_no
where indicators.indicator_id is null
