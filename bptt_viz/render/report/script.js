"use strict";
// What the page can do beyond being read: numbers under the pointer or the arrow keys, and a graph to go around in.
// Whatever is shown is already on the page: in a figure's table, in a node's title, in the list of turns.
(() => {
  const one = (where, what) => where.querySelector(what);
  const all = (where, what) => [...where.querySelectorAll(what)];

  /** Reveal a figure's line of words, and return what writes there. */
  function readout(figure, hint) {
    const line = one(figure, ".readout");
    line.hidden = false;
    line.textContent = hint;
    return (text) => { if (line.textContent !== text) line.textContent = text; };
  }

  /** Return the place of a pointer in the units of a drawing. */
  function placeIn(svg, event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(svg.getScreenCTM().inverse());
  }

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  /** Let the pointer and the arrow keys choose a place of a chart or a matrix. */
  function explore(figure, columns, rows, find, mark, say, hint) {
    const stage = one(figure, ".stage"), svg = one(stage, "svg"), tell = readout(figure, hint);
    let at = null;
    function choose(x, y) {
      at = [clamp(x, 0, columns - 1), clamp(y, 0, rows - 1)];
      mark(...at);
      tell(say(...at));
    }
    svg.addEventListener("pointermove", (event) => {
      const found = find(placeIn(svg, event));
      if (found) choose(...found);
    });
    stage.addEventListener("keydown", (event) => {
      const [dx, dy] = MOVES[event.key] || [0, 0];
      if (!dx && !(dy && rows > 1)) return;
      event.preventDefault();
      if (at) choose(at[0] + dx, at[1] + dy); else choose(0, rows - 1);
    });
    stage.setAttribute("aria-label", `${stage.getAttribute("aria-label")}; arrow keys read the values`);
  }

  function chart(figure) {
    const svg = one(figure, "svg.chart"), cursor = one(svg, ".cursor"), table = one(figure, "table");
    const { first, step, count } = svg.dataset;
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name || cell.textContent);
    explore(
      figure, Number(count), 1,
      (point) => [Math.round((point.x - first) / step), 0],
      (x) => {
        cursor.setAttribute("transform", `translate(${Number(first) + x * step} 0)`);
        cursor.setAttribute("visibility", "visible");
      },
      (x) => [...table.tBodies[0].rows[x].cells].map((cell, k) => `${names[k]} ${cell.textContent}`).join("  ·  "),
      "Point at the chart for its values, or press ← and → on it.",
    );
  }

  function matrix(figure) {
    const svg = one(figure, "svg.matrix"), cursor = one(svg, ".cursor"), table = one(figure, "table");
    const { left, top, wide, high, rows, columns } = svg.dataset;
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const [down, across] = names[0].split(/[↓→]/).map((text) => text.trim());
    explore(
      figure, Number(columns), Number(rows),
      (point) => {
        const x = Math.floor((point.x - left) / wide), y = Math.floor((point.y - top) / high);
        return x < 0 || y < 0 || x >= columns || y >= rows ? null : [x, y];
      },
      (x, y) => {
        cursor.setAttribute("x", Number(left) + x * wide);
        cursor.setAttribute("y", Number(top) + y * high);
        cursor.setAttribute("visibility", "visible");
      },
      (x, y) => {
        const cells = table.tBodies[0].rows[y].cells, value = cells[x + 1].textContent || "nothing";
        return `${down} ${cells[0].textContent}  ·  ${across} ${names[x + 1]}  ·  ${value}`;
      },
      "Point at a place for its value, or press the arrow keys on the matrix.",
    );
  }

  /** Return from each node the arrows that lead to it: values forward, and gradients back. */
  function arrowsInto(svg) {
    const into = { forth: new Map(), back: new Map() };
    for (const edge of all(svg, "g.edge[data-to]")) {
      const way = into[edge.classList.contains("gradient") ? "back" : "forth"];
      if (!way.has(edge.dataset.to)) way.set(edge.dataset.to, []);
      way.get(edge.dataset.to).push(edge);
    }
    return into;
  }

  /** Return all arrows on a way to a node. */
  function wayTo(name, into) {
    const found = new Set(), seen = new Set([name]), open = [name];
    while (open.length) {
      for (const edge of into.get(open.pop()) || []) {
        found.add(edge);
        if (!seen.has(edge.dataset.from)) { seen.add(edge.dataset.from); open.push(edge.dataset.from); }
      }
    }
    return [found, seen];
  }

  function graph(figure) {
    const stage = one(figure, ".stage"), svg = one(stage, "svg");
    const prefix = one(svg, "title").id.replace(/title$/, "");
    const nodes = all(svg, "g.node").filter((node) => one(node, "title"));
    const into = arrowsInto(svg);
    const tell = readout(figure, "Point at a node or an arrow, or press the arrow keys on the graph: what made it, and how"
      + " its gradient comes back, is lit.");
    one(figure, ".controls").hidden = false;
    stage.setAttribute("aria-label", `${stage.getAttribute("aria-label")}; arrow keys go from node to node, plus and minus`
      + " zoom, escape lets go");
    let here = null;

    function release() {
      svg.classList.remove("tracing");
      for (const lit of all(svg, ".here, .near, .forth, .back")) lit.classList.remove("here", "near", "forth", "back");
      here = null;
    }

    function trace(node) {
      if (node === here) return;
      release();
      here = node;
      node.classList.add("here", "near");
      for (const way of ["forth", "back"]) {
        const [edges, names] = wayTo(node.id.slice(prefix.length), into[way]);
        for (const edge of edges) edge.classList.add(way);
        for (const name of names) document.getElementById(prefix + name)?.classList.add("near");
      }
      svg.classList.add("tracing");
      tell(one(node, "title").textContent);
    }

    svg.addEventListener("pointerover", (event) => {
      const node = event.target.closest("g.node"), edge = event.target.closest("g.edge, g.frame");
      if (node && nodes.includes(node)) trace(node);
      else {
        release();
        if (edge && one(edge, "title")) tell(one(edge, "title").textContent);
      }
    });
    svg.addEventListener("pointerleave", release);

    const zoom = zooming(stage, svg);
    const moving = {
      "+": () => zoom.by(1.25), "=": () => zoom.by(1.25), "-": () => zoom.by(0.8), 0: zoom.fit, Escape: release,
    };
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (MOVES[event.key]) {
        event.preventDefault();
        const next = nextNode(nodes, here, MOVES[event.key]);
        if (next) { trace(next); zoom.show(next); }
      } else if (moving[event.key]) { event.preventDefault(); moving[event.key](); }
    });
    const doing = { in: () => zoom.by(1.25), out: () => zoom.by(0.8), fit: zoom.fit, size: zoom.whole };
    const controls = one(figure, ".controls");
    controls.addEventListener("click", (event) => doing[event.target.dataset.do]?.());
    if (one(controls, "input")) playing(figure, svg, tell, zoom, release);
  }

  /** Return the nearest node in a direction, beside rather than aside, or the first if none is chosen. */
  function nextNode(nodes, from, [dx, dy]) {
    if (!from) return nodes[0];
    const here = from.getBBox();
    let best = null, least = Infinity;
    for (const node of nodes) {
      const there = node.getBBox(), across = dx ? "x" : "y", up = dx ? "y" : "x";
      const size = { x: "width", y: "height" };
      const middle = (box, axis) => box[axis] + box[size[axis]] / 2;
      const ahead = (middle(there, across) - middle(here, across)) * (dx + dy);
      const gap = Math.max(here[up] - there[up] - there[size[up]], there[up] - here[up] - here[size[up]], 0);
      const cost = ahead + 3 * gap + 0.1 * Math.abs(middle(there, up) - middle(here, up));
      if (node !== from && ahead > 1 && cost < least) { best = node; least = cost; }
    }
    return best;
  }

  /** Let a graph be zoomed by its size and moved by its stage's scroll bars, by dragging, by wheel with Ctrl. */
  function zooming(stage, svg) {
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
    const natural = 4 / 3; // pixels a point
    let scale = natural;
    function set(next, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
      const before = scale;
      scale = clamp(next, 0.05, 12);
      svg.style.width = `${wide * scale}px`;
      svg.style.height = `${high * scale}px`;
      stage.scrollLeft = (stage.scrollLeft + x) * scale / before - x;
      stage.scrollTop = (stage.scrollTop + y) * scale / before - y;
    }
    function show(node) {
      const box = node.getBoundingClientRect(), frame = stage.getBoundingClientRect();
      if (box.left < frame.left + 40 || box.right > frame.right - 40) {
        stage.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
      }
      if (box.top < frame.top || box.bottom > frame.bottom) {
        stage.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
      }
    }
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const frame = stage.getBoundingClientRect();
      set(scale * Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
    }, { passive: false });
    let held = null;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      held = [event.clientX + stage.scrollLeft, event.clientY + stage.scrollTop];
      stage.classList.add("held");
    });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      stage.scrollLeft = held[0] - event.clientX;
      stage.scrollTop = held[1] - event.clientY;
    });
    window.addEventListener("pointerup", () => { held = null; stage.classList.remove("held"); });
    const fit = stage.clientWidth / wide;
    set(fit < 0.6 ? 0.9 : Math.min(natural, fit));
    return {
      show, by: (factor) => set(scale * factor), whole: () => set(natural), fit: () => set(stage.clientWidth / wide),
    };
  }

  /** Let a slider, and a clock if it is started, take the backward pass moment by moment. */
  function playing(figure, svg, tell, zoom, release) {
    const slider = one(figure, "input[type=range]"), button = one(figure, "[data-do=play]");
    const turns = all(figure, ".turns li").map((turn) => turn.textContent);
    const edges = all(svg, "g.edge[data-moment]"), last = Number(slider.max);
    let clock = null;
    function show() {
      const now = Number(slider.value);
      for (const edge of edges) edge.classList.toggle("later", Number(edge.dataset.moment) >= now);
      const said = now === 0 ? "before the backward pass" : `moment ${now} of ${last}: ${turns[now - 1]}`;
      slider.setAttribute("aria-valuetext", said);
      release();
      tell(said);
      const news = edges.filter((edge) => Number(edge.dataset.moment) === now - 1);
      if (news.length) zoom.show(news[Math.floor(news.length / 2)]);
    }
    function stop() {
      clearInterval(clock);
      clock = null;
      button.setAttribute("aria-pressed", "false");
      button.textContent = "▶ Play the backward pass";
    }
    function start() {
      if (Number(slider.value) === last) slider.value = 0;
      button.setAttribute("aria-pressed", "true");
      button.textContent = "❚❚ Pause";
      show();
      clock = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        show();
        if (Number(slider.value) >= last) stop();
      }, clamp(12000 / last, 120, 700));
    }
    slider.addEventListener("input", () => { stop(); show(); });
    button.addEventListener("click", () => (clock ? stop() : start()));
    svg.classList.add("playing");
  }

  const kinds = { chart, matrix, graph };
  for (const figure of all(document, "figure[data-kind]")) kinds[figure.dataset.kind]?.(figure);
})();
