"""How the report looks: on paper, on a screen light or dark, and on a phone. Ink first, so that it holds in black and white."""

STYLE = """
:root{--ink:#1b1f29;--quiet:#596072;--rule:#dfe2e9;--ground:#fff;--soft:#f4f5f8;--amber:#b26a00;--warn:#fcf1df;color-scheme:light}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e8ec;--quiet:#a3a9b5;--rule:#343a46;--ground:#14171d;--soft:#1d2129;
--amber:#e8a33d;--warn:#33270f;color-scheme:dark}}
*{box-sizing:border-box}body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:752px;
margin:2rem auto;padding:0 16px}h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.3rem 0}
small,.def,figcaption{color:var(--quiet);font-size:12px}figure{margin:0 0 .3rem}bdi{overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:13px}th,td{text-align:left;padding:.3rem .7rem .3rem 0;
border-bottom:1px solid var(--rule);vertical-align:top}th{font-weight:600;color:var(--quiet)}thead th{vertical-align:bottom}
.n,.nowrap{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}td:last-child,th:last-child{padding-right:0}
.alert{border-left:4px solid var(--amber);padding:.4rem .8rem;background:var(--warn);margin:.5rem 0;break-inside:avoid}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:10px;margin:1rem 0}.tile{border:1px solid var(--rule);border-radius:6px;
padding:.6rem .7rem;font-size:13px}.tile>b{display:block;font-size:1.5rem;line-height:1.3;font-variant-numeric:tabular-nums}.tile small{display:block}
.numbers td:first-child{width:42%}.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 20px}.pair>section{min-width:0}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--quiet);font-size:12px}details[open]>div{overflow-x:auto}
svg{display:block;max-width:100%;height:auto;overflow:visible}svg text{font:12px system-ui,sans-serif;fill:var(--ink);
font-variant-numeric:tabular-nums}svg .quiet{fill:var(--quiet);font-size:11px}svg .halo{paint-order:stroke;stroke:var(--ground);
stroke-width:3px;stroke-linejoin:round}svg .deep{fill:#fff}svg .bold{font-weight:650}svg .small{font-size:10px}svg .grid{stroke:var(--rule)}svg .zero{stroke:var(--quiet)}
svg .whisker{stroke:var(--ink);stroke-width:1.2;opacity:.75}svg .dotted{stroke:var(--quiet);stroke-dasharray:1 3}
svg .own{fill:var(--light)}@media screen and (prefers-color-scheme:dark){svg .own{fill:var(--dark)}}
.narrow{display:none}@media screen and (max-width:760px){.wide{display:none}.narrow{display:block;overflow-x:auto}
.narrow svg{max-width:none}.pair{display:block}.tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}.numbers thead{display:none}
.numbers tr{display:grid;grid-template-columns:1fr 1fr;border-bottom:1px solid var(--rule);padding:.4rem 0}
.numbers td,.numbers td:first-child{width:auto;border:0;padding:.1rem 0;text-align:left;white-space:normal}.numbers td:first-child{grid-column:1/-1}
.numbers td[data-is]:not(:empty)::before{content:attr(data-is) " ";color:var(--quiet)}}

@page{size:A4;margin:14mm;@bottom-right{content:counter(page) " / " counter(pages);font:10px system-ui,sans-serif;color:#596072}}
@media print{body{margin:0;padding:0;max-width:none;font-size:12px}details{display:none}
h2{margin-top:1.2rem;break-after:avoid}figure,.keep,tr,.tile{break-inside:avoid}thead{display:table-header-group}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
