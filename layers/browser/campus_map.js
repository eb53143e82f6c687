/* The map in the browser: geometry is fetched once by address and kept; each rerun brings one code a feature.
 * Styles stand in campus_map.css alone; tiles, drawn on canvas, read them from there. No word of any language here. */
(function () {
  "use strict";

  var CANVAS_FROM = 2000; // features of one layer from which canvas pans faster than SVG
  var LABELS_AT_ONCE = 150;
  var LABEL_FONT = '600 12px "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
  var LABEL_HEIGHT = 14;
  var SCHOOL_SHAPES_FROM = 14; // zoom at which a ground is larger than its sign
  var SCHOOL_LABELS_FROM = 14;
  var PLACES_FROM = 13; // zoom from which places behind the first ones are written too
  var TOWN_LABELS_FROM = 10;
  var TOWN_LABELS_TO = 14;
  var RETRY_MS = 4000;
  var SETTLE_MS = 30;
  var LEGEND_ORDER = ["intake_row", "focus_zone", "hotspot", "hazard", "venue", "gate", "school", "perimeter", "coverage_gap", "service_area", "post"];
  var PRESSED = ["school", "post", "gate", "intake_row", "hazard", "venue", "focus_zone", "hotspot"]; // layers whose features tell the page
  var BY_CODE = ["post", "hazard", "venue"], BY_ID = { focus_zone: "zone", hotspot: "cell" };
  var MARKED = ["school", "gate", "focus_zone", "hotspot"];
  var SCHOOLS_ABOVE_POSTS_UNTIL = 13;
  var URGENT = ["u", "p", "s", "l", "r", "o", "O", "K"]; // codes of gates, hazards and venues that somebody must look at
  var QUIET = ["x", "9", "C", "Z"];

  // Leaflet 1.9 dropped a function that VectorGrid 1.3 still calls
  if (!L.DomEvent.fakeStop) { L.DomEvent.fakeStop = function () {}; }

  // ---- signs: one outline for SVG and canvas ------------------------------------------------------------------
  function turn(count, start, radius, inner) {
    var points = [];
    for (var i = 0; i < count; i++) {
      var angle = start + (2 * Math.PI * i) / count;
      var r = inner && i % 2 ? radius * inner : radius;
      points.push([r * Math.cos(angle), r * Math.sin(angle)]);
    }
    return points;
  }
  var UP = -Math.PI / 2;
  var OUTLINES = {
    circle: turn(24, UP, 1),
    hollow: turn(24, UP, 1),
    dot: turn(12, UP, 0.5),
    half: turn(13, 0, 1.15).map(function (p) { return [p[0], Math.max(p[1], 0) * 1.1 - 0.45]; }),
    bow: [[-1.2, -0.85], [0, -0.25], [1.2, -0.85], [1.2, 0.85], [0, 0.25], [-1.2, 0.85]],
    square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
    gate: [[-0.9, -0.55], [0.9, -0.55], [0.9, 0.55], [-0.9, 0.55]],
    diamond: turn(4, UP, 1.15),
    triangle: turn(3, UP, 1.25),
    star: turn(10, UP, 1.35, 0.5),
    shield: [[-0.9, -0.9], [0, -1.15], [0.9, -0.9], [0.85, 0.2], [0, 1.2], [-0.85, 0.2]],
    cross: [[-1.1, -0.7], [-0.7, -1.1], [0, -0.4], [0.7, -1.1], [1.1, -0.7], [0.4, 0], [1.1, 0.7], [0.7, 1.1], [0, 0.4], [-0.7, 1.1], [-1.1, 0.7], [-0.4, 0]]
  };
  var SHAPE_OF = {
    guard_post: "shield", police_station: "star", police_box: "square", patrol_point: "triangle",
    traffic_post: "diamond", accepted: "circle", repaired: "diamond", rejected: "cross"
  };
  function outlinePath(shape, x, y, r) {
    return "M" + OUTLINES[shape].map(function (p) {
      return (x + p[0] * r).toFixed(1) + " " + (y + p[1] * r).toFixed(1);
    }).join("L") + "Z";
  }

  var Glyph = L.CircleMarker.extend({
    options: { shape: "circle" },
    _updatePath: function () { this._renderer._updateGlyph(this); }
  });
  L.SVG.include({
    _updateGlyph: function (layer) {
      var p = layer._point;
      this._setPath(layer, layer._empty() ? "M0 0" : outlinePath(layer.options.shape, p.x, p.y, layer._radius));
    }
  });
  L.Canvas.include({
    _updateGlyph: function (layer) {
      if (!this._drawing || layer._empty()) { return; }
      var context = this._ctx;
      context.beginPath();
      OUTLINES[layer.options.shape].forEach(function (point, i) {
        context[i ? "lineTo" : "moveTo"](layer._point.x + point[0] * layer._radius, layer._point.y + point[1] * layer._radius);
      });
      context.closePath();
      this._fillStroke(context, layer);
    }
  });

  // ---- styles: read from the style sheet where a canvas needs them --------------------------------------------
  var probes = {};
  function styleOf(classes) {
    if (!probes[classes]) {
      var probe = L.SVG.create("path");
      probe.setAttribute("class", classes);
      state.probes.appendChild(probe);
      var found = getComputedStyle(probe);
      var filled = found.fill !== "none";
      probes[classes] = {
        stroke: found.stroke !== "none", color: found.stroke, weight: parseFloat(found.strokeWidth) || 0,
        opacity: parseFloat(found.strokeOpacity), dashArray: found.strokeDasharray === "none" ? null : found.strokeDasharray,
        fill: filled, fillColor: /url/.test(found.fill) ? hatchPattern() : found.fill,
        fillOpacity: parseFloat(found.fillOpacity)
      };
      state.probes.removeChild(probe);
    }
    return Object.assign({}, probes[classes]);
  }
  function hatchPattern() {
    var tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    var pen = tile.getContext("2d");
    pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--cm-gap");
    pen.lineWidth = 1.6;
    pen.beginPath();
    [-8, 0, 8].forEach(function (x) { pen.moveTo(x, 8); pen.lineTo(x + 8, 0); });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }
  function setClass(layer, classes) {
    layer._cmClass = classes;
    if (layer.options.renderer instanceof L.Canvas) {
      layer.setStyle(styleOf(classes));
      return;
    }
    layer.options.className = classes;
    if (layer._path) { layer._path.setAttribute("class", classes + (layer.options.interactive ? " leaflet-interactive" : "")); }
  }

  // ---- state ------------------------------------------------------------------------------------------------
  var state = null;

  function start(map, config) {
    state = {
      map: map, config: config, layers: {}, files: {}, painted: {}, hidden: {}, labels: [], clicks: 0, focus: null,
      selected: null, gate: null, chosen: null, subject: null, marks: null, theme: null, plan: null
    };
    document.documentElement.lang = config.lang === "zh" ? "zh-CN" : config.lang;
    map.getContainer().style.visibility = "hidden"; // until its styles are there: no flash of bare outlines
    keepStill(map.getContainer());
    makeProbes();
    makeSink(map);
    map.createPane("cm-names").style.zIndex = 412;
    config.layers.forEach(addLayer);
    addControls(map, config);
    map.setView(L.latLngBounds(config.bounds).getCenter(), 10, { animate: false });
    map.on("zoomend", onZoom);
    map.on("moveend", drawLabels);
    CampusPlan.start(state, PARTS);
    window.CampusMap.state = state;
    settle();
  }

  // the frame opens without height and without styles; nothing is drawn before it has both
  function settle() {
    var styled = getComputedStyle(document.documentElement).getPropertyValue("--cm-land");
    if (!styled || document.documentElement.clientHeight < 80) { setTimeout(settle, SETTLE_MS); return; }
    state.map.getContainer().style.visibility = "";
    state.map.invalidateSize({ animate: false });
    state.settled = true;
    showWhole(false);
    onZoom();
    if (state.waiting) { paint(state.waiting); }
  }

  // Leaflet focuses the map at each press; the page around the frame would scroll under the finger and lose the click
  function keepStill(container) {
    container.focus = function () { HTMLElement.prototype.focus.call(container, { preventScroll: true }); };
  }

  function makeProbes() {
    var svg = L.SVG.create("svg");
    svg.setAttribute("class", "cm-probes");
    svg.setAttribute("aria-hidden", "true");
    svg.innerHTML =
      '<defs><pattern id="cm-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="8" height="8" class="cm-hatch-ground"></rect><line x1="0" y1="0" x2="0" y2="8" class="cm-hatch-line"></line></pattern>' +
      '<pattern id="cm-hot" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="6" height="6" class="cm-hot-ground"></rect><line x1="0" y1="0" x2="0" y2="6" class="cm-hot-line"></line></pattern></defs>';
    document.body.appendChild(svg);
    state.probes = svg;
  }

  // st_folium listens to the layers that stand in the map when it starts; a click is handed to this one
  function makeSink(map) {
    state.sink = L.featureGroup().addTo(map);
  }
  function tellClick(what, latlng) {
    state.clicks += 1;
    var said = document.createElement("span");
    said.textContent = JSON.stringify(Object.assign({ n: state.clicks }, what));
    var messenger = L.marker(latlng).bindPopup(said);
    Object.defineProperty(said, "innerText", { value: said.textContent }); // layoutless nodes have none in some browsers
    state.sink.fire("click", { latlng: latlng, sourceTarget: messenger });
  }

  // a click that a feature told is not one on free ground
  function tellFeature(what, event) {
    if (event.originalEvent) { event.originalEvent.cmTold = true; }
    tellClick(what, event.latlng);
  }
  var PARTS = { Glyph: Glyph, tellClick: tellClick, tellFeature: tellFeature };

  // ---- layers -------------------------------------------------------------------------------------------------
  function addLayer(spec, index) {
    var entry = { spec: spec, url: null, group: null, features: {}, order: null, shown: spec.shown };
    state.layers[spec.key] = entry;
    var pane = state.map.createPane("cm-" + spec.key);
    entry.pane = spec.draw === "tiles" ? 210 + index : 400 + index * 5;
    pane.style.zIndex = entry.pane;
    if (spec.key === "perimeter" || spec.key === "coverage_gap" || spec.key === "service_area" || spec.draw === "tiles") { pane.style.pointerEvents = "none"; }
  }

  function paint(next) {
    if (!state) { return; }
    if (!state.settled) { state.waiting = next; return; }
    if (next.theme !== state.theme) { setTheme(next.theme); }
    state.painted = next.layers;
    state.selected = next.selected;
    state.zone = next.zone || null;
    state.cell = next.cell || null;
    state.words = next.labels || {};
    state.gate = next.gate;
    state.chosen = next.chosen || null;
    if (next.subject !== state.subject) { setSubject(next.subject); }
    Object.keys(state.layers).forEach(function (key) {
      var entry = state.layers[key], wanted = next.layers[key];
      if (!wanted) { dropLayer(entry); entry.url = null; return; }
      if (wanted.url !== entry.url) { fetchLayer(entry, wanted.url); } else { applyCodes(entry); }
    });
    trimLegend();
    if (state.painted.focus_zone || state.painted.hotspot) { drawLabels(); }
    markSelected(next.focus);
    CampusPlan.paint(state, PARTS, next.plan);
  }

  // the layer that the page is about is drawn large, at every zoom, and above the others
  function setSubject(key) {
    state.subject = key;
    state.map.getContainer().classList.toggle("cm-about-gates", key === "gate");
    state.map.getContainer().classList.toggle("cm-about-hazards", key === "hazard");
    state.map.getContainer().classList.toggle("cm-about-hotspots", key === "hotspot");
    if (state.layers.gate) { state.map.getPane("cm-gate").style.zIndex = key === "gate" ? 465 : state.layers.gate.pane; }
    state.map.getContainer().classList.toggle("cm-about-venues", key === "venue");
    if (state.layers.venue) { state.map.getPane("cm-venue").style.zIndex = key === "venue" ? 475 : state.layers.venue.pane; }
    if (state.layers.hazard) { state.map.getPane("cm-hazard").style.zIndex = key === "hazard" ? 475 : state.layers.hazard.pane; }
    onZoom();
  }

  function setTheme(theme) {
    state.theme = theme;
    document.documentElement.setAttribute("data-theme", theme);
    probes = {};
    Object.keys(state.layers).forEach(function (key) {
      var entry = state.layers[key];
      if (entry.spec.draw === "tiles" && entry.group) { entry.group.redraw(); }
      else { Object.keys(entry.features).forEach(function (id) { entry.features[id].forEach(function (l) { if (l._cmClass) { setClass(l, l._cmClass); } }); }); }
    });
  }

  function fetchLayer(entry, url) {
    entry.url = url;
    if (entry.spec.draw === "tiles") { drawTiles(entry, url); return; }
    if (state.files[url]) { drawFeatures(entry, state.files[url]); return; }
    fetch(url, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (file) {
      state.files[url] = file;
      notice(false);
      if (entry.url === url) { drawFeatures(entry, file); }
    }).catch(function () {
      if (entry.url !== url) { return; }
      notice(true);
      setTimeout(function () { if (entry.url === url) { fetchLayer(entry, url); } }, RETRY_MS);
    });
  }

  function dropLayer(entry) {
    if (entry.group) { entry.group.remove(); }
    entry.group = null;
    entry.features = {};
  }

  function drawTiles(entry, url) {
    dropLayer(entry);
    var styles = {};
    styles[entry.spec.key] = function (properties) {
      var style = styleOf("cm-" + entry.spec.key + " cm-" + entry.spec.key + "--" + properties["class"]);
      var zoom = state.map.getZoom();
      if (entry.spec.key === "road") { style.weight = style.weight * Math.pow(1.33, zoom - 14); style.fill = false; }
      return style;
    };
    entry.group = L.vectorGrid.protobuf(url, {
      pane: "cm-" + entry.spec.key, rendererFactory: L.canvas.tile, vectorTileLayerStyles: styles, interactive: false,
      maxNativeZoom: 16, minZoom: entry.spec.minZoom, maxZoom: state.config.maxZoom, fetchOptions: { credentials: "same-origin" }
    });
    showLayer(entry);
  }

  function rendererFor(entry, count) {
    var options = { pane: "cm-" + entry.spec.key, padding: 0.3 };
    return count > CANVAS_FROM ? L.canvas(options) : L.svg(options);
  }

  function drawFeatures(entry, file) {
    dropLayer(entry);
    var renderer = rendererFor(entry, file.features.length);
    entry.order = file.order;
    entry.ids = file.features.map(function (feature) { return feature.id; });
    entry.group = L.layerGroup([], { pane: "cm-" + entry.spec.key });
    file.features.forEach(function (feature) { addFeature(entry, feature, renderer); });
    showLayer(entry);
    applyCodes(entry);
    if (entry.spec.key === "school") { repaintFollowers(); }
    if (MARKED.indexOf(entry.spec.key) >= 0 || state.chosen && state.chosen.layer === entry.spec.key) { markSelected(null); }
    if (entry.spec.key === "gate" && state.plan) { CampusPlan.draw(state, PARTS); }
    drawLabels();
    if (entry.spec.key === "post" || entry.spec.key === "service_area") { thinLegend(entry, file); }
  }

  function addFeature(entry, feature, renderer) {
    if (!feature.geometry) { return; }
    var key = entry.spec.key, made = [];
    var options = { pane: "cm-" + key, renderer: renderer, interactive: PRESSED.indexOf(key) >= 0 };
    if (feature.geometry.type === "Point" && (entry.spec.draw === "glyph" || key === "school")) {
      made.push(sign(entry, feature, L.GeoJSON.coordsToLatLng(feature.geometry.coordinates), options));
    } else {
      var shape = L.GeoJSON.geometryToLayer(feature, Object.assign({ style: function () { return options; } }, options));
      Object.assign(shape.options, options);
      made.push(shape);
      if (key === "school" || key === "venue") { made.push(sign(entry, feature, shape.getBounds().getCenter(), options)); }
    }
    made.forEach(function (layer) {
      layer._cmFeature = feature;
      layer._cmSign = layer instanceof Glyph;
      dressFeature(entry, layer);
      entry.group.addLayer(layer);
    });
    entry.features[feature.id] = made;
  }

  function sign(entry, feature, latlng, options) {
    var value = feature.properties[entry.spec.shapeColumn];
    var shape = entry.spec.key === "gate" ? "gate" : (SHAPE_OF[value] || "circle");
    return new Glyph(latlng, Object.assign({}, options, { shape: shape, radius: signRadius(entry.spec.key, feature) }));
  }

  function signRadius(key, feature, code) {
    var zoom = state.map.getZoom(), step = Math.max(0, Math.min(zoom, 16) - 10);
    if (key === "school") { return 4.5 + step * 0.7; }
    if (key === "intake_row") { return (feature.properties.verdict === "accepted" ? 4 : 5.5) + step * 0.5; }
    if (key === "gate" && state.subject === "gate") {
      return (URGENT.indexOf(code) >= 0 ? 6.2 : QUIET.indexOf(code) >= 0 ? 3.4 : 4.6) + step * 0.75;
    }
    if (key === "venue") { return (code === "K" ? 6 : code === "N" ? 5.2 : 3.2) + step * 0.7; }
    if (key === "hazard") { return (code === "O" ? 6 : QUIET.indexOf(code) >= 0 ? 3.4 : 4.8) + step * 0.7; }
    if (key === "gate") { return (feature.properties.is_main ? 5 : 3.6) + (zoom >= 16 ? 2 : 0); }
    return zoom <= 11 ? 2.2 : 1.6 + step * 1.25;
  }

  function dressFeature(entry, layer) {
    var key = entry.spec.key, feature = layer._cmFeature;
    setClass(layer, classesOf(entry, layer, ""));
    if (!layer.options.interactive) { return; }
    var school = key === "school" ? feature.properties.code : feature.properties.school_code;
    var what = key === "gate" ? { school: school, gate: feature.id } : { school: school };
    if (BY_CODE.indexOf(key) >= 0) { what = {}; what[key] = feature.properties.code; }
    if (BY_ID[key]) { what = {}; what[BY_ID[key]] = feature.id; }
    if (school || BY_CODE.indexOf(key) >= 0 || BY_ID[key]) {
      layer.on("click", function (event) {
        if (key === "school" && state.plan && state.plan.picks) { return; } // its ground is ground
        tellFeature(what, event);
      });
    }
    var name = key === "gate" ? nameOfGate(feature.properties) : feature.properties.name;
    if (name) {
      var words = document.createElement("span");
      words.textContent = name + (feature.properties.is_boundary_estimated ? " · " + state.config.words.estimated : "");
      layer.bindTooltip(words, { direction: "top", opacity: 1, className: "cm-tip", sticky: !layer._cmSign });
    }
  }

  function nameOfGate(properties) {
    var estimated = properties.is_estimated ? state.config.words.estimated_gate : null;
    return [properties.school_name, properties.name || estimated].filter(Boolean).join(" · ");
  }

  function classesOf(entry, layer, code) {
    var key = entry.spec.key, classes = ["cm-" + key];
    if (code !== "") { classes.push("cm-" + key + "--" + code); }
    entry.spec.styleColumns.forEach(function (column) {
      classes.push("cm-" + key + "--" + (layer._cmFeature.properties[column] || "none"));
    });
    if (layer._cmSign) { classes.push("cm-sign"); }
    if (layer._cmFeature.properties.is_boundary_estimated) { classes.push("cm-estimated"); }
    return classes.join(" ");
  }

  // ---- codes --------------------------------------------------------------------------------------------------
  function codesById(entry) {
    var wanted = state.painted[entry.spec.key], codes = {};
    if (wanted && wanted.codes && wanted.order === entry.order) {
      entry.ids.forEach(function (id, i) { codes[id] = wanted.codes.charAt(i); });
    }
    return codes;
  }

  function applyCodes(entry) {
    if (entry.spec.draw === "tiles" || !entry.group) { return; }
    var follows = entry.spec.key === "perimeter" || entry.spec.key === "coverage_gap";
    if (!follows && !entry.codes && !(state.painted[entry.spec.key] || {}).codes) { return; }
    var codes = follows ? schoolCodes() : codesById(entry);
    entry.codes = codes;
    Object.keys(entry.features).forEach(function (id) {
      var code = codes[id] === undefined ? "" : codes[id];
      entry.features[id].forEach(function (layer) {
        var classes = classesOf(entry, layer, code);
        if (layer._cmClass !== classes) { setClass(layer, classes); }
        if (entry.spec.shapedByCode) { reshape(entry, layer, code); }
        if (entry.spec.key === "school" && layer._cmSign && code === "0" && layer.bringToFront && layer._map) { layer.bringToFront(); }
      });
    });
    if (entry.spec.key === "school") { repaintFollowers(); }
  }

  function reshape(entry, layer, code) {
    var line = entry.spec.legend.find(function (each) { return each.code === code; });
    var shape = line ? line.shape : entry.spec.key === "gate" ? "gate" : "circle";
    if (layer.options.shape !== shape) { layer.options.shape = shape; if (layer._map) { layer.redraw(); } }
    layer.setRadius(signRadius(entry.spec.key, layer._cmFeature, code));
    if (URGENT.indexOf(code) >= 0 && layer._map && layer.bringToFront) { layer.bringToFront(); }
  }

  function schoolCodes() {
    var schools = state.layers.school;
    return schools && schools.group ? codesById(schools) : {};
  }

  function repaintFollowers() {
    ["perimeter", "coverage_gap"].forEach(function (key) {
      var entry = state.layers[key];
      if (entry && entry.group) { applyCodes(entry); }
    });
  }

  // ---- what is shown at which zoom -----------------------------------------------------------------------------
  function showLayer(entry) {
    if (!entry.group) { return; }
    var visible = entry.shown && (state.map.getZoom() >= entry.spec.minZoom || entry.spec.key === state.subject);
    if (visible) { entry.group.addTo(state.map); } else { entry.group.remove(); }
  }

  function onZoom() {
    var zoom = state.map.getZoom(), box = state.map.getContainer();
    box.classList.toggle("cm-near", zoom >= SCHOOL_SHAPES_FROM);
    box.classList.toggle("cm-far", zoom < 12);
    if (state.layers.school) {
      state.map.getPane("cm-school").style.zIndex = zoom < SCHOOLS_ABOVE_POSTS_UNTIL ? 470 : state.layers.school.pane;
    }
    Object.keys(state.layers).forEach(function (key) {
      var entry = state.layers[key];
      showLayer(entry);
      Object.keys(entry.features).forEach(function (id) {
        entry.features[id].forEach(function (layer) {
          if (layer._cmSign) { layer.setRadius(signRadius(key, layer._cmFeature, (entry.codes || {})[id])); }
        });
      });
    });
    drawLabels();
  }

  // ---- labels ----------------------------------------------------------------------------------------------------
  function drawLabels() {
    if (!state) { return; }
    state.labels.forEach(function (label) { label.remove(); });
    state.labels = [];
    state.taken = [];
    var zoom = state.map.getZoom();
    labelPlaces("focus_zone");
    labelPlaces("hotspot");
    if (zoom >= SCHOOL_LABELS_FROM) { labelFeatures("school", "cm-label cm-label--school"); }
    if (zoom >= TOWN_LABELS_FROM && zoom <= TOWN_LABELS_TO) { labelFeatures("town", "cm-label cm-label--town"); }
    if (zoom >= 11 && state.layers.police_area && state.layers.police_area.shown) { labelFeatures("police_area", "cm-label cm-label--town"); }
  }

  function labelFeatures(key, className) {
    var entry = state.layers[key], view = state.map.getBounds();
    if (!entry || !entry.group || !entry.shown) { return; }
    Object.keys(entry.features).some(function (id) {
      var made = entry.features[id], layer = made[made.length - 1];
      var name = layer._cmFeature.properties.name;
      if (!name) { return false; }
      var place = layer.getLatLng ? layer.getLatLng() : placeInside(layer);
      if (!view.contains(place) || !takeRoom(place, name)) { return false; }
      var words = document.createElement("span");
      words.textContent = name;
      var icon = L.divIcon({ className: className, html: words, iconSize: null });
      state.labels.push(L.marker(place, { icon: icon, interactive: false, keyboard: false, pane: key === "school" ? "tooltipPane" : "cm-names" }).addTo(state.map));
      return state.labels.length >= LABELS_AT_ONCE;
    });
  }

  // places in a list, as the page sends them with each rerun; the first ones get the room
  function labelPlaces(key) {
    var entry = state.layers[key], wanted = state.painted[key], words = (state.words || {})[key], view = state.map.getBounds();
    if (!entry || !entry.group || !entry.shown || !words || wanted.order !== entry.order) { return; }
    var far = state.map.getZoom() < PLACES_FROM;
    entry.ids.map(function (id, i) { return [id, words[i], wanted.codes.charAt(i)]; }).filter(function (pair) {
      return pair[1] && entry.features[pair[0]] && (!far || pair[2] === "f" || pair[2] === "d" || key === "hotspot");
    }).sort(function (one, other) { return parseInt(one[1], 10) - parseInt(other[1], 10); }).forEach(function (pair) {
      var place = placeInside(entry.features[pair[0]][0]);
      if (state.labels.length >= LABELS_AT_ONCE || !view.contains(place) || !takeRoom(place, pair[1])) { return; }
      var icon = L.divIcon({ className: "cm-label cm-label--place", html: element("span", "", pair[1]), iconSize: null });
      state.labels.push(L.marker(place, { icon: icon, interactive: false, keyboard: false, pane: "tooltipPane" }).addTo(state.map));
    });
  }

  // a name that would lie over another is left out: zooming in brings it
  function takeRoom(place, name) {
    var pen = state.pen || (state.pen = document.createElement("canvas").getContext("2d"));
    pen.font = LABEL_FONT;
    var at = state.map.latLngToContainerPoint(place), half = pen.measureText(name).width / 2;
    var free = state.taken.every(function (other) {
      return Math.abs(at.x - other.x) > half + other.half || Math.abs(at.y - other.y) > LABEL_HEIGHT;
    });
    if (free) { state.taken.push({ x: at.x, y: at.y, half: half }); }
    return free;
  }

  function placeInside(layer) {
    if (!layer._cmPlace) {
      try { layer._cmPlace = layer.getCenter(); } catch (error) { return layer.getBounds().getCenter(); }
    }
    return layer._cmPlace;
  }

  // ---- the selected school ----------------------------------------------------------------------------------------
  function markSelected(focus) {
    if (state.marks) { state.marks.remove(); state.marks = null; }
    var gate = findChosen() || findGate(state.gate), found = gate || findSchool(state.selected);
    if (focus !== null && focus !== undefined && focus !== state.focus) { state.wish = focus; }
    if (state.zone && state.painted.focus_zone) { markShape("focus_zone", state.zone); return; }
    if (state.painted.hotspot) { if (state.cell) { markShape("hotspot", state.cell); } return; }
    if (!found || ((state.gate || state.chosen) && !gate)) { return; }
    var layer = found[0], place = found[found.length - 1].getLatLng();
    state.marks = L.layerGroup([
      new Glyph(place, { pane: "cm-school", renderer: L.svg({ pane: "cm-school" }), radius: 17, shape: "circle", interactive: false, className: "cm-selected cm-selected--ring" + (layer._cmSign ? " cm-selected--point" : "") })
    ]).addTo(state.map);
    if (!layer._cmSign) {
      state.marks.addLayer(L.polygon(layer.getLatLngs(), { pane: "cm-school", renderer: L.svg({ pane: "cm-school" }), interactive: false, className: "cm-selected" }));
    }
    if (state.wish && state.wish !== state.focus) {
      state.focus = state.wish;
      flyTo(place, gate ? 16 : 15);
    }
  }

  function markShape(key, id) {
    var entry = state.layers[key], found = entry && entry.features[id];
    if (!found) { return; }
    state.marks = L.layerGroup([
      L.polygon(found[0].getLatLngs(), { pane: "cm-school", renderer: L.svg({ pane: "cm-school" }), interactive: false, className: "cm-selected" })
    ]).addTo(state.map);
    if (state.wish && state.wish !== state.focus) {
      state.focus = state.wish;
      var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      state.map.fitBounds(found[0].getBounds(), { padding: [40, 40], maxZoom: 15, animate: !still });
    }
  }

  function flyTo(place, zoom) {
    var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    state.map.setView(place, Math.max(state.map.getZoom(), zoom), { animate: !still });
  }

  function findChosen() {
    var wanted = state.chosen, entry = wanted && state.layers[wanted.layer];
    return (entry && entry.features[wanted.id]) || null;
  }

  function findGate(id) {
    return (id && state.layers.gate && state.layers.gate.features[id]) || null;
  }

  function findSchool(code) {
    var entry = state.layers.school;
    if (!code || !entry) { return null; }
    var id = Object.keys(entry.features).find(function (key) {
      return entry.features[key][0]._cmFeature.properties.code === code;
    });
    return id ? entry.features[id] : null;
  }

  // ---- controls -----------------------------------------------------------------------------------------------------
  function addControls(map, config) {
    var words = config.words;
    L.control.zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    control("topleft", homeButton).addTo(map);
    control("topright", legendBox).addTo(map);
    control("bottomright", northSign).addTo(map);
    L.control.attribution({ position: "bottomright", prefix: false }).addAttribution(escapeText(config.attribution)).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 120 }).addTo(map);
    if (config.watermark) { watermark(map, config.watermark); }
    control("bottomleft", noticeBox).addTo(map);
  }

  function control(position, make) {
    var made = L.control({ position: position });
    made.onAdd = function () {
      var box = make();
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return made;
  }

  function element(name, className, words) {
    var made = document.createElement(name);
    if (className) { made.className = className; }
    if (words) { made.textContent = words; }
    return made;
  }
  function escapeText(words) { return element("span", "", words).innerHTML; }

  function homeButton() {
    var bar = element("div", "leaflet-bar"), link = element("a", "cm-home");
    link.href = "#";
    link.role = "button";
    link.title = state.config.words.whole;
    link.setAttribute("aria-label", state.config.words.whole);
    link.innerHTML = '<svg viewBox="0 0 18 18" aria-hidden="true"><path d="M3 7V3h4M11 3h4v4M15 11v4h-4M7 15H3v-4"></path></svg>';
    link.addEventListener("click", function (event) {
      event.preventDefault();
      showWhole(true);
    });
    bar.appendChild(link);
    return bar;
  }

  // the whole district, beside the legend rather than under it
  function showWhole(animated) {
    var legend = document.querySelector(".cm-legend"), size = state.map.getSize();
    var covered = legend && legend.open && size.x > 700 ? legend.offsetWidth : 0;
    state.map.fitBounds(state.config.bounds, { paddingTopLeft: [10, 10], paddingBottomRight: [10 + covered, 10], animate: animated });
  }

  function northSign() {
    var box = element("div", "cm-north");
    box.innerHTML = '<svg viewBox="0 0 20 24" aria-hidden="true"><path d="M10 1l6 16-6-4-6 4z"></path></svg>';
    box.appendChild(element("span", "", state.config.words.north));
    return box;
  }

  function noticeBox() {
    state.notice = element("div", "cm-notice", state.config.words.retry);
    state.notice.hidden = true;
    state.notice.setAttribute("role", "status");
    return state.notice;
  }
  function notice(shown) { if (state.notice) { state.notice.hidden = !shown; } }

  function watermark(map, words) {
    var box = element("div", "cm-watermark");
    box.setAttribute("aria-hidden", "true");
    for (var i = 0; i < 12; i++) { box.appendChild(element("span", "", words)); }
    map.getContainer().appendChild(box);
  }

  // ---- legend: it also switches layers ------------------------------------------------------------------------------
  function legendBox() {
    var box = element("details", "cm-legend");
    var front = element("div", "cm-legend-front"), back = element("div", "cm-legend-back");
    box.open = window.innerWidth > 640;
    box.appendChild(element("summary", "", state.config.words.legend));
    if (state.config.plan) { front.appendChild(CampusPlan.legend(state.config.plan, element, legendLine)); }
    LEGEND_ORDER.map(function (key) {
      return state.config.layers.find(function (spec) { return spec.key === key; });
    }).concat(state.config.layers.filter(function (spec) { return spec.background; }).reverse()).forEach(function (spec) {
      if (spec) { (spec.background ? back : front).appendChild(legendLayer(spec)); }
    });
    box.appendChild(front);
    box.appendChild(back);
    return box;
  }

  function legendLayer(spec) {
    var part = element("div", "cm-legend-layer cm-legend-layer--" + spec.key), label = element("label", "cm-legend-title");
    var tick = element("input");
    tick.type = "checkbox";
    tick.checked = spec.shown;
    tick.dataset.layer = spec.key;
    tick.addEventListener("change", function () {
      state.layers[spec.key].shown = tick.checked;
      showLayer(state.layers[spec.key]);
      drawLabels();
    });
    label.appendChild(tick);
    label.appendChild(element("span", "", spec.title));
    part.appendChild(label);
    var rows = element("div", "cm-legend-rows");
    spec.legend.forEach(function (line) { rows.appendChild(legendLine(spec, line)); });
    if (spec.legend.length === 1 && spec.legend[0].label === spec.title) {
      label.insertBefore(rows.firstChild.firstChild, label.lastChild);
    } else if (spec.background) {
      spec.legend.forEach(function () { label.insertBefore(rows.firstChild.firstChild, label.lastChild); rows.firstChild.remove(); });
    } else { part.appendChild(rows); }
    return part;
  }

  function legendLine(spec, line) {
    var row = element("span", "cm-legend-line");
    row.dataset.code = line.code;
    row.dataset.shape = line.shape;
    row.appendChild(sample(spec, line));
    row.appendChild(element("span", "", line.label));
    return row;
  }

  function sample(spec, line) {
    var svg = L.SVG.create("svg"), path = L.SVG.create("path");
    svg.setAttribute("class", "cm-sample");
    svg.setAttribute("viewBox", "0 0 22 14");
    svg.setAttribute("aria-hidden", "true");
    var isSign = !!OUTLINES[line.shape];
    path.setAttribute("class", "cm-" + spec.key + " cm-" + spec.key + "--" + line.code + (isSign ? " cm-sign" : ""));
    var box = "M1 1H21V13H1Z", stroke = "M1 7H21";
    path.setAttribute("d", isSign ? outlinePath(line.shape, 11, 7, 5) : line.shape === "line" ? stroke : box);
    svg.appendChild(path);
    return svg;
  }

  // the legend says what is drawn now: layers that are not painted and lines that mean nothing are left out
  function trimLegend() {
    Object.keys(state.layers).forEach(function (key) {
      var part = document.querySelector(".cm-legend-layer--" + key), wanted = state.painted[key];
      if (!part) { return; }
      part.hidden = !wanted;
      if (!wanted || !state.layers[key].spec.shapedByCode && !wanted.lines) { return; }
      part.querySelectorAll(".cm-legend-line").forEach(function (row) {
        if (row.dataset.code !== "plain") { row.hidden = wanted.lines ? wanted.lines.indexOf(row.dataset.code) < 0 : row.dataset.code !== ""; }
      });
    });
  }

  // lines of the legend for what this map does not hold are left out
  function thinLegend(entry, file) {
    var held = {};
    file.features.forEach(function (feature) {
      entry.spec.styleColumns.concat(entry.spec.shapeColumn || []).forEach(function (column) {
        var value = feature.properties[column];
        held[column === entry.spec.shapeColumn ? "shape:" + SHAPE_OF[value] : "code:" + value] = true;
      });
    });
    document.querySelectorAll(".cm-legend-layer--" + entry.spec.key + " .cm-legend-line").forEach(function (row) {
      var byShape = row.dataset.code === "plain";
      if (row.dataset.code === "0") { return; }
      if (byShape || entry.spec.styleColumns.length) {
        row.hidden = !held[byShape ? "shape:" + row.dataset.shape : "code:" + row.dataset.code];
      }
    });
  }

  window.CampusMap = { start: start, paint: paint, state: null };
})();
