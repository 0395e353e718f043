"""The charts of the printed report: SVG that stands inside the page, without a script, a browser or a second file.

They are drawn by hand, element by element, as none of the libraries does it: Plotly's need a script or a browser, Altair and
Matplotlib bring thirty megabytes and letters as outlines, pygal brings a script from elsewhere and knows no interval bands.
Colours, order, what is too few and what a mark says are those of the page's charts (charts.py, timeline.py, week.py,
triangle.py, captions.py); here is only where the ink goes. htpy escapes whatever is put into an element.
"""
