import { createHash } from "node:crypto";

// The tokens of the code page: system type, one accent, one border colour, space in steps of 4 px, light and dark.
const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--text:#1a1c1f;--soft:#5b6168;--line:#d5d9de;--accent:#0b57d0;
--good:#176b35;--attention:#8a5a00;--stop:#b3261e;--ended:#5b6168}
@media(prefers-color-scheme:dark){:root{--ground:#14161a;--text:#e7e9ec;--soft:#a2a9b2;--line:#3a4048;--accent:#8ab4f8;
--good:#7bd399;--attention:#f2c14e;--stop:#ff8a80;--ended:#a2a9b2}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);line-height:1.6;
font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
:lang(en){line-height:1.5}
header,main,footer{max-width:46rem;margin:0 auto;padding:16px}
header{display:flex;justify-content:space-between;gap:16px;border-bottom:1px solid var(--line);padding:4px 16px}
header a{display:inline-flex;align-items:center;min-height:44px}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
h1{font-size:1.728rem;line-height:1.3;margin:24px 0 8px;font-weight:600}
h2{font-size:1.2rem;margin:32px 0 8px;font-weight:600}
p,ul,ol,dl{margin:8px 0;max-width:70ch}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
nav.path{font-size:.9rem;overflow-wrap:anywhere}
.state{font-weight:600}
.active{color:var(--good)}.attention{color:var(--attention)}.stop{color:var(--stop)}.ended{color:var(--ended)}
code,.code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.code{font-size:1.2rem;user-select:all}
.check{color:var(--soft);user-select:none}
.soft,.utc{color:var(--soft)}
.utc{font-size:.85em;white-space:nowrap}
ul.rows{list-style:none;padding:0;border:1px solid var(--line);border-radius:6px}
ul.rows>li{padding:12px 16px;border-bottom:1px solid var(--line);min-height:44px}
ul.rows>li:last-child{border-bottom:0}
ul.links{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:8px}
ul.links a{display:inline-block;min-height:44px;padding:8px 16px;border:1px solid var(--line);border-radius:6px}
dt{color:var(--soft)}dd{margin:0 0 8px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:12px 16px;border:1px solid var(--line);border-radius:6px}
details{margin:8px 0}summary{cursor:pointer;min-height:44px;padding:8px 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:8px;border-bottom:1px solid var(--line)}
`;

export const PAGE_STYLE: string = STYLE.trim();

/** The name says the content, so it may be cached for ever. */
export const PAGE_STYLE_PATH: string = `/page.${createHash("sha256").update(PAGE_STYLE).digest("hex").slice(0, 12)}.css`;

/** Nothing runs, nothing is fetched but our own style sheet and icon. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
