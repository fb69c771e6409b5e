"""Folders, archives and Parquet files: how several files make one table, and how they contradict each other."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import duckdb

from tests.dirty.writing import (
    CLASSES,
    CLASSES_EN,
    FACILITIES,
    ROOMS,
    SCHOOLS,
    THREE,
    Row,
    school,
    table,
    write_bytes,
    write_text,
    write_xlsx,
    write_zip,
)

GOOD = table(CLASSES, THREE)
CODES = ("0500152001", "0500152002", "0500152003")


def make(folder: Path) -> None:
    """Write the files."""
    _halves(folder)
    _one_table_in_parts(folder)
    _repeats(folder)
    _lost_zeros(folder)
    _archives(folder)
    _parquet(folder)
    odd = folder / "folder_with_other_files"
    write_text(odd / "班级.csv", GOOD)
    write_text(odd / "说明.txt", "请于9月15日前交。\r\n")
    write_bytes(odd / "照片.jpg", b"\xff\xd8\xff\xe0" + bytes(32))
    write_bytes(odd / "~$班级.xlsx", b"\x05admin" + bytes(159))
    write_text(odd / "子文件夹" / "专用教室.csv", table(ROOMS, [("2024", "0500152001", "M01", "音乐", "96")]))
    write_text(odd / ".隐藏.csv", GOOD)


def _one_table_in_parts(folder: Path) -> None:
    for number, code in enumerate(CODES, start=1):
        kind, grade = ("小学", 1) if number < 3 else ("初中", 7)
        sheets: dict[str, list[Row]] = {
            "学校": [SCHOOLS, school(code, f"合成学校{number}")],
            "班级": [CLASSES, (2024, code, kind, grade, "01", 40 + number)],
        }
        write_xlsx(folder / "folder_workbook_per_school" / f"合成学校{number}.xlsx", sheets)
    years = folder / "folder_file_per_year"
    for year in (2023, 2024):
        rows = [row[1:] for row in (THREE if year == 2024 else THREE[:2])]
        write_text(years / f"班级{year}.csv", table(CLASSES[1:], rows))
    spans = folder / "folder_year_in_name_contradicts"
    write_text(spans / "班级_2023-2024学年.csv", GOOD)


def _repeats(folder: Path) -> None:
    write_text(folder / "folder_same_file_twice" / "班级.csv", GOOD)
    write_text(folder / "folder_same_file_twice" / "班级 - 副本.csv", GOOD)
    # The same rows from two programs: other bytes, other order, one row more.
    more = ("2024", "0500152003", "小学", "2", "01", "39")
    write_text(folder / "folder_same_key_same_values" / "班级.csv", GOOD)
    write_text(folder / "folder_same_key_same_values" / "班级补.csv", table(CLASSES, [THREE[1], more]), "gb18030")
    write_text(folder / "folder_same_key_other_values" / "班级.csv", GOOD)
    write_text(folder / "folder_same_key_other_values" / "班级新.csv", table(CLASSES, [(*THREE[1][:5], "34"), more]))
    write_text(folder / "folder_last_year_under_new_name" / "班级2023.csv", GOOD.replace("2024", "2023"))
    write_text(folder / "folder_last_year_under_new_name" / "班级2024.csv", GOOD.replace("2024", "2023"))
    same = folder / "folder_last_year_with_new_year"
    rows = [("2023", code, "小学", str(grade), "01", str(30 + 3 * grade)) for code in CODES for grade in range(1, 7)]
    write_text(same / "班级2023.csv", table(CLASSES, rows))
    write_text(same / "班级2024.csv", table(CLASSES, [("2024", *row[1:]) for row in rows]))
    write_text(
        folder / "folder_key_twice_in_one_file" / "班级.csv", table(CLASSES, [*THREE, THREE[0], (*THREE[1][:5], "9")])
    )


def _lost_zeros(folder: Path) -> None:
    lost = table(CLASSES, [(row[0], row[1].lstrip("0"), *row[2:]) for row in THREE])
    write_text(folder / "folder_lost_zero" / "学校.csv", table(SCHOOLS, [school(code) for code in CODES]))
    write_text(folder / "folder_lost_zero" / "班级.csv", lost)
    both = [school("0500152001"), school("00500152001", "另一所"), school("0500152002")]
    write_text(folder / "folder_lost_zero_ambiguous" / "学校.csv", table(SCHOOLS, both))
    write_text(folder / "folder_lost_zero_ambiguous" / "班级.csv", lost)
    # Two files lost zeros and nothing in the folder says what the codes were.
    write_text(
        folder / "folder_lost_zero_everywhere" / "学校.csv", table(SCHOOLS, [school("500152001"), school("500152002")])
    )
    write_text(folder / "folder_lost_zero_everywhere" / "班级.csv", lost)
    # 500152001 is itself the code of a school: nothing was lost.
    own = [school("0500152001"), school("500152001", "九位码小学"), school("0500152002")]
    write_text(folder / "folder_lost_zero_but_is_a_code" / "学校.csv", table(SCHOOLS, own))
    write_text(folder / "folder_lost_zero_but_is_a_code" / "班级.csv", lost)


def _archives(folder: Path) -> None:
    rooms = table(ROOMS, [("2024", "0500152001", "M01", "音乐", "96")])
    spare = folder / "spare.xlsx"
    write_xlsx(spare, {"学校": [SCHOOLS, school("0500152001")]})
    book = spare.read_bytes()
    spare.unlink()
    members = [
        ("潼南区/班级.csv", GOOD.encode("gb18030")),
        ("潼南区/专用教室.csv", rooms.encode()),
        ("潼南区/学校.xlsx", book),
    ]
    write_zip(folder / "zip_with_gbk_names.zip", members, legacy_names=True)
    write_zip(folder / "zip_with_utf8_names.zip", members)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(zipfile.ZipInfo("班级.csv", (1980, 1, 1, 0, 0, 0)), GOOD.encode())
    write_zip(folder / "zip_in_zip.zip", [("专用教室.csv", rooms.encode()), ("内.zip", inner.getvalue())])
    write_zip(folder / "zip_empty.zip", [])
    write_zip(
        folder / "zip_with_mac_files.zip",
        [("班级.csv", GOOD.encode()), ("__MACOSX/._班级.csv", b"\0\x05\x16\x07" + bytes(60))],
    )


def _parquet(folder: Path) -> None:
    connection = duckdb.connect()
    names = ", ".join(f'"{name}"' for name in CLASSES_EN)
    values = ", ".join(str(row) for row in THREE)
    connection.execute(f"create table classes as select * from (values {values}) as rows({names})")
    folder.mkdir(parents=True, exist_ok=True)

    def copy(name: str, query: str) -> None:
        connection.execute(f"copy ({query}) to '{folder / name}' (format parquet)")

    copy(
        "parquet_other_order_and_types.parquet",
        "select cast(pupils as double) as 班额, class_no as 班号, cast(grade as tinyint) as 年级, stage as 学段,"
        " school_code as 学校标识码, cast(school_year as bigint) as 学年 from classes",
    )
    copy(
        "parquet_numbers_as_text.parquet",
        "select school_year, school_code, stage, grade, class_no, pupils || '人' as pupils from classes",
    )
    copy(
        "parquet_code_is_number.parquet",
        "select cast(school_year as int) as school_year, cast(school_code as bigint) as school_code, stage,"
        " cast(grade as int) as grade, class_no, cast(pupils as double) + 0.5 as pupils from classes",
    )
    copy(
        "parquet_date_and_null.parquet",
        "select date '2024-09-01' as school_year, school_code, stage, grade, class_no,"
        " case when class_no = '01' then cast(pupils as int) end as pupils from classes",
    )
    connection.close()
    write_bytes(folder / "parquet_truncated.parquet", (folder / "parquet_numbers_as_text.parquet").read_bytes()[:200])


def _halves(folder: Path) -> None:
    """What one office knows of the buildings and another of the grounds and the equipment, for the same schools."""
    buildings = [("2024", "0500152001", "9734", "902"), ("2024", "0500152002", "9523.95", "1104")]
    others = [("2024", "0500152002", "7279.5", "541.88", "15"), ("2024", "0500152003", "100", "2", "3")]
    names = (*FACILITIES[:2], *FACILITIES[4:])
    write_text(folder / "folder_two_halves" / "校舍.csv", table(FACILITIES[:4], buildings))
    write_text(folder / "folder_two_halves" / "设备.csv", table(names, others))
    contradicting = "folder_two_halves_that_contradict"
    wide = [(*row, "1000") for row in buildings]
    write_text(folder / contradicting / "校舍.csv", table((*FACILITIES[:4], FACILITIES[4]), wide))
    write_text(folder / contradicting / "设备.csv", table(names, others[:1]))
