// Filters, search and sort of tables; their state lives in the hash. Without this script every table is simply whole.
"use strict";
