"""What the sample county has to reproduce: figures of Tongnan's published self-assessment of 2025-05-06.

Everything in this module is printed in that document, for the school year 2024-2025 unless a name says otherwise.
"""

from __future__ import annotations

COUNTY_CODE = "500152"
YEARS = (2021, 2022, 2023, 2024)
LAST_YEAR = 2024

PUPILS = {"primary": 43408, "junior": 22382, "special": 104}
PUBLIC_PUPILS = {"primary": 40741, "junior": 20052}
STAFF = {"primary": 2859, "junior": 1818, "special": 24}
FULL_TIME = {"primary": 2769, "junior": 1767, "special": 23}
PUBLIC_POSTS = {"primary": 2755, "junior": 1541}

UNITS = {"primary": 58, "junior": 21}
INSTITUTIONS = 72
# The independent campus is a junior school with a code of its own.
KINDS = {"primary": 50, "nine_year": 7, "teaching_point": 1, "junior": 12, "complete_secondary": 2}
COMPULSORY_CLASSES = 1547
CLASS_LIMIT = {"primary": 45, "junior": 50}
UNITS_WITHIN_CLASS_LIMIT = {"primary": 44, "junior": 17}
SMALL_SITES = 13
UNIT_CLASSES = {
    "all_met": 53,
    "six_met_other_at_floor": 3,
    "six_met_other_below_floor": 13,
    "five_met": 6,
    "fewer_than_five": 4,
}
PUBLISHED_CV = {("primary", "sports_area_per_pupil"): "0.55", ("primary", "multimedia_rooms_per_100"): "0.70"}
CV_LIMIT = {"primary": "0.50", "junior": "0.45"}

# The cohort that entered grade 7 in September 2021 and graduated in summer 2024.
COHORT_ENTRANTS = 8010
COHORT_GRADUATES = 8212
COHORT_MOVEMENTS = {"transfers_in": 439, "transfers_out": 307, "suspended": 89, "resumed": 93, "deaths": 4}

ROTATION = {"eligible": 948, "rotated": 327, "backbone": 122}
TEACHER_PAY_YUAN = 157989
CIVIL_SERVANT_PAY_YUAN = 156259

MIGRANT_PUPILS = 2377
DISABLED_IN_ORDINARY_SCHOOLS = 337

PUBLIC_FUNDS_YUAN = 59_741_000
SPECIAL_SCHOOL_FUNDS_YUAN = 624_300
SMALL_SITE_FLOOR_YUAN = 300_000
QUOTA_2024_YUAN = {"primary": 720, "junior": 940, "special": 6000}
COUNTY_BUDGET_YUAN = {2023: 1_577_000_000, 2024: 1_595_000_000}
GROWTH_PER_PUPIL_PERCENT = {"primary": "1.55", "junior": "4.66"}
