{# What of a school rests on a raw table: concern -> table. A row of `schools` bears all of it. #}
{% macro quarantine_concerns() -%}
    {{
        return(
            {
                'pupils': 'enrolment',
                'cohort': 'enrolment',
                'classes': 'classes',
                'teachers': 'staff',
                'facilities': 'facilities',
                'rooms': 'rooms',
                'school_money': 'school_funding',
            }
        )
    }}
{%- endmacro %}

{# The schools whose rows of some concerns were set aside, one row each, as a subquery to join. #}
{% macro quarantined_schools(concerns) -%}
    select distinct school_year, school_code
    from {{ ref('int_quarantined_schools') }}
    where concern in ({% for concern in concerns %}'{{ concern }}'{% if not loop.last %}, {% endif %} {% endfor %})
{%- endmacro %}

{# The counties whose figures of some concerns rest on rows that were set aside, one row each. #}
{% macro quarantined_counties(concerns) -%}
    select distinct school_year, county_code
    from {{ ref('int_quarantined_counties') }}
    where concern in ({% for concern in concerns %}'{{ concern }}'{% if not loop.last %}, {% endif %} {% endfor %})
{%- endmacro %}
