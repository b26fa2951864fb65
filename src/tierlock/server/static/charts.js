// Draws every chart of a page from the Vega-Lite specification beside it. Without JavaScript the
// table under the chart says the same.
import { expressionInterpreter } from "/static/vendor/vega-interpreter.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

function config() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent",
    font,
    axis: { labelColor: color("--ink"), titleColor: color("--ink"), gridColor: color("--line"), domainColor: color("--soft"), tickColor: color("--soft"), labelFontSize: 12, titleFontSize: 12 },
    legend: { labelColor: color("--ink"), titleColor: color("--ink") },
    title: { color: color("--ink") },
    view: { stroke: color("--line") },
    mark: { color: color("--link") },
    rule: { color: color("--ink") },
    text: { color: color("--ink") },
  };
}

async function draw(figure) {
  const source = figure.querySelector("script[type='application/json']");
  const place = figure.querySelector(".chart");
  const spec = JSON.parse(source.textContent);
  spec.config = { ...config(), ...spec.config };
  const compiled = vegaLite.compile(spec).spec;
  const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: place,
    hover: !still.matches,
    logLevel: vega.Warn,
  });
  await view.runAsync();
  place.firstElementChild?.setAttribute("aria-hidden", "true");
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    figure.querySelector(".chart").replaceChildren();
    draw(figure).catch((error) => console.error("chart", error));
  }
}

drawAll();
dark.addEventListener("change", drawAll);
