import { createHash } from "node:crypto";

// The tokens of the code page: system type, one accent, one border colour, space in steps of 4 px, light and dark.
const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f5f6f8;--text:#1a1c1f;--soft:#5b6168;--line:#d5d9de;--edge:#767d86;--accent:#0b57d0;
--good:#176b35;--attention:#8a5a00;--stop:#b3261e;--ended:#5b6168;--net:#dfe3e8}
@media(prefers-color-scheme:dark){:root{--ground:#14161a;--raised:#1c1f24;--text:#e7e9ec;--soft:#a2a9b2;--line:#3a4048;--edge:#838b95;--accent:#8ab4f8;
--good:#7bd399;--attention:#f2c14e;--stop:#ff8a80;--ended:#a2a9b2;--net:#2a2f36}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);line-height:1.6;overflow-wrap:anywhere;
font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
:lang(en){line-height:1.5}
header,main,footer{max-width:46rem;margin:0 auto;padding:16px}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 16px;border-bottom:1px solid var(--line);padding:4px 16px}
header a{display:inline-flex;align-items:center;min-height:44px}
main:focus{outline:0}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.875rem;margin-top:48px}
.skip{position:absolute;left:-999px}.skip:focus{position:static;display:block;padding:12px 16px}
h3{font-size:1rem;margin:24px 0 4px;font-weight:600}
h1{font-size:1.728rem;line-height:1.3;margin:0 0 4px;font-weight:600}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 12px;font-weight:600}
section{margin-top:40px}
p,ul,ol,dl,figure{margin:8px 0;max-width:70ch}
:lang(zh) p:not(.state){max-width:38em}
a{color:var(--accent);text-underline-offset:.2em}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
nav.path{font-size:.875rem;color:var(--soft);margin-bottom:24px}
nav.path a{display:inline-block;padding:4px 0}
.kind{color:var(--soft);margin:0 0 4px}
.kind::first-letter,.state strong::first-letter{text-transform:uppercase}
.code-line{margin:0 0 16px}
.state{max-width:none;display:flex;gap:12px;padding:12px 16px;border:1px solid var(--line);border-left:4px solid;border-radius:6px;background:var(--raised)}
.state>span:last-child{color:var(--text)}
.state strong{font-weight:600;display:inline-block}.icon{font-weight:600;width:1.2em;text-align:center;flex:none}
.active{color:var(--good)}.attention{color:var(--attention)}.stop{color:var(--stop)}.ended{color:var(--ended)}
.mark{font-weight:600;font-size:.875rem;white-space:nowrap}
code,.code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace}
.code{font-size:1.2rem;user-select:all}
mark{background:none;color:var(--stop);font-weight:600;text-decoration:underline;text-underline-offset:.2em}
.check{color:var(--soft);user-select:none;white-space:nowrap}
.soft,.utc{color:var(--soft)}
.utc{font-size:.875em;white-space:nowrap}
dl.facts{display:grid;grid-template-columns:minmax(6em,max-content) 1fr;gap:8px 24px;margin:20px 0 0}
dt{color:var(--soft)}dd{margin:0}
@media(max-width:20rem){dl.facts{display:block}dd{margin-bottom:8px}}
ul.rows,ol.rows{list-style:none;padding:0;border:1px solid var(--line);border-radius:6px}
.rows>li{padding:12px 16px;border-bottom:1px solid var(--line);min-height:44px}
.rows>li:last-child{border-bottom:0}
ul.links{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:8px}
ul.links a{display:inline-block;min-height:44px;padding:9px 16px;border:1px solid var(--edge);border-radius:6px;text-decoration:none}
ul.links a:hover{text-decoration:underline}
ul.links.first li:first-child a{background:var(--accent);border-color:var(--accent);color:var(--ground)}
figure{max-width:30rem}
figcaption{margin-top:8px}
.map{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:6px;background:var(--raised)}
.map text{font-size:11px;fill:var(--soft)}.map .name{fill:var(--text);paint-order:stroke;stroke:var(--raised);stroke-width:4px;stroke-linejoin:round}
.map path{fill:none;stroke:var(--text)}.map .net{stroke:var(--net)}
.map .way{stroke:var(--soft);stroke-dasharray:3 4}
.map .ink{fill:var(--text);stroke:var(--text)}.map path.ink{fill:none;stroke-width:1.5}
.map .halo{fill:var(--raised);stroke:var(--text);stroke-width:2}
.map .line{stroke-width:3}.map .area{stroke-width:2;fill:var(--text);fill-opacity:.12}
pre{white-space:pre-wrap;padding:12px 16px;border:1px solid var(--line);border-radius:6px;background:var(--raised);font-size:.875rem}
details{margin:8px 0}summary{cursor:pointer;min-height:44px;padding:10px 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:8px;border-bottom:1px solid var(--line)}
th{font-weight:400;color:var(--soft)}th code{white-space:nowrap}
.problems p{margin:0}.problems>li:target{background:var(--raised);border-left:4px solid var(--accent);padding-left:12px}
@media(forced-colors:active){.map path,.map circle,.map rect{stroke:CanvasText}.map text{fill:CanvasText}.map .name{stroke:Canvas}}
@media print{header a[hreflang],.skip,ul.links,.of-links{display:none}}
`;

export const PAGE_STYLE: string = STYLE.trim();

/** The name says the content, so it may be cached for ever. */
export const PAGE_STYLE_PATH: string = `/page.${createHash("sha256").update(PAGE_STYLE).digest("hex").slice(0, 12)}.css`;

/** Nothing runs, nothing is fetched but our own style sheet and icon. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
