/* A plan on the map: rings round gates that it helps or harms, ghosts of the posts that it touches, clicks on free
 * ground; and the zones of a campaign, those that are being drawn too. It stands beside campus_map.js, which calls it; looks stand in campus_map.css. */
(function () {
  "use strict";

  var PLAN_PANE = 475; // above gates, schools and posts
  var POSTS_FIRST = 468; // above gates, while the form waits for a post
  var DECIMALS = 1e6;

  function place(at) { return L.latLng(at[1], at[0]); }

  function start(state, parts) {
    state.map.createPane("cm-plan").style.zIndex = PLAN_PANE;
    state.map.on("click", function (event) { clickedGround(state, parts, event); });
  }

  // outside plan mode a click on free ground says nothing, and the page does not run
  function clickedGround(state, parts, event) {
    if (!state.plan || !state.plan.picks || event.originalEvent && event.originalEvent.cmTold) { return; }
    var at = [event.latlng.lng, event.latlng.lat].map(function (degrees) { return Math.round(degrees * DECIMALS) / DECIMALS; });
    parts.tellClick({ at: at }, event.latlng);
  }

  function paint(state, parts, plan) {
    var same = JSON.stringify(plan) === JSON.stringify(state.plan);
    state.plan = plan || null;
    if (state.layers.post) {
      state.map.getPane("cm-post").style.zIndex = plan && plan.asks === "post" ? POSTS_FIRST : state.layers.post.pane;
    }
    state.map.getContainer().classList.toggle("cm-picks", !!(plan && plan.picks));
    if (!same || (plan && !state.planMarks)) { draw(state, parts); }
  }

  function draw(state, parts) {
    if (state.planMarks) { state.planMarks.remove(); state.planMarks = null; }
    var plan = state.plan, shown = {};
    if (plan) {
      state.planMarks = L.layerGroup();
      var add = adder(state, parts);
      (plan.areas || []).forEach(function (area) { add.area(area.rings, "cm-area cm-area--" + area.kind); });
      drawCorners(add, plan.corners || []);
      Object.keys(plan.gates).forEach(function (id) { ringGate(state, add, id, plan.gates[id]); });
      plan.ghosts.forEach(function (ghost) { drawGhost(parts, add, ghost); shown[ghost.kind] = true; });
      if (plan.chosen) { add.sign(place(plan.chosen), "circle", 13, "cm-selected"); }
      Object.keys(plan.gates).forEach(function (id) { shown[plan.gates[id]] = true; });
      state.planMarks.addTo(state.map);
    }
    trim(shown);
  }

  function adder(state, parts) {
    var renderer = state.planRenderer || (state.planRenderer = L.svg({ pane: "cm-plan", padding: 0.3 }));
    return {
      sign: function (at, shape, radius, className, interactive) {
        var made = new parts.Glyph(at, { pane: "cm-plan", renderer: renderer, shape: shape, radius: radius, className: className, interactive: !!interactive });
        state.planMarks.addLayer(made);
        return made;
      },
      area: function (rings, className) {
        var places = rings.map(function (ring) { return ring.map(place); });
        state.planMarks.addLayer(L.polygon(places, { pane: "cm-plan", renderer: renderer, className: className, interactive: false }));
      },
      line: function (from, to, className) {
        state.planMarks.addLayer(L.polyline([from, to], { pane: "cm-plan", renderer: renderer, className: className, interactive: false }));
      }
    };
  }

  // the corners of a zone that is being drawn, in order, with the lines between them
  function drawCorners(add, corners) {
    corners.forEach(function (corner, i) {
      if (i) { add.line(place(corners[i - 1]), place(corner), "cm-corner-line"); }
    });
    corners.forEach(function (corner) { add.sign(place(corner), "circle", 5, "cm-corner"); });
  }

  function ringGate(state, add, id, code) {
    var made = state.layers.gate && state.layers.gate.features[id];
    if (made) { add.sign(made[made.length - 1].getLatLng(), code === "l" ? "diamond" : "circle", code === "l" ? 15 : 12, "cm-plan cm-plan--" + code); }
  }

  function drawGhost(parts, add, ghost) {
    var at = place(ghost.at), name = "cm-plan cm-plan--" + ghost.kind;
    if (ghost.from) { add.line(place(ghost.from), at, "cm-plan cm-plan-line"); add.sign(place(ghost.from), "circle", 6, "cm-plan cm-plan-origin"); }
    if (ghost.kind === "x") { add.sign(at, "cross", 9, name); return; }
    if (ghost.kind === "h") { add.sign(at, "square", 11, name); return; }
    if (ghost.kind === "k") { add.sign(at, "circle", 8, "cm-plan cm-plan-target"); add.sign(at, "dot", 7, name); return; }
    add.sign(at, "circle", 11, "cm-plan cm-plan--m");
    var sign = add.sign(at, "shield", 6.5, "cm-plan cm-plan--a", true);
    sign.on("click", function (event) { parts.tellFeature({ post: ghost.post }, event); });
  }

  function trim(shown) {
    var part = document.querySelector(".cm-legend-layer--plan");
    if (!part) { return; }
    part.hidden = !Object.keys(shown).length;
    part.querySelectorAll(".cm-legend-line").forEach(function (row) { row.hidden = !shown[row.dataset.code]; });
  }

  function legend(config, element, legendLine) {
    var part = element("div", "cm-legend-layer cm-legend-layer--plan"), rows = element("div", "cm-legend-rows");
    part.appendChild(element("span", "cm-legend-title", config.title));
    config.legend.forEach(function (line) { rows.appendChild(legendLine(config, line)); });
    part.appendChild(rows);
    part.hidden = true;
    return part;
  }

  window.CampusPlan = { start: start, paint: paint, draw: draw, legend: legend };
})();
