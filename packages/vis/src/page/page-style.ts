// The look of pages: light or dark as the reader has it, one column on a phone. No font and no picture comes from elsewhere.

export const pageStyle = `:root{color-scheme:light dark;--text:#1f2328;--page:#fff;--faint:#656d76;--line:#d0d7de;--bar:#0969da;--code:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--page:#0d1117;--faint:#8d96a0;--line:#30363d;--bar:#58a6ff;--code:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem}p{margin:.5rem 0}
.faint{color:var(--faint)}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:6px;margin:.5rem 0}
.graph{background:#fff;padding:.5rem;max-height:85vh;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);min-width:4rem}
thead th{border-top:0}
th.number,td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.name{min-width:10rem;max-width:24rem}
pre{margin:0;padding:.6rem;background:var(--code);font:13px/1.45 ui-monospace,monospace;overflow-x:auto;overflow-wrap:normal}
summary{cursor:pointer}
.bars{fill:var(--bar);width:120px;height:32px;display:block}
.problem{border-left:4px solid #cf222e;padding-left:.75rem}
`;
