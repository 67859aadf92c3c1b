/** The style of the report: light or dark as the reader's system is, one column on a narrow screen. */
export const backtestReportStyle = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2430; --quiet: #5a6675; --rule: #d9dee5; --card: #f5f7f9;
  --served: #0072b2; --second: #c04a00; --third: #007a58; --fourth: #a4487f; --fifth: #7a6200; --drift: #b3261e; --models: #6b3fa0 }
@media (prefers-color-scheme: dark) { :root { --ground: #14181e; --ink: #e6eaf0; --quiet: #a0abba; --rule: #343c47;
  --card: #1d232b; --served: #56b4e9; --second: #ff8f4a; --third: #3fcf9f; --fourth: #e7a3cb; --fifth: #e6b93c; --drift: #ff8a80; --models: #c8a6ff } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.25rem 1rem 4rem; max-width: 76rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere } h2 { margin: 2.5rem 0 .5rem; font-size: 1.25rem }
p { max-width: 46rem; margin: .4rem 0 } .note { margin: .8rem 0; padding: .6rem 1rem; border-left: .25rem solid var(--drift); background: var(--card) } .quiet, figcaption, caption { color: var(--quiet); font-size: .9rem }
.tiles { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); margin: 1.25rem 0; padding: 0; list-style: none }
.tiles li { padding: .8rem 1rem; border-radius: .6rem; background: var(--card) }
.tiles span { display: block } .tiles .figure { font-size: 1.55rem; font-weight: 600; font-variant-numeric: tabular-nums }
.charts { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)) }
figure { margin: .5rem 0; min-width: 0; max-width: 44rem } figcaption ul { margin: .3rem 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem }
.wide { overflow-x: auto; margin: .75rem 0 } svg { display: block; width: 100%; min-width: 25rem; height: auto }
svg.square { max-width: 30rem; min-width: 18rem } svg text { fill: var(--quiet); font: 12px system-ui, sans-serif }
.grid { stroke: var(--rule) } .diagonal { stroke: var(--quiet); stroke-dasharray: 4 4 }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round } .line-0 { stroke: var(--served); stroke-width: 2.2 }
.line-1 { stroke: var(--second); stroke-dasharray: 6 3 } .line-2 { stroke: var(--third); stroke-dasharray: 2 3 }
.line-3 { stroke: var(--fourth); stroke-dasharray: 9 3 2 3 } .line-4 { stroke: var(--fifth); stroke-dasharray: 4 2 }
.point, .bin { fill: var(--served) } .point.few { fill: var(--ground); stroke: var(--served) } .whisker { stroke: var(--served); stroke-width: 1.5 }
.mark line { stroke-width: 2 } .drift line { stroke: var(--drift) } .models line { stroke: var(--models) } .mark .tall { stroke-width: 1; stroke-dasharray: 3 3 }
.key { width: 2.2rem; min-width: 0; height: .8rem; display: inline-block; vertical-align: middle; margin-right: .4rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } caption { text-align: left; padding: .2rem 0 }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; vertical-align: top } thead th { white-space: normal; vertical-align: bottom }
th { font-weight: 600 } tbody th, .text { text-align: left } td.long { white-space: normal; min-width: 16rem; max-width: 32rem; overflow-wrap: anywhere }
caption span { position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2.5rem) }
td small { display: block; color: var(--quiet); font-size: .8rem }
h3 { margin: 0; font-size: 1rem } details { margin: .75rem 0 } summary { cursor: pointer }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: .75rem 0 } dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
:focus-visible { outline: 2px solid var(--served); outline-offset: 2px }
@media (max-width: 60rem) { .wide tbody th, .wide thead th:first-child { position: sticky; left: 0; background: var(--ground) } }
@media print { :root { font-size: 11px } details > * { display: block } details::details-content { content-visibility: visible } .wide { overflow: visible } th, td { padding-right: .5rem }
  .charts { grid-template-columns: 1fr 1fr } figure, .tiles, tr { break-inside: avoid } h2, h3, caption { break-after: avoid } svg { min-width: 0 } }
`
