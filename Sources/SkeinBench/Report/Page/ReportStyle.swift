/// The page's style sheet. Text has a contrast of at least 4.5 : 1 in both schemes, lines of plots at least 3 : 1.
enum ReportStyle {
    static let css = """
        :root {
          color-scheme: light dark;
          --ground: #f5f6f5; --surface: #ffffff; --text: #1c2222; --muted: #56605f;
          --line: #dde1e0; --axis: #838c8b; --accent: #0f655d;
          --warning: #865200; --warning-ground: #fdf1dc; --error: #b3261e;
          --s0: #0f766e; --s1: #c2410c; --s2: #4f46e5; --s3: #a8327f;
          --s4: #8a6a00; --s5: #0b72b5; --s6: #5f6f1c; --s7: #66707a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #131716; --surface: #1a1f1e; --text: #e4e9e8; --muted: #9aa5a3;
            --line: #2b3231; --axis: #6f7a78; --accent: #6ccabd;
            --warning: #f0bd6a; --warning-ground: #33270f; --error: #ff9a92;
            --s0: #4fc3b5; --s1: #ff9a62; --s2: #a3a8ff; --s3: #f08bc8;
            --s4: #e0c04a; --s5: #6cbcf5; --s6: #b3cc5c; --s7: #a9b3bd;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        body {
          margin: 0 auto; max-width: 84rem; padding: 1.5rem clamp(0.75rem, 3vw, 2rem) 3rem;
          background: var(--ground); color: var(--text);
          font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { margin: 0 0 0.75rem; font-size: 1.125rem; overflow-wrap: anywhere; }
        h3 { margin: 1.25rem 0 0.5rem; font-size: 0.9375rem; }
        h4 { margin: 0 0 0.25rem; font-size: 0.8125rem; font-weight: 600; color: var(--muted); }
        a { color: var(--accent); }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .origins {
          display: grid; gap: 1rem 1.75rem; margin: 0 0 1rem;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr));
        }
        .origin { min-width: 0; }
        .origin h2 { margin: 0 0 0.25rem; font-size: 0.9375rem; }
        dl { display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; margin: 0 0 0.5rem; }
        dl div { min-width: 0; }
        dt { color: var(--muted); font-size: 0.75rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        pre {
          margin: 0; padding: 0.5rem 0.75rem; overflow-x: auto; border-radius: 0.5rem;
          background: var(--surface); border: 1px solid var(--line);
          font: 0.8125rem/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace;
        }
        code { font: inherit; }
        nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
        section {
          margin: 1.25rem 0 0; padding: 1.125rem clamp(0.75rem, 2vw, 1.375rem);
          background: var(--surface); border: 1px solid var(--line); border-radius: 0.75rem;
        }
        .warnings {
          margin: 0 0 1rem; padding: 0.5rem 0.875rem 0.5rem 1.875rem; border-radius: 0.5rem;
          background: var(--warning-ground); color: var(--warning);
        }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.125rem 0 0.125rem 1.5rem; text-align: right; vertical-align: bottom; }
        td { white-space: nowrap; }
        th:first-child {
          position: sticky; left: 0; padding-left: 0; background: var(--surface);
          text-align: left; white-space: normal; font-weight: 400; color: var(--muted);
        }
        thead th { font-weight: 600; min-width: 6rem; max-width: 16rem; overflow-wrap: break-word; }
        @media (max-width: 40rem) { th, td { padding-left: 0.75rem; } }
        tbody tr { border-top: 1px solid var(--line); }
        .alarming { color: var(--error); font-weight: 600; }
        tbody + tbody { border-top: 0.625rem solid transparent; }
        .results { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1.25rem 2.25rem; }
        .results > .scroll { max-width: 100%; }
        .plots {
          flex: 1 1 24rem; min-width: 0; display: grid; gap: 1.25rem 1.75rem;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr));
        }
        figure { margin: 0; min-width: 0; max-width: 42rem; }
        figcaption { margin-bottom: 0.25rem; font-weight: 600; font-size: 0.875rem; }
        figure ul {
          display: flex; flex-wrap: wrap; gap: 0.125rem 1rem; margin: 0; padding: 0 0 0 0.25rem;
          list-style: none; font-size: 0.8125rem;
        }
        .swatch { display: inline-block; width: 1.125rem; height: 3px; margin-right: 0.375rem; vertical-align: 0.25em; }
        .remark { margin: 0.75rem 0 0; color: var(--muted); font-size: 0.8125rem; max-width: 60rem; }
        details { margin-top: 1rem; }
        summary { cursor: pointer; color: var(--accent); }
        .numbers { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; font-size: 0.8125rem; }
        .numbers > div { min-width: 0; }
        .numbers .scroll { max-height: 20rem; overflow: auto; padding-right: 0.75rem; }
        svg { display: block; width: 100%; height: auto; }
        .tick { font-size: 11.5px; fill: var(--muted); }
        .end { text-anchor: end; }
        .middle { text-anchor: middle; }
        .grid { stroke: var(--line); }
        .axis { stroke: var(--axis); fill: none; }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
        .dot { fill: currentColor; stroke: none; opacity: 0; }
        .dot:hover, .alone { opacity: 1; }
        .swatch { background: currentColor; }
        .s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
        .s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); }
        @media print {
          body { max-width: none; padding: 0; background: none; }
          section { break-inside: avoid-page; border: none; padding: 0; }
          details { display: none; }
        }
        """
}
