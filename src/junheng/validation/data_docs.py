"""Results as Data Docs of Great Expectations: it is loaded here, on request, and nowhere else for a report."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from junheng.errors import MachineError

if TYPE_CHECKING:
    from junheng.validation.results import ValidationResult

SITE = "junheng"


def write_data_docs(results: Sequence[ValidationResult], folder: Path) -> Path:
    """Store results in a context of Great Expectations and render its site into a folder; gives the site's first page.

    The pages load scripts and fonts from the network when they are opened. Raises MachineError when Great
    Expectations is not installed or cannot write.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _render([result.to_gx() for result in results], folder.resolve())
    except ImportError as error:
        raise MachineError("suite_engine_missing", found=str(error)) from error
    except OSError as error:
        raise MachineError("report_not_written", file=folder, found=error.strerror) from error
    finally:
        logger.setLevel(level)


def _render(documents: Sequence[dict[str, Any]], folder: Path) -> Path:
    import great_expectations as gx
    from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    folder.mkdir(parents=True, exist_ok=True)
    # The mode is explicit: without it, stray environment variables would select a context that uses the network.
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    site: Any = {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
    }
    context.add_data_docs_site(SITE, site)
    run = RunIdentifier(run_name=SITE, run_time=datetime.now(UTC))
    for document in documents:
        table = document["meta"]["table"]
        meta = {
            **document["meta"],
            "run_id": run.to_json_dict(),
            "great_expectations_version": gx.__version__,
            "batch_kwargs": {"data_asset_name": table},
        }
        found: ExpectationSuiteValidationResult = gx_object({**document, "meta": meta})
        suite = ExpectationSuiteIdentifier(document["suite_name"])
        identifier = ValidationResultIdentifier(suite, run, table)
        context.validation_results_store.set(identifier, found)
    context.build_data_docs(site_names=[SITE])
    # A page that Great Expectations cannot render is a log line to it.
    pages = len(list(folder.glob(f"validations/**/{run.run_time:%Y%m%dT%H%M%S.%fZ}/*.html")))
    if pages != len(documents):
        raise MachineError("data_docs_incomplete", file=folder, found=str(pages), expected=str(len(documents)))
    return folder / "index.html"


def gx_object(document: dict[str, Any]) -> Any:
    """A document of `gx_json` as an `ExpectationSuiteValidationResult`.

    Raises what Great Expectations raises for a document that it does not know.
    """
    from great_expectations.core import expectationSuiteValidationResultSchema

    return expectationSuiteValidationResultSchema.load(document)
