"""Word, Excel and PDF: opened again by their libraries and by LibreOffice, and compared with the warehouse."""
