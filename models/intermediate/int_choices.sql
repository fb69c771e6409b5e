with
    jurisdictions as (select * from {{ ref('int_jurisdictions') }}),
    choices as (select * from {{ ref('county_choices') }}),

    candidates as (
        select
            jurisdictions.school_year,
            jurisdictions.county_code,
            choices.choice_id,
            choices.value,
            choices.jurisdiction as chosen_by,
            row_number() over (
                partition by jurisdictions.school_year, jurisdictions.county_code, choices.choice_id
                order by jurisdictions.distance
            ) as preference
        from jurisdictions
        inner join
            choices
            on jurisdictions.jurisdiction = choices.jurisdiction
            and {{ is_valid_on('choices', 'jurisdictions.reference_date') }}
    )

select school_year, county_code, choice_id, value, chosen_by
from candidates
where preference = 1
