/** The report as one page that needs nothing else. */
import type { Report } from "./report.ts";
import { figuresOf, verdictsOf } from "./summary.ts";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
p { margin: 0 0 1.5rem; opacity: .75; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th { text-align: left; font-weight: 600; white-space: nowrap; vertical-align: top; }
th, td { padding: .45rem .8rem; border-top: 1px solid #8884; font-variant-numeric: tabular-nums; }
.bar { display: block; height: .5rem; border-radius: .25rem; background: #1a7f4b; min-width: 2px; }
.ok { color: #1a7f4b; } .failed { color: #c62828; } li { margin: .3rem 0; }`;

/** A self-contained page. */
export function pageOf(report: Report, title: string): string {
  const verdicts = verdictsOf(report).map(
    ([promise, ok]) =>
      `<tr><th class="${ok ? "ok" : "failed"}">${ok ? "ok" : "failed"}</th><td>${text(promise)}</td></tr>`,
  );
  const figures = figuresOf(report).map(row);
  const errors = report.errors.map((error) => `<li>${text(error)}</li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${STYLE}</style>
<h1>${text(title)}</h1>
<p>Played through the public protocol only.</p>
<table>${verdicts.join("\n")}</table>
<table>${figures.join("\n")}</table>
${bars("Acknowledged in", report.ackMs)}
${bars("Results apart", report.resultSkewMs)}
${errors.length === 0 ? "" : `<h2>Errors</h2>\n<ul>${errors.join("\n")}</ul>`}
</html>
`;
}

function bars(heading: string, times: object): string {
  const entries = Object.entries(times) as [string, number][];
  const most = Math.max(...entries.map(([, value]) => value), 1e-9);
  const rows = entries.map(
    ([name, value]) =>
      `<tr><th>${name}</th><td>${value.toFixed(1)} ms</td>` +
      `<td style="width:70%"><span class="bar" style="width:${((100 * value) / most).toFixed(1)}%"></span></td></tr>`,
  );
  return `<h2>${heading}</h2>\n<table>${rows.join("\n")}</table>`;
}

function row([name, value]: readonly [string, string]): string {
  return `<tr><th>${text(name)}</th><td>${text(value)}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
