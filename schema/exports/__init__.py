"""Ways out: any list of the API as a table of a workbook or as delimited text.

An export asks what a request to the API could ask, through the same compiler, page after page in
one snapshot; here a page becomes rows and rows become a file.
"""
